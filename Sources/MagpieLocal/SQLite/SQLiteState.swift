internal import Foundation
internal import GRDB
package import MagpieCore
package import MagpieStores

/// Jobs, leases and records in one SQLite file that any number of processes of one machine share.
///
/// Each conditional write reads, applies the specification in MagpieCore and writes within one IMMEDIATE transaction, so
/// what is conditional there is conditional here.
package final class SQLiteState: Sendable {
  package let path: String
  let database: DatabaseQueue

  /// How long a write waits for another process' transaction.
  private static let busySeconds = 20.0

  /// Opens the file; creates it and its directory where missing.
  /// - Throws: `store.*`, naming the file and what to do.
  package convenience init(path: String) throws(MagpieError) {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw MagpieError(.storeUnreachable, "cannot create the folder of the state file \(path): \(error.localizedDescription)")
      }
    }
    try self.init(opening: path)
  }

  /// Opens a file that must exist.
  package convenience init(existing path: String) throws(MagpieError) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw MagpieError(.storeUnreachable, "there is no state file \(path)")
    }
    try self.init(opening: path)
  }

  private init(opening path: String) throws(MagpieError) {
    self.path = path
    var configuration = Configuration()
    configuration.label = "magpie-state"
    configuration.busyMode = .timeout(SQLiteState.busySeconds)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      // A power cut may cost the last commits and nothing else: records and leases share one log, so what is lost is
      // always a suffix, and the images of lost records are made again, byte for byte.
      try database.execute(sql: "PRAGMA synchronous = NORMAL")
    }
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      try database.writeWithoutTransaction { database in
        try database.inTransaction(.immediate) {
          try SQLiteSchema.prepare(database, path: path)
          return .commit
        }
      }
    } catch {
      throw SQLiteState.described(error, path: path)
    }
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(MagpieError) -> Value {
    do {
      return try await database.writeWithoutTransaction { database in
        var value: Value?
        try database.inTransaction(.immediate) {
          value = try body(database)
          return .commit
        }
        guard let value else { throw MagpieError(.storeUnreachable, "a transaction ended without a value") }
        return value
      }
    } catch {
      throw SQLiteState.described(error, path: path)
    }
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(MagpieError) -> Value {
    do {
      return try await database.read(body)
    } catch {
      throw SQLiteState.described(error, path: path)
    }
  }

  /// SQLite's error in Magpie's words.
  static func described(_ error: any Error, path: String) -> MagpieError {
    if let known = error as? MagpieError { return known }
    guard let error = error as? DatabaseError else {
      return MagpieError(.storeCorrupt, "the state file \(path) holds something unexpected: \(error)")
    }
    let detail = error.message ?? String(describing: error.resultCode)
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      return MagpieError(.storeCorrupt, "the state file \(path) is damaged or no SQLite database (\(detail))")
    case .SQLITE_FULL:
      return MagpieError(.sinkFull, "the state file \(path) cannot grow: the disk is full")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      return MagpieError(.sinkDenied, "the state file \(path) may not be written (\(detail))")
    case .SQLITE_CANTOPEN:
      return MagpieError(.storeUnreachable, "the state file \(path) cannot be opened (\(detail)); check the path and its permissions")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return MagpieError(
        .storeUnreachable, "the state file \(path) was locked by another process for \(Int(busySeconds)) s")
    default:
      return MagpieError(.storeUnreachable, "the state file \(path) cannot be used (\(detail))")
    }
  }
}
