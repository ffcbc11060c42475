internal import Foundation
internal import GRDB
package import MagpieCore
package import MagpieStores

extension SQLiteState: RecordStore {
  /// Parameters a query; SQLite allows 32,766.
  private static let keysMax = 500

  package func records(of job: JobName, keys: [ObjectKey]) async throws(MagpieError) -> [ObjectKey: ImageRecord] {
    try await read { database in
      var found: [ObjectKey: ImageRecord] = [:]
      found.reserveCapacity(keys.count)
      for start in stride(from: 0, to: keys.count, by: SQLiteState.keysMax) {
        let chunk = keys[start..<min(start + SQLiteState.keysMax, keys.count)]
        let marks = chunk.map { _ in "?" }.joined(separator: ",")
        let statement = try database.cachedStatement(
          sql: "SELECT * FROM results WHERE Job = ? AND ImageKey IN (\(marks))")
        let arguments = StatementArguments([job.text.databaseValue] + chunk.map(\.databaseValue))
        let rows = try Row.fetchCursor(statement, arguments: arguments)
        while let row = try rows.next() {
          let record = try ImageRecord(row: row)
          found[record.key] = record
        }
      }
      return found
    }
  }

  package func put(_ records: [ImageRecord]) async throws(MagpieError) -> [Bool] {
    try await write { database in
      try records.map { record in
        let standing = try ImageRecord.standing(database, job: record.job, key: record.key)
        guard ImageRecord.accepts(record, over: standing) else { return false }
        try record.save(database)
        return true
      }
    }
  }

  package func scan(
    _ job: JobName, status: ImageRecord.Status?, after key: ObjectKey?, limit: Int
  ) async throws(MagpieError) -> [ImageRecord] {
    try await read { database in
      // SQLite orders every text before every blob, bytes order both alike: two ordered streams, merged.
      let texts = try ImageRecord.scan(database, job, status, .texts, after: key, limit: limit)
      let blobs = try ImageRecord.scan(database, job, status, .blobs, after: key, limit: limit)
      if blobs.isEmpty { return texts }
      return Array((texts + blobs).sorted { $0.key < $1.key }.prefix(limit))
    }
  }

  package func claim(_ claims: [OutputClaim], job: JobName) async throws(MagpieError) -> [ObjectKey] {
    try await write { database in
      try claims.map { claim in
        try database.cachedStatement(sql: "INSERT OR IGNORE INTO outputs VALUES (?, ?, ?)")
          .execute(arguments: [job.text, claim.output.databaseValue, claim.source.databaseValue])
        return try SQLiteState.holder(database, job, claim.output)
      }
    }
  }

  package func reclaim(
    _ claim: OutputClaim, from gone: ObjectKey, job: JobName
  ) async throws(MagpieError) -> ObjectKey {
    try await write { database in
      try database.execute(
        sql: "UPDATE outputs SET source = ? WHERE job = ? AND output = ? AND source = ?",
        arguments: [claim.source.databaseValue, job.text, claim.output.databaseValue, gone.databaseValue])
      return try SQLiteState.holder(database, job, claim.output)
    }
  }

  private static func holder(_ database: Database, _ job: JobName, _ output: ObjectKey) throws -> ObjectKey {
    let statement = try database.cachedStatement(sql: "SELECT source FROM outputs WHERE job = ? AND output = ?")
    let value = try DatabaseValue.fetchOne(statement, arguments: [job.text, output.databaseValue])
    guard let value, let holder = ObjectKey(value) else { throw unexpected("output", output.description) }
    return holder
  }
}

extension ImageRecord {
  enum KeyStorage: String {
    case texts = "ImageKey < x''"
    case blobs = "ImageKey >= x''"
  }

