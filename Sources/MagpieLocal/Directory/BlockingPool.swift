internal import Foundation
internal import MagpieCore
internal import Synchronization

/// A few threads for system calls that block, so that they never occupy Swift's cooperative pool, which has one thread
/// a core.
final class BlockingPool: Sendable {
  private typealias Job = @Sendable () -> Void

  private struct State {
    var jobs: [Job] = []
    var head = 0
    var isClosed = false
  }

  private final class Queue: Sendable {
    let state = Mutex(State())
    let ready = DispatchSemaphore(value: 0)

    func next() -> Job? {
      ready.wait()
      return state.withLock { state in
        guard state.head < state.jobs.count else { return nil }
        defer {
          state.head += 1
          if state.head == state.jobs.count {
            state.jobs.removeAll(keepingCapacity: true)
            state.head = 0
          }
        }
        return state.jobs[state.head]
      }
    }
  }

  private let queue = Queue()
  private let threads: Int

  init(threads: Int) {
    self.threads = threads
    for _ in 0..<threads {
      let thread = Thread { [queue] in
        while let job = queue.next() { job() }
      }
      thread.name = "magpie-files"
      thread.start()
    }
  }

  deinit {
    // A wake-up without a job ends a thread.
    for _ in 0..<threads { queue.ready.signal() }
  }

  func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws(MagpieError) -> Value
  ) async throws(MagpieError) -> Value {
    let result: Result<Value, MagpieError> = await withCheckedContinuation { continuation in
      queue.state.withLock { state in
        state.jobs.append {
          do throws(MagpieError) {
            continuation.resume(returning: .success(try body()))
          } catch {
            continuation.resume(returning: .failure(error))
          }
        }
      }
      queue.ready.signal()
    }
    return try result.get()
  }
}
