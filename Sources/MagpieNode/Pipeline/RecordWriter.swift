package import MagpieCore
package import MagpieStores

/// Writes records in groups: while one group is made durable and committed, the next gathers. The outputs of a group
/// survive a power cut before its records are written.
package actor RecordWriter {
  package enum Answer: Sendable {
    /// The record, or a better one of the same image, stands.
    case written
    /// The lease was lost before the record could be written.
    case notMine
    case failed(MagpieError)
  }

  private struct Waiting {
    var record: ImageRecord
    var mayRecord: @Sendable () -> Bool
    var continuation: CheckedContinuation<Answer, Never>
  }

  private let records: any RecordStore
  private let destination: any ObjectStore
  private var waiting: [Waiting] = []
  private let wakeups: AsyncStream<Void>
  private let wakeup: AsyncStream<Void>.Continuation

  /// Records a transaction.
  private static let groupMax = 256

  package init(records: any RecordStore, destination: any ObjectStore) {
    self.records = records
    self.destination = destination
    (wakeups, wakeup) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Returns once the record is committed; needs `run` beside it.
  package func write(_ record: ImageRecord, mayRecord: @escaping @Sendable () -> Bool) async -> Answer {
    await withCheckedContinuation { continuation in
      waiting.append(Waiting(record: record, mayRecord: mayRecord, continuation: continuation))
      wakeup.yield()
    }
  }

  /// Commits what waits, group after group, until `finish`.
  package func run() async {
    for await _ in wakeups {
      while !waiting.isEmpty {
        let group = Array(waiting.prefix(RecordWriter.groupMax))
        waiting.removeFirst(group.count)
        await commit(group)
      }
    }
  }

  /// Lets `run` return; nothing may be written afterwards.
  package nonisolated func finish() {
    wakeup.finish()
  }

  /// How often a group is tried while the store cannot be reached; each try may itself wait for a lock.
  private static let triesMax = 4

  private func commit(_ group: [Waiting]) async {
    for attempt in 1...RecordWriter.triesMax {
      do throws(MagpieError) {
        try await destination.synchronize()
        let mine = group.map { $0.mayRecord() }
        let allowed = zip(group, mine).filter(\.1).map(\.0)
        if !allowed.isEmpty { _ = try await records.put(allowed.map(\.record)) }
        for (waiting, isMine) in zip(group, mine) {
          waiting.continuation.resume(returning: isMine ? .written : .notMine)
        }
        return
      } catch {
        if error.code == .storeUnreachable, attempt < RecordWriter.triesMax { continue }
        for waiting in group { waiting.continuation.resume(returning: .failed(error)) }
        return
      }
    }
  }
}