  static func scan(
    _ database: Database, _ job: JobName, _ status: Status?, _ storage: KeyStorage, after key: ObjectKey?, limit: Int
  ) throws -> [ImageRecord] {
    var conditions = ["Job = ?", storage.rawValue]
    var arguments: [DatabaseValue] = [job.text.databaseValue]
    if let key {
      // Compared within one storage class, byte for byte: the cast takes the bytes as they are.
      conditions.append(storage == .texts ? "ImageKey > CAST(? AS TEXT)" : "ImageKey > ?")
      arguments.append(Data(key.bytes).databaseValue)
    }
    if let status {
      conditions.append("Status = ?")
      arguments.append(status.rawValue.databaseValue)
      // Said again in the words of the partial index, which SQLite's planner wants to the letter.
      if status != .done { conditions.append("Status <> 'done'") }
    }
    let sql = "SELECT * FROM results WHERE \(conditions.joined(separator: " AND ")) ORDER BY ImageKey LIMIT \(limit)"
    return try Row.fetchAll(database.cachedStatement(sql: sql), arguments: StatementArguments(arguments)).map {
      try ImageRecord(row: $0)
    }
  }

  /// What `accepts` asks of the record that stands, read without its outputs.
  static func standing(_ database: Database, job: JobName, key: ObjectKey) throws -> ImageRecord? {
    let statement = try database.cachedStatement(
      sql: "SELECT Status, SourceETag, RecipeDigest, Fence FROM results WHERE Job = ? AND ImageKey = ?")
    guard let row = try Row.fetchOne(statement, arguments: [job.text, key.databaseValue]) else { return nil }
    guard let status = Status(rawValue: row["Status"]) else { throw unexpected("status", row["Status"]) }
    return ImageRecord(
      key: key, job: job, sourceBucket: "", destinationBucket: "", processedAt: "", sourceETag: row["SourceETag"],
      sourceSize: 0, status: status, recipeDigest: row["RecipeDigest"],
      fence: UInt64(clamping: row["Fence"] as Int64), worker: OwnerID(""), attempts: 0, milliseconds: 0,
      libvipsVersion: "")
  }

  init(row: Row) throws {
    guard let key = ObjectKey(row["ImageKey"]), let status = Status(rawValue: row["Status"]) else {
      throw unexpected("status", row["Status"])
    }
    let code: String? = row["ErrorCode"]
    let error = try code.map { text in
      guard let code = ErrorCode(rawValue: text) else { throw unexpected("error code", text) }
      return MagpieError(code, row["ErrorMessage"] ?? "")
    }
    self.init(
      key: key, job: JobName(row["Job"]), sourceBucket: row["SourceBucket"], destinationBucket: row["DestinationBucket"],
      processedAt: row["ProcessedAt"], sourceETag: row["SourceETag"], sourceSize: row["SourceSize"], status: status,
      outputs: try ImageRecord.outputs(row["Outputs"]), error: error, recipeDigest: row["RecipeDigest"],
      fence: UInt64(clamping: row["Fence"] as Int64), worker: OwnerID(row["Worker"]), attempts: row["Attempts"],
      milliseconds: row["Millis"], libvipsVersion: row["LibvipsVersion"])
  }

  func save(_ database: Database) throws {
    let outputs = try ImageRecord.encoder.encode(outputs)
    try database.cachedStatement(
      sql: """
        INSERT OR REPLACE INTO results (ImageKey, Job, SourceBucket, DestinationBucket, ProcessedAt, ImageSize, ImageFormat,
        SourceETag, SourceSize, Status, Outputs, ErrorCode, ErrorMessage, RecipeDigest, Fence, Worker, Attempts, Millis,
        LibvipsVersion) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      key.databaseValue, job.text, sourceBucket, destinationBucket, processedAt, imageSize, imageFormat, sourceETag,
      sourceSize, status.rawValue, String(decoding: outputs, as: UTF8.self), error?.code.rawValue, error?.message,
      recipeDigest, Int64(clamping: fence), worker.text, attempts, milliseconds, libvipsVersion,
    ])
  }

  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  private static func outputs(_ text: String) throws -> [OutputRecord] {
    if text == "[]" { return [] }
    do {
      return try JSONDecoder().decode([OutputRecord].self, from: Data(text.utf8))
    } catch {
      throw unexpected("outputs", text)
    }
  }
}
