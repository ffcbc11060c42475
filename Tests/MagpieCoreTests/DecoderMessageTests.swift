import MagpieCore
import Testing

/// What comes from a child may be anything.
@Suite struct DecoderMessageTests {
  private let header = ImageHeader(kind: .png, width: 4_000, height: 3_000, frames: 2, bands: 4, interlaced: true)

  private var replies: [DecoderReply] {
    [
      .ready(version: "8.14.1"), .unusable(MagpieError(.recipeInvalid, "no webp here")),
      .header(sequence: 7, header), .failed(sequence: .max, MagpieError(.inputTruncated, "ends too early")),
      .done(
        sequence: 9, header, outputs: [DecodedOutput(bytes: 123_456, width: 800, height: 600)], cpuMicroseconds: 77),
    ]
  }

  @Test func messagesComeBackAsTheyWent() {
    for reply in replies { #expect(DecoderReply(packet: reply.packet[...]) == reply) }
    let requests: [DecoderRequest] = [
      .configure(recipe: Array("{}".utf8)),
      .decode(sequence: 1, slot: 3, inputBytes: 1 << 40, grantBytes: 96 << 20),
      .proceed(sequence: 2), .abandon(sequence: 3),
    ]
    for request in requests { #expect(DecoderRequest(packet: request.packet[...]) == request) }
  }

  @Test func everyCutAndEveryFlippedBitIsRefusedOrWithinRange() {
    for reply in replies {
      let packet = reply.packet
      for length in 0..<packet.count { #expect(DecoderReply(packet: packet[..<length]) == nil) }
      for bit in 0..<(packet.count * 8) {
        var broken = packet
        broken[bit / 8] ^= 1 << (bit % 8)
        // Must not trap; where it is understood, its numbers are usable.
        guard case .done(_, let header, let outputs, _) = DecoderReply(packet: broken[...]) else { continue }
        #expect(header.decodeBytes > 0)
        #expect(outputs.allSatisfy { $0.bytes > 0 })
      }
    }
  }

  @Test func randomPacketsNeverTrap() {
    var random = Jitter(seed: 5)
    for _ in 0..<20_000 {
      let count = Int(random.next() % 200)
      var packet = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      if count > 1 {
        packet[0] = DecoderProtocol.version
        packet[1] = UInt8(random.next() % 6)
      }
      if case .header(_, let header) = DecoderReply(packet: packet[...]) { #expect(header.decodeBytes > 0) }
      _ = DecoderRequest(packet: packet[...])
    }
  }

  @Test func pricesOfTheLargestHeadersDoNotOverflow() {
    let huge = ImageHeader(
      kind: .avif, width: DecoderProtocol.axisMax, height: DecoderProtocol.axisMax, frames: 1, bands: 3,
      interlaced: true)
    #expect(huge.decodeBytes > 0)
  }
}
