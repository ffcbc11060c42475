internal import Foundation
internal import GRDB
package import MagpieCore
package import MagpieStores

extension SQLiteState: LeaseStore {
  package func create(_ job: Job, operation: OperationID) async throws(MagpieError) -> Job {
    try await write { database in
      if let existing = try Job.fetch(database, job.name) { return existing }
      try job.save(database)
      try Job.planLease(of: job, operation: operation).save(database)
      return job
    }
  }

  package func job(_ name: JobName) async throws(MagpieError) -> Job? {
    try await read { try Job.fetch($0, name) }
  }

  package func allJobs() async throws(MagpieError) -> [Job] {
    try await read { database in
      try Row.fetchAll(database, sql: "SELECT * FROM jobs ORDER BY name").map { try Job(row: $0) }
    }
  }

  package func leases(of job: JobName) async throws(MagpieError) -> [Lease] {
    try await read { try Lease.fetchAll($0, job: job) }
  }

  package func write(_ write: LeaseWrite) async throws(MagpieError) -> LeaseWriteOutcome {
    try await self.write { database in
      guard let current = try Lease.fetch(database, job: write.job, id: write.lease) else {
        return .refused(current: nil)
      }
      if current.operation == write.operation { return .applied(current) }
      let cuts = current.cutLeases(write)
      guard let next = current.applying(write), try cuts.allSatisfy({ try Lease.isFree(database, $0) }) else {
        return .refused(current: current)
      }
      try next.save(database)
      for cut in cuts { try cut.save(database) }
      return .applied(next)
    }
  }

  package func change(_ name: JobName, _ change: JobChange) async throws(MagpieError) -> JobChangeOutcome {
    try await write { database in
      guard let job = try Job.fetch(database, name) else { return .refused(current: nil) }
      let leases = try Lease.fetchAll(database, job: name)
      guard let next = job.applying(change, leases: leases) else { return .refused(current: job) }
      try next.save(database)
      if case .reopen(_, let operation) = change {
        try database.execute(sql: "DELETE FROM leases WHERE job = ?", arguments: [name.text])
        try Job.planLease(of: next, operation: operation).save(database)
      }
      return .applied(next)
    }
  }
}

extension Job {
  static func fetch(_ database: Database, _ name: JobName) throws -> Job? {
    try Row.fetchOne(database, sql: "SELECT * FROM jobs WHERE name = ?", arguments: [name.text]).map { try Job(row: $0) }
  }

  init(row: Row) throws {
    guard let state = State(rawValue: row["state"]) else { throw unexpected("job state", row["state"]) }
    let counts: String? = row["sealed_counts"]
    self.init(
      name: JobName(row["name"]), source: row["source"], destination: row["destination"], recipe: row["recipe"],
      recipeDigest: row["recipe_digest"], state: state, pass: row["pass"],
      epochFloor: UInt64(clamping: row["epoch_floor"] as Int64), leaseDurationMilliseconds: row["lease_ms"],
      created: row["created"], sealedCounts: try counts.map { try LeaseCounts(text: $0) })
  }

  func save(_ database: Database) throws {
    try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      name.text, source, destination, recipe, recipeDigest, state.rawValue, pass, Int64(clamping: epochFloor),
      leaseDurationMilliseconds, created, sealedCounts?.text,
    ])
  }
}

extension Lease {
  static func fetch(_ database: Database, job: JobName, id: LeaseID) throws -> Lease? {
    let statement = try database.cachedStatement(sql: "SELECT * FROM leases WHERE job = ? AND id = ?")
    return try Row.fetchOne(statement, arguments: [job.text, id.text]).map { try Lease(row: $0) }
  }

  static func fetchAll(_ database: Database, job: JobName) throws -> [Lease] {
    let statement = try database.cachedStatement(sql: "SELECT * FROM leases WHERE job = ? ORDER BY id")
    return try Row.fetchAll(statement, arguments: [job.text]).map { try Lease(row: $0) }
  }

  static func isFree(_ database: Database, _ lease: Lease) throws -> Bool {
    try fetch(database, job: lease.job, id: lease.id) == nil
  }

  init(row: Row) throws {
    guard let kind = Kind(rawValue: row["kind"]), let state = State(rawValue: row["state"]) else {
      throw unexpected("lease", row["id"])
    }
    self.init(
      id: LeaseID(row["id"]), job: JobName(row["job"]), kind: kind, state: state,
      range: KeyRange(lo: ObjectKey(row["lo"]), hi: ObjectKey(row["hi"])),
      epoch: UInt64(clamping: row["epoch"] as Int64), durationMilliseconds: row["duration_ms"],
      estimatedBytes: row["estimated_bytes"], estimatedImages: row["estimated_images"],
      operation: OperationID(row["operation"]))
    position = ObjectKey(row["position"])
    dispatched = ObjectKey(row["dispatched"])
    owner = (row["owner"] as String?).map(OwnerID.init)
    beat = UInt64(clamping: row["beat"] as Int64)
    counts = try LeaseCounts(text: row["counts"])
    takeovers = row["takeovers"]
    attempting = ObjectKey(row["attempting"])
    attempts = row["attempts"]
  }

  func save(_ database: Database) throws {
    try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [
      job.text, id.text, kind.rawValue, state.rawValue, range.lo?.databaseValue, range.hi?.databaseValue,
      position?.databaseValue, dispatched?.databaseValue, owner?.text, Int64(clamping: epoch), Int64(clamping: beat),
      durationMilliseconds, counts.text, takeovers, attempting?.databaseValue, attempts, estimatedBytes,
      estimatedImages, operation.text,
    ])
  }
}

extension LeaseCounts {
  /// `listed,done,unchanged,failed,skipped,bytesIn,bytesOut,decodeMicroseconds`.
  fileprivate var text: String {
    [listed, done, unchanged, failed, skipped, bytesIn, bytesOut, decodeMicroseconds].map(String.init)
      .joined(separator: ",")
  }

  fileprivate init(text: String) throws {
    let numbers = text.split(separator: ",").compactMap { Int($0) }
    guard numbers.count == 8 else { throw unexpected("counts", text) }
    self.init()
    (listed, done, unchanged, failed) = (numbers[0], numbers[1], numbers[2], numbers[3])
    (skipped, bytesIn, bytesOut, decodeMicroseconds) = (numbers[4], numbers[5], numbers[6], numbers[7])
  }
}

func unexpected(_ what: String, _ value: String) -> MagpieError {
  MagpieError(.storeCorrupt, "the state file holds the \(what) “\(value)”, which this Magpie does not know")
}
