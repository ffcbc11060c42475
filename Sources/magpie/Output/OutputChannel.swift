import Dispatch
import Glibc
import Synchronization

/// Standard output or standard error, written from any task without keeping it waiting: lines queue up for a thread of
/// their own. A reader that has gone away (`| head`) ends the writing quietly.
final class OutputChannel: Sendable {
  static let output = OutputChannel(descriptor: 1)
  static let error = OutputChannel(descriptor: 2)

  /// Lines that may queue up; a reader that is slower holds the writers back.
  private static let linesMax = 16_384

  private let descriptor: Int32
  private let queue: DispatchQueue
  private let room = DispatchSemaphore(value: OutputChannel.linesMax)
  private let closed = Atomic(false)

  init(descriptor: Int32) {
    self.descriptor = descriptor
    queue = DispatchQueue(label: "magpie-output-\(descriptor)")
  }

  /// Whether nobody reads any more.
  var isClosed: Bool { closed.load(ordering: .relaxed) }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  func line(_ text: String) {
    write(text + "\n")
  }

  func write(_ text: String) {
    guard !isClosed else { return }
    room.wait()
    queue.async { [self] in
      writeAll(Array(text.utf8))
      room.signal()
    }
  }

  /// Returns when everything before this is written.
  func flush() {
    queue.sync {}
  }

  private func writeAll(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty, !isClosed {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&waiting, 1, -1)
      } else if errno != EINTR {
        closed.store(true, ordering: .relaxed)
      }
    }
  }
}
