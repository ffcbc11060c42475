internal import Foundation
internal import GRDB
internal import MagpieCore

/// The tables. Column names of `results` are those of the records table in DynamoDB.
enum SQLiteSchema {
  static let version = 1

  static func prepare(_ database: Database, path: String) throws {
    let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    if found == version { return }
    guard found < version else {
      throw MagpieError(
        .storeUnreachable, "the state file \(path) was written by a newer Magpie (schema \(found), this one knows \(version))")
    }
    try database.execute(sql: tables)
    try database.execute(sql: "PRAGMA user_version = \(version)")
  }

  // Keys have no declared type: text where they are UTF-8, a blob where not, kept as bound.
  private static let tables = """
    CREATE TABLE jobs (
      name TEXT PRIMARY KEY, source TEXT NOT NULL, destination TEXT NOT NULL, recipe TEXT NOT NULL,
      recipe_digest TEXT NOT NULL, state TEXT NOT NULL, pass INTEGER NOT NULL, epoch_floor INTEGER NOT NULL,
      lease_ms INTEGER NOT NULL, created TEXT NOT NULL, sealed_counts TEXT
    ) WITHOUT ROWID;
    CREATE TABLE leases (
      job TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, lo, hi, position, dispatched,
      owner TEXT, epoch INTEGER NOT NULL, beat INTEGER NOT NULL, duration_ms INTEGER NOT NULL, counts TEXT NOT NULL,
      takeovers INTEGER NOT NULL, attempting, attempts INTEGER NOT NULL, estimated_bytes INTEGER NOT NULL,
      estimated_images INTEGER NOT NULL, operation TEXT NOT NULL, PRIMARY KEY (job, id)
    ) WITHOUT ROWID;
    CREATE TABLE results (
      Job TEXT NOT NULL, ImageKey NOT NULL, SourceBucket TEXT NOT NULL, DestinationBucket TEXT NOT NULL,
      ProcessedAt TEXT NOT NULL, ImageSize TEXT, ImageFormat TEXT, SourceETag TEXT NOT NULL,
      SourceSize INTEGER NOT NULL, Status TEXT NOT NULL, Outputs TEXT NOT NULL, ErrorCode TEXT, ErrorMessage TEXT,
      RecipeDigest TEXT NOT NULL, Fence INTEGER NOT NULL, Worker TEXT NOT NULL, Attempts INTEGER NOT NULL,
      Millis INTEGER NOT NULL, LibvipsVersion TEXT NOT NULL, PRIMARY KEY (Job, ImageKey)
    ) WITHOUT ROWID;
    CREATE INDEX results_not_done ON results (Job, Status, ImageKey) WHERE Status <> 'done';
    CREATE TABLE outputs (
      job TEXT NOT NULL, output NOT NULL, source NOT NULL, PRIMARY KEY (job, output)
    ) WITHOUT ROWID;
    """
}

extension ObjectKey {
  /// Text where the key is UTF-8 without NUL, so that people can read and query it; else a blob, because SQLite's text
  /// ends at a NUL for most readers and GRDB binds it so.
  var databaseValue: DatabaseValue {
    if let text = utf8, !bytes.contains(0) { return text.databaseValue }
    return Data(bytes).databaseValue
  }

  init?(_ value: DatabaseValue) {
    switch value.storage {
    case .string(let text): self.init(text)
    case .blob(let data): self.init(bytes: data)
    default: return nil
    }
  }
}
