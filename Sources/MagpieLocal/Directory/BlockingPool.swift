import Glibc
package import MagpieCore

/// A few threads for system calls that block, so that none blocks Swift's cooperative pool (one thread per core).
package final class BlockingPool: Sendable {
  private let queue = WorkQueue()

  /// - Parameter threads: how many calls may block at once.
  package init(threads: Int) {
    for _ in 0..<max(1, threads) {
      queue.startThread()
    }
  }

  deinit {
    queue.close()
  }

  /// Has `body` run on one of the threads, and does not wait for it.
  func start(_ body: @escaping @Sendable () -> Void) {
    queue.add(body)
  }

  /// Runs `body` on one of the threads.
  package func run<Value: Sendable>(
    _ body: @escaping @Sendable () throws(MagpieError) -> Value
  ) async throws(MagpieError) -> Value {
    let result = await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Value, MagpieError>, Never>) in
      queue.add {
        continuation.resume(returning: Result { () throws(MagpieError) in try body() })
      }
    }
    return try result.get()
  }
}

/// The queue outlives its pool until the last thread has left.
///
/// `@unchecked Sendable`: every access to `jobs`, `head` and `isClosed` holds `mutex`; the mutex and the condition are
/// raw pointers because pthread needs addresses that never move.
private final class WorkQueue: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var jobs: [@Sendable () -> Void] = []
  private var head = 0
  private var isClosed = false

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func startThread() {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(self)
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<WorkQueue>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, box.toOpaque())
    guard code == 0 else {
      box.release()
      fatalError("cannot start a thread: \(SystemCall.text(code))")
    }
    pthread_detach(thread)
  }

  func add(_ job: @escaping @Sendable () -> Void) {
    pthread_mutex_lock(mutex)
    jobs.append(job)
    pthread_mutex_unlock(mutex)
    pthread_cond_signal(condition)
  }

  func close() {
    pthread_mutex_lock(mutex)
    isClosed = true
    pthread_mutex_unlock(mutex)
    pthread_cond_broadcast(condition)
  }

  private func work() {
    while let job = next() {
      job()
    }
  }

  private func next() -> (@Sendable () -> Void)? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while head == jobs.count {
      if isClosed { return nil }
      pthread_cond_wait(condition, mutex)
    }
    let job = jobs[head]
    head += 1
    if head == jobs.count {
      jobs.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 1024 {
      jobs.removeFirst(head)
      head = 0
    }
    return job
  }
}
