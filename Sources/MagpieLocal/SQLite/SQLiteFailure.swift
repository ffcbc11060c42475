import GRDB
import MagpieCore

/// A row that no version of Magpie wrote.
struct SQLiteDamage: Error {
  var description: String

  init(_ description: String) {
    self.description = description
  }
}

/// What GRDB throws, in the words of Magpie: every message names the file and what to do.
enum SQLiteFailure {
  static func error(_ error: any Error, path: String) -> MagpieError {
    switch error {
    case let error as MagpieError: error
    case let error as DatabaseError: database(error, path: path)
    case let error as SQLiteDamage: corrupt(path, error.description)
    case let error as RowDecodingError: corrupt(path, "\(error)")
    default: MagpieError(.storeUnreachable, "the state file “\(path)” cannot be used: \(error)")
    }
  }

  private static func corrupt(_ path: String, _ reason: String) -> MagpieError {
    MagpieError(
      .storeCorrupt, "the state file “\(path)” is damaged (\(reason)): move it away and run the same command again")
  }

  private static func database(_ error: DatabaseError, path: String) -> MagpieError {
    let reason = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
    // A short read is a file that ends before its last page.
    if error.extendedResultCode == .SQLITE_IOERR_SHORT_READ { return corrupt(path, reason) }
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_SCHEMA, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH:
      return corrupt(path, reason)
    case .SQLITE_ERROR where reason.hasPrefix("no such"):
      return corrupt(path, reason)
    case .SQLITE_FULL:
      return MagpieError(.sinkFull, "no space for the state file “\(path)”: free space and run the same command again")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      return MagpieError(
        .sinkDenied, "the state file “\(path)” may not be written (\(reason)): check it, its directory and -wal file")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return MagpieError(
        .storeUnreachable, "the state file “\(path)” stayed locked by another process; look for a stopped magpie")
    case .SQLITE_CANTOPEN:
      return MagpieError(
        .storeUnreachable, "the state file “\(path)” cannot be opened: check that it is a file and its permissions")
    default:
      return MagpieError(.storeUnreachable, "the state file “\(path)” cannot be used: \(reason)")
    }
  }
}
