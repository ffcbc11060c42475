internal import Foundation
internal import Glibc
package import MagpieCore
internal import Synchronization

/// Where an image lies while it waits for its decoder and is decoded.
package struct DecoderSlot: Sendable {
  let decoder: Int
  let index: Int
  package let input: InputMemory
  let output: OutputMemory
}

/// What came of one image.
package enum DecodeResult: Sendable {
  case done(ImageHeader, [(output: DecodedOutput, bytes: [UInt8])], cpuMicroseconds: Int)
  case failed(MagpieError)
  /// The child died; the image may be tried once more.
  case crashed(String)
  /// No child can be started, or none can do the recipe: not the image's fault.
  case unusable(MagpieError)
  /// The pool is shut down; the image was not decoded.
  case stopped
}

/// A thread that owns one child process at a time and feeds it image after image. The thread is permanent because the
/// kernel ends a child when the thread that started it ends.
///
/// `@unchecked Sendable`: the child belongs to the thread; everything shared is under the mutex.
final class Decoder: @unchecked Sendable {
  struct Settings: Sendable {
    var path: String
    var recipe: [UInt8]
    var timeoutMilliseconds: Int
    var imagesPerChild: Int
    var residentBytesMax: Int
    /// What a child may use without asking.
    var grantBytes: Int
    var budget: MemoryBudget
  }

  private struct Work {
    var slot: DecoderSlot
    var inputBytes: Int
    var continuation: CheckedContinuation<DecodeResult, Never>
  }

  private struct State {
    var queue: [Work] = []
    var isStopping = false
    var child: pid_t?
    var version: String?
  }

  private let settings: Settings
  private let slots: [DecoderSlot]
  private let state = Mutex(State())
  private let ready = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  init(settings: Settings, slots: [DecoderSlot]) {
    self.settings = settings
    self.slots = slots
  }

  func start() {
    let thread = Thread { self.work() }
    thread.name = "magpie-decoder"
    thread.start()
  }

  /// The libvips of the last child, once there was one.
  var version: String? { state.withLock { $0.version } }

  func decode(_ slot: DecoderSlot, inputBytes: Int) async -> DecodeResult {
    await withCheckedContinuation { continuation in
      let accepted = state.withLock { state in
        guard !state.isStopping else { return false }
        state.queue.append(Work(slot: slot, inputBytes: inputBytes, continuation: continuation))
        return true
      }
      if accepted { ready.signal() } else { continuation.resume(returning: .stopped) }
    }
  }

  /// Kills the child and tells the thread to answer `stopped` for all that waits and to end.
  func stop() {
    let child = state.withLock { state in
      state.isStopping = true
      return state.child
    }
    if let child { kill(child, SIGKILL) }
    ready.signal()
  }

  /// Returns once the thread has ended after `stop`; as often as it is called.
  func waitUntilStopped() {
    ended.wait()
    ended.signal()
  }

  private func work() {
    var child: DecoderProcess?
    var images = 0
    while true {
      ready.wait()
      let (next, isStopping) = state.withLock { state in
        (state.queue.isEmpty ? nil : state.queue.removeFirst(), state.isStopping)
      }
      if isStopping {
        child?.stop()
        finish(next)
        return
      }
      guard let next else { continue }
      let result = decode(next, with: &child)
      images += 1
      if let running = child, isWorn(running, images: images) {
        forget(&child)
        images = 0
      }
      if child == nil { images = 0 }
      next.slot.input.release()
      next.continuation.resume(returning: result)
    }
  }

  private func finish(_ next: Work?) {
    var left = state.withLock { state in
      defer { state.queue = [] }
      return state.queue
    }
    if let next { left.append(next) }
    for work in left { work.continuation.resume(returning: .stopped) }
    ended.signal()
  }

  private func isWorn(_ child: DecoderProcess, images: Int) -> Bool {
    if images >= settings.imagesPerChild { return true }
    guard images % 64 == 0 else { return false }
    child.trimErrors()
    return child.residentBytes > settings.residentBytesMax
  }

  private func forget(_ child: inout DecoderProcess?) {
    state.withLock { $0.child = nil }
    child?.stop()
    child = nil
  }

