import MagpieCore
internal import Synchronization

/// The first error that makes going on pointless, and how long the state store has not answered.
final class StoreTrouble: Sendable {
  private struct State {
    var fatal: MagpieError?
    var failingSince: Timestamp?
  }

  private let state = Mutex(State())
  private let patienceMilliseconds: Int

  /// - Parameter patienceMilliseconds: how long a store may be unreachable before the run gives up.
  init(patienceMilliseconds: Int) {
    self.patienceMilliseconds = patienceMilliseconds
  }

  var fatal: MagpieError? { state.withLock { $0.fatal } }

  func report(fatal error: MagpieError) {
    state.withLock { state in
      if state.fatal == nil { state.fatal = error }
    }
  }

  func succeeded() {
    state.withLock { $0.failingSince = nil }
  }

  /// Notes a failed call; tells whether the run must stop for it.
  func failed(_ error: MagpieError, now: Timestamp) -> Bool {
    state.withLock { state in
      let since = state.failingSince ?? now
      state.failingSince = since
      let isOver = !error.code.retryCanHelp || now.milliseconds - since.milliseconds > patienceMilliseconds
      if isOver, state.fatal == nil { state.fatal = error }
      return isOver
    }
  }
}
