import MagpieCore
internal import Synchronization

/// Drives a machine: events arrive in order, effects are carried out as child tasks, one timer wakes it.
///
/// The machine decides and this only waits, so nothing here needs a test that the simulator does not already give.
final class EventLoop<Event: Sendable>: Sendable {
  private let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation
  private let scheduled = Mutex<Timestamp?>(nil)

  init() {
    (events, continuation) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
  }

  func send(_ event: Event) {
    continuation.yield(event)
  }

  /// Ends `run` once the events before this are handled.
  func finish() {
    continuation.finish()
  }

  /// Handles events until `handle` returns `false`; `handle` starts the tasks its effects need in the group.
  func run(_ handle: @escaping (Event, inout DiscardingTaskGroup) -> Bool) async {
    await withDiscardingTaskGroup { group in
      for await event in events {
        guard handle(event, &group) else { break }
      }
      group.cancelAll()
    }
  }

  /// Sends `event` at `time`, unless an earlier one is already coming.
  func wake(_ event: Event, at time: Timestamp, in group: inout DiscardingTaskGroup) {
    let isNews = scheduled.withLock { scheduled in
      if let earlier = scheduled, earlier <= time { return false }
      scheduled = time
      return true
    }
    guard isNews else { return }
    group.addTask {
      let wait = max(0, time.milliseconds - NodeClock.now.milliseconds)
      do {
        try await Task.sleep(for: .milliseconds(wait), clock: .continuous)
      } catch {
        return  // The loop is over.
      }
      self.scheduled.withLock { if $0 == time { $0 = nil } }
      self.send(event)
    }
  }
}
