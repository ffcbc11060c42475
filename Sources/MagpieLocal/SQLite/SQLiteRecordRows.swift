import GRDB
import MagpieCore

/// Records as rows. The order of the columns is that of `columns`, for reading and writing alike.
enum SQLiteRecordRows {
  static let columns =
    "ImageKey, Job, SourceBucket, DestinationBucket, ProcessedAt, ImageSize, ImageFormat, SourceETag, SourceSize, "
    + "Status, Outputs, ErrorCode, ErrorMessage, RecipeDigest, Fence, Worker, Attempts, Millis, LibvipsVersion"

  private static let insertion =
    "INSERT OR REPLACE INTO results (\(columns)) VALUES (\(Array(repeating: "?", count: 19).joined(separator: ", ")))"

  static func put(_ db: Database, _ record: ImageRecord) throws {
    let values: [(any DatabaseValueConvertible)?] = [
      SQLiteKey.value(record.key), record.job.text, record.sourceBucket, record.destinationBucket, record.processedAt,
      record.imageSize, record.imageFormat, record.sourceETag, record.sourceSize, record.status.rawValue,
      OutputsText.text(record.outputs), record.error?.code.rawValue, record.error?.message, record.recipeDigest,
      Int64(bitPattern: record.fence), record.worker.text, record.attempts, record.milliseconds, record.libvipsVersion,
    ]
    try db.cachedStatement(sql: insertion).execute(arguments: StatementArguments(values))
  }

  static func record(_ db: Database, _ job: JobName, _ key: ObjectKey) throws -> ImageRecord? {
    let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM results WHERE Job = ? AND ImageKey = ?")
    return try Row.fetchOne(statement, arguments: [job.text, SQLiteKey.value(key)]).map(record)
  }

  static func record(_ row: Row) throws -> ImageRecord {
    let status: ImageRecord.Status = try row.choice(9)
    let outputs = try OutputsText.outputs(try row.decode(String.self, atIndex: 10))
    var error: MagpieError?
    if try row.decode(String?.self, atIndex: 11) != nil {
      error = MagpieError(try row.choice(11), try row.decode(String?.self, atIndex: 12) ?? "")
    }
    return ImageRecord(
      key: try SQLiteKey.key(row, 0), job: JobName(try row.decode(String.self, atIndex: 1)),
      sourceBucket: try row.decode(String.self, atIndex: 2), destinationBucket: try row.decode(String.self, atIndex: 3),
      processedAt: try row.decode(String.self, atIndex: 4), sourceETag: try row.decode(String.self, atIndex: 7),
      sourceSize: try row.decode(Int.self, atIndex: 8), status: status, outputs: outputs, error: error,
      recipeDigest: try row.decode(String.self, atIndex: 13), fence: try row.unsigned(14),
      worker: OwnerID(try row.decode(String.self, atIndex: 15)), attempts: try row.decode(Int.self, atIndex: 16),
      milliseconds: try row.decode(Int.self, atIndex: 17), libvipsVersion: try row.decode(String.self, atIndex: 18))
  }
}
