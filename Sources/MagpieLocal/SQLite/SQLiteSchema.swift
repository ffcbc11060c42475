import GRDB
import MagpieCore

/// The tables of a state file and their version.
///
/// Keys stand in columns that hold TEXT or BLOB, see `SQLiteKey`. STRICT keeps every other column to its type, whoever
/// writes to the file.
enum SQLiteSchema {
  static let version = 1
  /// "Magp", so that `file` and Magpie itself know a state file from another program's database.
  static let applicationID = 0x4D61_6770

  /// Creates the tables in an empty file; checks a file that has some.
  static func prepare(_ db: Database, path: String) throws {
    let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    let owner = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    if found == 0, try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0 {
      try db.execute(sql: "PRAGMA application_id = \(applicationID)")
      try db.execute(sql: "PRAGMA user_version = \(version)")
      try db.execute(sql: tables)
      return
    }
    guard owner == applicationID else {
      throw SQLiteDamage("it is a database of another program")
    }
    guard found == version else {
      throw MagpieError(
        .storeUnreachable,
        "the state file “\(path)” has schema \(found), this magpie knows \(version): use the magpie that wrote it, "
          + "or name another file with --state")
    }
  }

  // `results` begins with the job, so one index serves a batch of keys and a scan in key order.
  private static let tables = """
    CREATE TABLE jobs (
      Name TEXT PRIMARY KEY, Source TEXT NOT NULL, Destination TEXT NOT NULL, Recipe TEXT NOT NULL,
      RecipeDigest TEXT NOT NULL, State TEXT NOT NULL, Pass INTEGER NOT NULL, EpochFloor INTEGER NOT NULL,
      Duration INTEGER NOT NULL, Created TEXT NOT NULL,
      Listed INTEGER, Done INTEGER, Unchanged INTEGER, Failed INTEGER, Skipped INTEGER, BytesIn INTEGER,
      BytesOut INTEGER, DecodeMicroseconds INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE leases (
      Job TEXT NOT NULL, Id TEXT NOT NULL, Kind TEXT NOT NULL, State TEXT NOT NULL,
      Lo ANY, Hi ANY, Position ANY, Dispatched ANY,
      Owner TEXT, Epoch INTEGER NOT NULL, Beat INTEGER NOT NULL, Duration INTEGER NOT NULL,
      Takeovers INTEGER NOT NULL, Attempting ANY, Attempts INTEGER NOT NULL,
      EstimatedBytes INTEGER NOT NULL, EstimatedImages INTEGER NOT NULL, Operation TEXT NOT NULL,
      Listed INTEGER NOT NULL, Done INTEGER NOT NULL, Unchanged INTEGER NOT NULL, Failed INTEGER NOT NULL,
      Skipped INTEGER NOT NULL, BytesIn INTEGER NOT NULL, BytesOut INTEGER NOT NULL,
      DecodeMicroseconds INTEGER NOT NULL,
      PRIMARY KEY (Job, Id)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX leasesUnfinished ON leases (Job, Id) WHERE State <> 'done';

    CREATE TABLE results (
      ImageKey ANY NOT NULL, Job TEXT NOT NULL,
      SourceBucket TEXT NOT NULL, DestinationBucket TEXT NOT NULL, ProcessedAt TEXT NOT NULL,
      ImageSize TEXT, ImageFormat TEXT,
      SourceETag TEXT NOT NULL, SourceSize INTEGER NOT NULL, Status TEXT NOT NULL, Outputs TEXT NOT NULL,
      ErrorCode TEXT, ErrorMessage TEXT, RecipeDigest TEXT NOT NULL, Fence INTEGER NOT NULL, Worker TEXT NOT NULL,
      Attempts INTEGER NOT NULL, Millis INTEGER NOT NULL, LibvipsVersion TEXT NOT NULL,
      PRIMARY KEY (Job, ImageKey)
    ) STRICT, WITHOUT ROWID;

    CREATE INDEX resultsNotDone ON results (Job, Status, ImageKey) WHERE Status <> 'done';

    CREATE TABLE outputs (
      Job TEXT NOT NULL, OutputKey ANY NOT NULL, ImageKey ANY NOT NULL,
      PRIMARY KEY (Job, OutputKey)
    ) STRICT, WITHOUT ROWID;
    """
}
