@preconcurrency import Dispatch
import Glibc
import Synchronization

/// The signals that ask a run to end. The first one asks; a second one ends the process at once.
final class SignalWatch: Sendable {
  /// The signals, and what people call them.
  private static let watched: [(number: Int32, name: String)] = [
    (SIGINT, "Ctrl-C"), (SIGTERM, "SIGTERM"), (SIGHUP, "SIGHUP"),
  ]

  private let first = Mutex<Int32?>(nil)
  private let queue = DispatchQueue(label: "magpie-signals")
  // Written once, before the first signal can come.
  private let sources = Mutex<[any DispatchSourceSignal]>([])

  /// The first signal that came.
  var received: Int32? { first.withLock { $0 } }

  /// What the shell sees of a process that this signal ended.
  static func exitCode(_ signal: Int32) -> Int32 { 128 + signal }

  /// - Parameter asked: called once, with the signal's name.
  func start(_ asked: @escaping @Sendable (String) -> Void) {
    for (number, name) in SignalWatch.watched {
      // What nohup had ignored stays ignored.
      let before = signal(number, SIG_IGN)
      if number == SIGHUP, SignalWatch.isIgnored(before) { continue }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [self] in
        let isFirst = first.withLock { first in
          defer { first = first ?? number }
          return first == nil
        }
        if isFirst { asked(name) } else { _exit(SignalWatch.exitCode(number)) }
      }
      source.resume()
      sources.withLock { $0.append(source) }
    }
  }

  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(Optional(SIG_IGN), to: Int.self)
  }
}
