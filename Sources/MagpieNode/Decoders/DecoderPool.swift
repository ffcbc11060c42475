package import MagpieCore
internal import Synchronization

/// Decoder children, one per core, each with its own slots: an image waits in the slot of the child that will decode
/// it, so no child ever sees another's input.
package final class DecoderPool: Sendable {
  package struct Configuration: Sendable {
    /// The `magpie-decoder` executable.
    package var path: String
    package var decoders: Int
    /// Slots a child: one being decoded, the rest being fetched.
    package var slotsPerDecoder = 2
    /// The recipe as canonical JSON.
    package var recipe: [UInt8]
    /// Wall-clock time for one image.
    package var timeoutMilliseconds = 120_000
    /// Children are replaced after so many images: what a codec leaks stays bounded, and starting one costs under 1 %.
    package var imagesPerChild = 10_000
    package var residentBytesMax = 768 << 20
    /// Memory all children together may use above what they need for ordinary images.
    package var budgetBytes: Int
    /// What a child may use for an image without asking: enough for any baseline JPEG and for most PNGs.
    package var grantBytes = 96 << 20

    package init(path: String, decoders: Int, recipe: [UInt8], budgetBytes: Int) {
      self.path = path
      self.decoders = decoders
      self.recipe = recipe
      self.budgetBytes = budgetBytes
    }
  }

  private struct State {
    var free: [[DecoderSlot]]
    var waiting: [CheckedContinuation<DecoderSlot?, Never>] = []
    /// No slot is given out any more.
    var isClosed = false
  }

  private let decoders: [Decoder]
  private let state: Mutex<State>

  /// Starts the threads; a child is started when its first image comes.
  /// - Throws: `store.unreachable` where shared memory cannot be had.
  package init(_ configuration: Configuration) throws(MagpieError) {
    var all: [[DecoderSlot]] = []
    for decoder in 0..<configuration.decoders {
      var slots: [DecoderSlot] = []
      for index in 0..<min(configuration.slotsPerDecoder, DecoderProtocol.slotsMax) {
        slots.append(
          DecoderSlot(decoder: decoder, index: index, input: try InputMemory(), output: try OutputMemory()))
      }
      all.append(slots)
    }
    let settings = Decoder.Settings(
      path: configuration.path, recipe: configuration.recipe, timeoutMilliseconds: configuration.timeoutMilliseconds,
      imagesPerChild: configuration.imagesPerChild, residentBytesMax: configuration.residentBytesMax,
      grantBytes: configuration.grantBytes, budget: MemoryBudget(totalBytes: configuration.budgetBytes))
    decoders = all.map { Decoder(settings: settings, slots: $0) }
    slotCount = all.reduce(0) { $0 + $1.count }
    state = Mutex(State(free: all))
    for decoder in decoders { decoder.start() }
  }

  /// Slots of all children together.
  package let slotCount: Int

  /// The version of libvips, once a child has run.
  package var libvipsVersion: String { decoders.lazy.compactMap(\.version).first ?? "" }

  /// A free slot of the child with the most free ones, first come first served; `nil` once the pool is closed.
  package func acquireSlot() async -> DecoderSlot? {
    await withCheckedContinuation { continuation in
      let (slot, isDecided) = state.withLock { state -> (DecoderSlot?, Bool) in
        if state.isClosed { return (nil, true) }
        if let most = state.free.indices.max(by: { state.free[$0].count < state.free[$1].count }),
          let slot = state.free[most].popLast()
        {
          return (slot, true)
        }
        state.waiting.append(continuation)
        return (nil, false)
      }
      if isDecided { continuation.resume(returning: slot) }
    }
  }

  package func release(_ slot: DecoderSlot) {
    let next = state.withLock { state -> CheckedContinuation<DecoderSlot?, Never>? in
      if !state.waiting.isEmpty { return state.waiting.removeFirst() }
      state.free[slot.decoder].append(slot)
      return nil
    }
    next?.resume(returning: slot)
  }

  /// Decodes the first `inputBytes` of the slot's input.
  package func decode(_ slot: DecoderSlot, inputBytes: Int) async -> DecodeResult {
    await decoders[slot.decoder].decode(slot, inputBytes: inputBytes)
  }

  /// Gives out no more slots: what has one is finished, what waits for one is told at once.
  package func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume(returning: nil) }
  }

  /// Ends all children now; images in them are answered `stopped`.
  package func stop() {
    close()
    // All at once: one may wait for memory that another's image holds.
    for decoder in decoders { decoder.stop() }
    for decoder in decoders { decoder.waitUntilStopped() }
  }
}
