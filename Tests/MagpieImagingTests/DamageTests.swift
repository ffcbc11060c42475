import MagpieCore
import Testing

/// Which code a damaged or foreign input gets, and that none brings the decoder down.
@Suite struct DamageTests {
  private func failure(_ child: DecoderChild, _ bytes: [UInt8]) throws -> MagpieError? {
    if case .failed(_, let error) = try child.decode(bytes) { error } else { nil }
  }

  private func expectUsable(
    _ error: MagpieError?, _ context: Comment, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let error else { return }
    #expect(!error.message.isEmpty && error.message.utf8.count <= 1024, context, sourceLocation: sourceLocation)
    #expect(!error.message.contains { $0.isNewline }, context, sourceLocation: sourceLocation)
  }

  @Test(
    arguments: [
      "scene.jpg", "progressive.jpg", "scene.png", "scene.webp", "scene.tif", "scene.gif", "scene.avif", "large.jpg",
    ], [1, 10, 50, 90])
  func aTruncatedImageIsAnError(_ picture: String, _ percent: Int) throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe())
    let whole = try Reference.picture(picture)
    let error = try failure(child, Array(whole.prefix(whole.count * percent / 100)))
    let context = Comment(rawValue: "\(picture) at \(percent) %: \(error?.description ?? "decoded")")
    #expect(error?.code == .inputTruncated, context)
    expectUsable(error, context)
    // And it goes on with the next.
    guard case .done = try child.decode(whole) else {
      Issue.record("\(picture) is not decoded after its own half")
      return
    }
  }

  @Test func whatIsNoImage() throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe())
    #expect(try failure(child, [])?.code == .inputEmpty)
    #expect(try failure(child, Array("Dear diary, today I was renamed to .jpg".utf8))?.code == .inputUnknownFormat)
    let garbage = (0..<5000).map { UInt8(truncatingIfNeeded: $0 &* 73 >> 3) }
    #expect(try failure(child, garbage)?.code == .inputUnknownFormat)
    #expect(try failure(child, Array("<!doctype html><html></html>".utf8))?.code == .inputUnknownFormat)
    let blocked = [
      "<svg xmlns='http://www.w3.org/2000/svg' width='1000000' height='1000000'></svg>", "%PDF-1.7\n", "P5 1 1 255 x",
    ]
    for text in blocked {
      let error = try failure(child, Array(text.utf8))
      #expect(error?.code == .inputBlocked, "\(text)")
    }
    #expect(try failure(child, Array(blocked[0].utf8))?.message.contains("svg") == true)
    // Right magic, nonsense behind it.
    let noise = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ 7) }
    for magic in [[0xFF, 0xD8, 0xFF, 0xE0], [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], [0x49, 0x49, 0x2A, 0]] {
      let error = try failure(child, magic.map { UInt8($0) } + noise)
      let isDamage = error.map { [.inputCorrupt, .inputTruncated].contains($0.code) } == true
      #expect(isDamage, "\(magic): \(String(describing: error))")
    }
    #expect(child.finish() == 0)
  }

  @Test func morePixelsThanTheRecipeAllows() throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe(pixelsMax: 1_000_000))
    for name in ["large.jpg", "large.webp"] {
      #expect(try failure(child, Reference.picture(name))?.code == .limitPixels)
    }
    guard case .done = try child.decode(Reference.picture("scene.jpg")) else {
      Issue.record("0.5 megapixels were refused")
      return
    }
    #expect(child.finish() == 0)
  }

  /// A GIF of the largest canvas in 14 bytes, and a PNG of 50,000 pixels an axis in 65.
  @Test func bombsAreRefusedByTheirHeader() throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe())
    let gif: [UInt8] = Array("GIF89a".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0x3B]
    #expect(try failure(child, gif)?.code == .limitPixels)
    // IHDR with its checksum, an IDAT without data, IEND.
    let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let header: [UInt8] = [0, 0, 0, 13] + Array("IHDR".utf8) + [0, 0, 0xC3, 0x50, 0, 0, 0xC3, 0x50, 8, 2, 0, 0, 0]
    let data: [UInt8] = [0, 0, 0, 0] + Array("IDAT".utf8) + [0x35, 0xAF, 0x06, 0x1E]
    let end: [UInt8] = [0, 0, 0, 0] + Array("IEND".utf8) + [0xAE, 0x42, 0x60, 0x82]
    let png = magic + header + [0xC4, 0xCD, 0xAA, 0x9D] + data + end
    let error = try failure(child, png)
    #expect(error?.code == .limitPixels, "\(String(describing: error))")
    #expect(child.finish() == 0)
  }

  /// libvips may call a picture with black parts a success when memory runs out: here that is an error.
  @Test(arguments: ["large.jpg", "large.webp", "cmyk.tif", "alpha16.png"])
  func tooLittleMemoryIsNeverAWrongPicture(_ picture: String) throws {
    let bytes = try Reference.picture(picture)
    var whole: [UInt8]?
    // From plenty to nothing, in MB above what an idle decoder has.
    for room in [512, 96, 72, 64, 60, 56, 52, 48, 46, 44, 42, 40, 36, 32, 28, 24, 20, 16, 8] {
      let child = try DecoderChild()
      _ = try child.configure(Recipe())
      try child.limitAddressSpace(toIdlePlus: room << 20)
      _ = child.start(bytes)
      switch child.receive() {
      case .done(_, _, let outputs, _):
        let output = outputs.first.map { child.output($0) }
        if whole == nil { whole = output }
        #expect(output == whole, "\(picture) with \(room) MB is another picture")
      case .failed(_, let error):
        #expect(error.code == .limitMemory || error.code == .inputCorrupt, "\(picture) with \(room) MB: \(error)")
      default:
        // A codec that does not mind a failed allocation dies: the node names the image.
        #expect(child.wait() & 0x7F != 0)
      }
    }
    #expect(whole != nil)
  }

  @Test(arguments: [
    "scene.jpg", "progressive.jpg", "scene.png", "scene.webp", "moving.webp", "scene.tif", "moving.gif", "scene.avif",
    "cmyk-profile.jpg", "alpha16-p3.png", "orientation-6.jpg",
  ]) func flippedBitsNeverBringItDown(_ picture: String) throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe(renditions: [Rendition(size: .box(width: 64, height: 64))]))
    let whole = try Reference.picture(picture)
    // xorshift64 with a fixed seed: the same damage every time.
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next(below bound: Int) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % UInt64(bound))
    }
    for round in 0..<30 {
      var bytes = whole
      // Half of the rounds hit the header, where the lengths and offsets are.
      for _ in 0...next(below: 8) {
        let place = next(below: round.isMultiple(of: 2) ? min(2048, bytes.count) : bytes.count)
        bytes[place] ^= 1 << UInt8(next(below: 8))
      }
      let reply = try child.decode(bytes)
      if case .failed(_, let error) = reply {
        expectUsable(error, Comment(rawValue: "\(picture), round \(round): \(error)"))
      }
    }
    #expect(child.finish() == 0)
  }
}
