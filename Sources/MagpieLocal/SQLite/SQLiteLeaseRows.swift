import GRDB
import MagpieCore

/// Jobs and leases as rows. The order of the columns is that of the lists here, for reading and writing alike.
enum SQLiteLeaseRows {
  private static let countColumns =
    "Listed, Done, Unchanged, Failed, Skipped, BytesIn, BytesOut, DecodeMicroseconds"
  private static let jobColumns =
    "Name, Source, Destination, Recipe, RecipeDigest, State, Pass, EpochFloor, Duration, Created, " + countColumns
  private static let leaseColumns =
    "Job, Id, Kind, State, Lo, Hi, Position, Dispatched, Owner, Epoch, Beat, Duration, Takeovers, Attempting, "
    + "Attempts, EstimatedBytes, EstimatedImages, Operation, " + countColumns

  // MARK: Jobs

  static func job(_ db: Database, _ name: JobName) throws -> Job? {
    let statement = try db.cachedStatement(sql: "SELECT \(jobColumns) FROM jobs WHERE Name = ?")
    return try Row.fetchOne(statement, arguments: [name.text]).map(job)
  }

  static func jobs(_ db: Database) throws -> [Job] {
    try Row.fetchAll(db, sql: "SELECT \(jobColumns) FROM jobs ORDER BY Name").map(job)
  }

  static func put(_ db: Database, _ job: Job) throws {
    let places = Array(repeating: "?", count: 18).joined(separator: ", ")
    let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO jobs (\(jobColumns)) VALUES (\(places))")
    var values: [(any DatabaseValueConvertible)?] = [
      job.name.text, job.source, job.destination, job.recipe, job.recipeDigest, job.state.rawValue, job.pass,
      Int64(bitPattern: job.epochFloor), job.leaseDurationMilliseconds, job.created,
    ]
    if let counts = job.sealedCounts {
      values += arguments(counts)
    } else {
      values += Array(repeating: nil, count: 8)
    }
    try statement.execute(arguments: StatementArguments(values))
  }

  private static func job(_ row: Row) throws -> Job {
    let sealed = try row.decode(Int?.self, atIndex: 10) != nil
    return Job(
      name: JobName(try row.decode(String.self, atIndex: 0)), source: try row.decode(String.self, atIndex: 1),
      destination: try row.decode(String.self, atIndex: 2), recipe: try row.decode(String.self, atIndex: 3),
      recipeDigest: try row.decode(String.self, atIndex: 4), state: try row.choice(5),
      pass: try row.decode(Int.self, atIndex: 6), epochFloor: try row.unsigned(7),
      leaseDurationMilliseconds: try row.decode(Int.self, atIndex: 8),
      created: try row.decode(String.self, atIndex: 9), sealedCounts: sealed ? try counts(row, from: 10) : nil)
  }

  // MARK: Leases

  static func lease(_ db: Database, _ job: JobName, _ id: LeaseID) throws -> Lease? {
    let statement = try db.cachedStatement(sql: "SELECT \(leaseColumns) FROM leases WHERE Job = ? AND Id = ?")
    return try Row.fetchOne(statement, arguments: [job.text, id.text]).map(lease)
  }

  static func leases(_ db: Database, _ job: JobName, isUnfinished: Bool = false) throws -> [Lease] {
    // The condition of the partial index `leasesUnfinished`, to the letter.
    let condition = isUnfinished ? " AND State <> 'done'" : ""
    let statement = try db.cachedStatement(
      sql: "SELECT \(leaseColumns) FROM leases WHERE Job = ?\(condition) ORDER BY Id")
    var leases: [Lease] = []
    let rows = try Row.fetchCursor(statement, arguments: [job.text])
    while let row = try rows.next() {
      leases.append(try lease(row))
    }
    return leases
  }

  static func delete(_ db: Database, leasesOf job: JobName) throws {
    try db.cachedStatement(sql: "DELETE FROM leases WHERE Job = ?").execute(arguments: [job.text])
  }

  static func put(_ db: Database, _ lease: Lease) throws {
    let places = Array(repeating: "?", count: 26).joined(separator: ", ")
    let statement = try db.cachedStatement(sql: "INSERT OR REPLACE INTO leases (\(leaseColumns)) VALUES (\(places))")
    var values: [(any DatabaseValueConvertible)?] = [
      lease.job.text, lease.id.text, lease.kind.rawValue, lease.state.rawValue, SQLiteKey.value(lease.range.lo),
      SQLiteKey.value(lease.range.hi), SQLiteKey.value(lease.position), SQLiteKey.value(lease.dispatched),
      lease.owner?.text, Int64(bitPattern: lease.epoch), Int64(bitPattern: lease.beat), lease.durationMilliseconds,
      lease.takeovers, SQLiteKey.value(lease.attempting), lease.attempts, lease.estimatedBytes, lease.estimatedImages,
      lease.operation.text,
    ]
    values += arguments(lease.counts)
    try statement.execute(arguments: StatementArguments(values))
  }

  private static func lease(_ row: Row) throws -> Lease {
    var lease = Lease(
      id: LeaseID(try row.decode(String.self, atIndex: 1)), job: JobName(try row.decode(String.self, atIndex: 0)),
      kind: try row.choice(2), state: try row.choice(3),
      range: KeyRange(lo: try SQLiteKey.optionalKey(row, 4), hi: try SQLiteKey.optionalKey(row, 5)),
      epoch: try row.unsigned(9), durationMilliseconds: try row.decode(Int.self, atIndex: 11),
      estimatedBytes: try row.decode(Int.self, atIndex: 15), estimatedImages: try row.decode(Int.self, atIndex: 16),
      operation: OperationID(try row.decode(String.self, atIndex: 17)))
    lease.position = try SQLiteKey.optionalKey(row, 6)
    lease.dispatched = try SQLiteKey.optionalKey(row, 7)
    lease.owner = try row.decode(String?.self, atIndex: 8).map { OwnerID($0) }
    lease.beat = try row.unsigned(10)
    lease.takeovers = try row.decode(Int.self, atIndex: 12)
    lease.attempting = try SQLiteKey.optionalKey(row, 13)
    lease.attempts = try row.decode(Int.self, atIndex: 14)
    lease.counts = try counts(row, from: 18)
    return lease
  }

  // MARK: Counts

  private static func arguments(_ counts: LeaseCounts) -> [(any DatabaseValueConvertible)?] {
    [
      counts.listed, counts.done, counts.unchanged, counts.failed, counts.skipped, counts.bytesIn, counts.bytesOut,
      counts.decodeMicroseconds,
    ]
  }

  private static func counts(_ row: Row, from first: Int) throws -> LeaseCounts {
    var counts = LeaseCounts()
    counts.listed = try row.decode(Int.self, atIndex: first)
    counts.done = try row.decode(Int.self, atIndex: first + 1)
    counts.unchanged = try row.decode(Int.self, atIndex: first + 2)
    counts.failed = try row.decode(Int.self, atIndex: first + 3)
    counts.skipped = try row.decode(Int.self, atIndex: first + 4)
    counts.bytesIn = try row.decode(Int.self, atIndex: first + 5)
    counts.bytesOut = try row.decode(Int.self, atIndex: first + 6)
    counts.decodeMicroseconds = try row.decode(Int.self, atIndex: first + 7)
    return counts
  }
}