  private func decode(_ work: Work, with child: inout DecoderProcess?) -> DecodeResult {
    let running: DecoderProcess
    if let child {
      running = child
    } else {
      switch startChild() {
      case .success(let started): running = started
      case .failure(let error): return state.withLock { $0.isStopping } ? .stopped : .unusable(error)
      }
      child = running
      state.withLock { $0.version = running.version }
    }
    var granted = 0
    defer { if granted > 0 { settings.budget.release(granted) } }
    let (result, isUsable) = converse(with: running, about: work, granted: &granted)
    if !isUsable { forget(&child) }
    return state.withLock { $0.isStopping } ? .stopped : result
  }

  /// A child may be killed while it starts; one that never starts will not do so for the next image either.
  private static let startsMax = 3

  private func startChild() -> Result<DecoderProcess, MagpieError> {
    var failure = MagpieError(.decoderUnusable, "the decoder was not started")
    for _ in 0..<Decoder.startsMax {
      do throws(MagpieError) {
        return .success(
          try DecoderProcess(path: settings.path, slots: slots, recipe: settings.recipe) { child in
            let isStopping = state.withLock { state in
              state.child = child
              return state.isStopping
            }
            // It was not there yet when `stop` killed children.
            if isStopping { kill(child, SIGKILL) }
          })
      } catch {
        state.withLock { $0.child = nil }
        failure = error
        if error.code != .decoderUnusable || state.withLock({ $0.isStopping }) { break }
      }
    }
    return .failure(failure)
  }

  /// One image: decode, perhaps a header to price, then the outputs. Also tells whether the child can go on.
  private func converse(
    with child: DecoderProcess, about work: Work, granted: inout Int
  ) -> (result: DecodeResult, isUsable: Bool) {
    let sequence = UInt32.random(in: 0...UInt32.max)
    let mappedBytes = slots.reduce(0) { $0 + $1.input.capacity }
    child.begin()
    child.grant(bytes: settings.grantBytes, mappedBytes: mappedBytes)
    child.send(
      .decode(
        sequence: sequence, slot: UInt8(work.slot.index), inputBytes: UInt64(work.inputBytes),
        grantBytes: UInt64(settings.grantBytes)))
    while true {
      switch child.answer(timeoutMilliseconds: settings.timeoutMilliseconds) {
      case .timedOut:
        let seconds = Double(settings.timeoutMilliseconds) / 1000
        return (.failed(MagpieError(.limitTime, "decoding took longer than \(seconds) s and was ended")), false)
      case .died(_, memory: true):
        // The reason is known: no second try.
        return (.failed(MagpieError(.limitMemory, "decoding needed more memory than it was granted")), false)
      case .died(let reason, memory: false):
        return (.crashed(reason), false)
      case .reply(.header(let answered, let header)) where answered == sequence && granted == 0:
        let price = header.decodeBytes
        guard settings.budget.acquireBlocking(price) else {
          child.send(.abandon(sequence: sequence))
          return (.failed(tooLarge(header, price: price)), true)
        }
        granted = price
        child.grant(bytes: price, mappedBytes: mappedBytes)
        child.send(.proceed(sequence: sequence))
      case .reply(.failed(let answered, let error)) where answered == sequence && error.code.isOfAnImage:
        return (.failed(error), true)
      case .reply(.done(let answered, let header, let outputs, let micros)) where answered == sequence:
        guard outputs.allSatisfy(\.isPlausible), let bytes = work.slot.output.read(outputs) else {
          return (.crashed("promised more output than it made"), false)
        }
        let named = zip(outputs, bytes).map { (output: $0, bytes: $1) }
        return (.done(header, named, cpuMicroseconds: Int(clamping: micros)), true)
      case .reply:
        return (.crashed("sent a reply out of turn"), false)
      }
    }
  }

  private func tooLarge(_ header: ImageHeader, price: Int) -> MagpieError {
    MagpieError(
      .limitMemory,
      "\(header.width)x\(header.height) \(header.kind.rawValue) needs about \(price >> 20) MB to decode, the budget is "
        + "\(settings.budget.totalBytes >> 20) MB")
  }
}

extension DecodedOutput {
  /// No format takes more than 8 bytes a pixel and a header; a reply that says so is not to be believed.
  fileprivate var isPlausible: Bool { bytes <= width * height * 8 + (1 << 20) }
}

extension ErrorCode {
  /// What a decoder may say of an image. Anything else from it, a full disk for example, would stop the run.
  fileprivate var isOfAnImage: Bool {
    rawValue.hasPrefix("input.") || rawValue.hasPrefix("limit.") || rawValue.hasPrefix("encode.")
  }
}
