import Dispatch
import GRDB
import Glibc
package import MagpieCore

/// Leases, records and claims in one SQLite file, for all processes of one machine.
///
/// The file is in WAL mode, so readers never wait for the writer, and every conditional write is one `BEGIN IMMEDIATE`
/// transaction: what it reads cannot change before it writes. WAL needs memory shared between the processes, so the
/// file must lie on a local disk.
package final class SQLiteState: Sendable {
  /// The file as the user named it.
  package let path: String
  private let pool: DatabasePool

  /// Seconds a connection waits for another's transaction. A batch of records takes milliseconds; ten seconds means
  /// that the holder is stopped or the disk hangs.
  private static let busySeconds = 10.0

  /// Opens the file, and creates it with its parent directories where it is absent.
  ///
  /// - Parameter mayCreate: `false` for commands that only look: an absent file is then an error.
  /// - Throws: `store.corrupt` for a file that is not a state file or damaged, `sink.denied`, `sink.full`, else
  ///   `store.unreachable`.
  package init(path: String, mayCreate: Bool = true) throws(MagpieError) {
    self.path = path
    if mayCreate {
      try SQLiteState.createParent(of: path)
    } else if access(path, F_OK) != 0 {
      throw MagpieError(.storeUnreachable, "there is no state file “\(path)”: name another with --state")
    }
    var configuration = Configuration()
    configuration.label = "magpie-state"
    configuration.busyMode = .timeout(SQLiteState.busySeconds)
    configuration.maximumReaderCount = 3
    configuration.qos = .default
    // NORMAL syncs the WAL at checkpoints only. A power cut then loses the last transactions, but always a suffix:
    // leases and records share one WAL, so no lease can be ahead of the records it vouches for. The lost images are
    // done again.
    configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = NORMAL") }
    pool = try SQLiteState.opening(path) {
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.write { db in try SQLiteSchema.prepare(db, path: path) }
      return pool
    }
  }

  /// Runs `body` in an immediate transaction, on GRDB's own queue. Not cut short where the task is cancelled: a drain
  /// cancels tasks, and must still be able to write its last records.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(MagpieError) -> Value {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, any Error>, Never>) in
      pool.asyncWrite(body) { _, result in continuation.resume(returning: result) }
    }
    return try value(of: result)
  }

  /// Runs `body` on a snapshot that shows everything committed before, on one of GRDB's readers.
  /// Moves the log into the file and removes it where no other process has it open, so that the one file can be copied.
  package func close() {
    // Refused while a read is under way; then the log stays beside the file, which is as good for the next run.
    try? pool.close()
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(MagpieError) -> Value {
    let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, any Error>, Never>) in
      pool.asyncRead { database in
        continuation.resume(returning: database.flatMap { db in Result { try body(db) } })
      }
    }
    return try value(of: result)
  }

  private func value<Value>(of result: Result<Value, any Error>) throws(MagpieError) -> Value {
    switch result {
    case .success(let value): return value
    case .failure(let error): throw SQLiteFailure.error(error, path: path)
    }
  }

  /// Several processes that meet on a new file all switch it to WAL; SQLite lets one win and tells the others that the
  /// file is busy without asking their busy handler, so opening tries again on its own.
  private static func opening(
    _ path: String, _ body: () throws -> DatabasePool
  ) throws(MagpieError) -> DatabasePool {
    let deadline = DispatchTime.now() + busySeconds
    while true {
      do {
        return try body()
      } catch let error as DatabaseError
        where [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) && DispatchTime.now() < deadline
      {
        usleep(20_000)
      } catch {
        throw SQLiteFailure.error(error, path: path)
      }
    }
  }

  private static func createParent(of path: String) throws(MagpieError) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let parent = String(path[..<slash])
    let code = PathTree.create(parent)
    guard code == 0 else {
      let reason = SystemCall.text(code)
      let error: ErrorCode =
        switch code {
        case EACCES, EPERM, EROFS: .sinkDenied
        case ENOSPC, EDQUOT: .sinkFull
        default: .storeUnreachable
        }
      throw MagpieError(
        error, "the directory “\(parent)” of the state file cannot be made: \(reason); name another with --state")
    }
  }
}
