internal import Foundation
internal import Synchronization

/// Bytes that may be in use at once, given out in the order they were asked for, so that a large image is not starved
/// by small ones.
///
/// Whoever waits here holds nothing of this budget, so waiting ends.
package final class MemoryBudget: Sendable {
  private struct State {
    var free: Int
    var waiting: [(bytes: Int, grant: @Sendable () -> Void)] = []
  }

  package let totalBytes: Int
  private let state: Mutex<State>

  package init(totalBytes: Int) {
    self.totalBytes = totalBytes
    state = Mutex(State(free: totalBytes))
  }

  /// Waits for `bytes`; `false` at once where the whole budget is smaller.
  package func acquire(_ bytes: Int) async -> Bool {
    guard bytes <= totalBytes else { return false }
    await withCheckedContinuation { continuation in
      take(bytes) { continuation.resume() }
    }
    return true
  }

  /// As `acquire`, for a thread that may block.
  func acquireBlocking(_ bytes: Int) -> Bool {
    guard bytes <= totalBytes else { return false }
    let granted = DispatchSemaphore(value: 0)
    take(bytes) { granted.signal() }
    granted.wait()
    return true
  }

  package func release(_ bytes: Int) {
    let grants = state.withLock { state in
      state.free += bytes
      var grants: [@Sendable () -> Void] = []
      while let first = state.waiting.first, first.bytes <= state.free {
        state.free -= first.bytes
        grants.append(first.grant)
        state.waiting.removeFirst()
      }
      return grants
    }
    for grant in grants { grant() }
  }

  private func take(_ bytes: Int, _ grant: @escaping @Sendable () -> Void) {
    let isFree = state.withLock { state in
      if state.waiting.isEmpty, state.free >= bytes {
        state.free -= bytes
        return true
      }
      state.waiting.append((bytes, grant))
      return false
    }
    if isFree { grant() }
  }
}
