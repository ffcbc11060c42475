import CSystem
import FoundationEssentials
import Glibc
import MagpieCore

/// The life of a decoder: one recipe, then image after image, until its node closes the socket.
package struct DecoderLoop {
  /// Ends of the loop, as exit codes of the process.
  package enum End: Int32, Sendable {
    /// The node closed the socket.
    case closed = 0
    /// The recipe cannot be worked with; the node was told.
    case unusable = 69
    /// The node sent what is no request, or one that makes no sense here (EX_SOFTWARE).
    case malformed = 70
  }

  private enum Answer {
    case proceed, abandon
    case end(End)
  }

  private var socket: PacketSocket
  private let slots: [DecoderSlot]
  /// Called with an image's first bytes before anything else is done with it. Faulty decoders of the tests have one.
  private let beforeDecoding: (([UInt8]) -> Void)?
  /// Decode requests that arrived while an answer was awaited.
  private var waiting: [DecoderRequest] = []
  /// Whether the last image took more memory than is worth keeping for the next.
  private var costsMuch = false
  /// Above what a baseline JPEG or a 12-megapixel PNG takes (`ImageHeader.decodeBytes`).
  private static let bytesKept = 48 << 20

  package init(socket: Int32, slots: [DecoderSlot], beforeDecoding: (([UInt8]) -> Void)? = nil) {
    self.socket = PacketSocket(descriptor: socket)
    self.slots = slots
    self.beforeDecoding = beforeDecoding
  }

  /// Works until there is nothing more to do. libvips must have been started.
  package mutating func run() -> End {
    let renderer: Renderer
    switch configure() {
    case .success(let configured): renderer = configured
    case .failure(let end): return end.end
    }
    while true {
      let request: DecoderRequest
      if waiting.isEmpty {
        switch socket.receive() {
        case .request(let received): request = received
        case .end: return .closed
        case .malformed: return .malformed
        }
      } else {
        request = waiting.removeFirst()
      }
      guard case .decode(let sequence, let slot, let inputBytes, let grantBytes) = request, Int(slot) < slots.count,
        slots[Int(slot)].holds(Int(clamping: inputBytes))
      else { return .malformed }
      let task = Task(
        sequence: sequence, slot: slots[Int(slot)], inputBytes: Int(clamping: inputBytes),
        grantBytes: Int(clamping: grantBytes))
      if let end = decode(task, with: renderer) { return end }
      // A small node may run many decoders: what a large image needed goes back to the system.
      if costsMuch { _ = magpie_trim_malloc() }
    }
  }

  private struct Ended: Error {
    var end: End
  }

  private struct Task {
    var sequence: UInt32
    var slot: DecoderSlot
    var inputBytes: Int
    var grantBytes: Int
  }

  private mutating func configure() -> Result<Renderer, Ended> {
    switch socket.receive() {
    case .end: return .failure(Ended(end: .closed))
    case .malformed: return .failure(Ended(end: .malformed))
    case .request(.configure(let json)):
      do throws(MagpieError) {
        let renderer = try Self.renderer(recipe: json)
        return socket.send(.ready(version: VipsLibrary.version)) ? .success(renderer) : .failure(Ended(end: .closed))
      } catch {
        _ = socket.send(.unusable(error))
        return .failure(Ended(end: .unusable))
      }
    case .request: return .failure(Ended(end: .malformed))
    }
  }

  /// - Throws: `recipe.invalid`, also for an output format that this libvips does not write.
  private static func renderer(recipe json: [UInt8]) throws(MagpieError) -> Renderer {
    let recipe: Recipe
    do {
      recipe = try JSONDecoder().decode(Recipe.self, from: Data(json))
    } catch let error as MagpieError {
      throw error
    } catch {
      throw MagpieError(.recipeInvalid, "the decoder cannot read its recipe: \(error)")
    }
    try recipe.validate()
    let rendition = recipe.renditions[0]
    guard VipsLibrary.canWrite(rendition.format) else {
      throw MagpieError(
        .recipeInvalid, "libvips \(VipsLibrary.version) here does not write \(rendition.format.rawValue)")
    }
    return Renderer(rendition: rendition, orient: recipe.orient, pixelsMax: recipe.pixelsMax)
  }

  /// One image, answered in full but where the node abandons it. Returns how the loop ends, or `nil` where it goes on.
  private mutating func decode(_ task: Task, with renderer: Renderer) -> End? {
    let started = processMicroseconds()
    let reply: DecoderReply
    costsMuch = false
    do throws(MagpieError) {
      let input = try task.slot.inputBytes(task.inputBytes)
      if let beforeDecoding { beforeDecoding(Array(input.prefix(ImageKind.sniffBytes))) }
      let kind = try SourceImage.kind(of: input)
      var isGranted = false
      if let declared = DeclaredSize.header(of: kind, in: input) {
        try renderer.check(declared)
        switch ask(about: declared, task) {
        case .proceed: isGranted = declared.decodeBytes > task.grantBytes
        case .abandon: return nil
        case .end(let end): return end
        }
      }
      let source = try SourceImage(input, kind: kind)
      try renderer.check(source.header)
      if !isGranted {
        switch ask(about: source.header, task) {
        case .proceed: break
        case .abandon: return nil
        case .end(let end): return end
        }
      }
      costsMuch = source.header.decodeBytes > Self.bytesKept
      let rendered = try renderer.render(source)
      try task.slot.write(rendered.encoded.bytes)
      let output = DecodedOutput(bytes: rendered.encoded.bytes.count, width: rendered.width, height: rendered.height)
      reply = .done(
        sequence: task.sequence, source.header, outputs: [output],
        cpuMicroseconds: UInt64(max(0, processMicroseconds() - started)))
    } catch {
      reply = .failed(sequence: task.sequence, error)
    }
    return socket.send(reply) ? nil : .closed
  }

  /// Asks the node for what the image costs beyond its grant, and waits.
  private mutating func ask(about header: ImageHeader, _ task: Task) -> Answer {
    guard header.decodeBytes > task.grantBytes else { return .proceed }
    guard socket.send(.header(sequence: task.sequence, header)) else { return .end(.closed) }
    while true {
      switch socket.receive() {
      case .end: return .end(.closed)
      case .malformed: return .end(.malformed)
      case .request(.proceed(task.sequence)): return .proceed
      case .request(.abandon(task.sequence)): return .abandon
      case .request(.decode(let sequence, let slot, let inputBytes, let grantBytes))
      where waiting.count < DecoderProtocol.slotsMax:
        waiting.append(.decode(sequence: sequence, slot: slot, inputBytes: inputBytes, grantBytes: grantBytes))
      case .request: return .end(.malformed)
      }
    }
  }
}

/// CPU time of this process with all its threads.
private func processMicroseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return time.tv_sec * 1_000_000 + time.tv_nsec / 1000
}
