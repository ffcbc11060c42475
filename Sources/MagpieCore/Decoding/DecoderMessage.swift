/// What the node says to a decoder.
///
/// One message is one packet of a SOCK_SEQPACKET socket: version, tag, then the fields, little-endian. A decoder works
/// on one image at a time.
package enum DecoderRequest: Hashable, Sendable {
  /// First of all: the recipe as canonical JSON.
  case configure(recipe: [UInt8])
  /// Decode what lies in the first `inputBytes` of input slot `slot`; `grantBytes` may be used without asking.
  case decode(sequence: UInt32, slot: UInt8, inputBytes: UInt64, grantBytes: UInt64)
  /// The answer to `header`: go on with this image.
  case proceed(sequence: UInt32)
  /// The answer to `header`: this image is not decoded. The decoder answers nothing more for it.
  case abandon(sequence: UInt32)
}

/// What a decoder says to the node. Hostile input: a codec's bug may have written it.
package enum DecoderReply: Hashable, Sendable {
  /// The decoder is up, its recipe understood. `version` is that of libvips.
  case ready(version: String)
  /// The decoder cannot work at all: the recipe asks for what its libvips lacks, for example. It ends after this.
  case unusable(MagpieError)
  /// The image needs more memory than granted; the decoder waits for `proceed` or `abandon`.
  case header(sequence: UInt32, ImageHeader)
  /// The outputs lie one after another in the slot's output area, from its start.
  case done(sequence: UInt32, ImageHeader, outputs: [DecodedOutput], cpuMicroseconds: UInt64)
  case failed(sequence: UInt32, MagpieError)
}

/// One encoded output in the output area.
package struct DecodedOutput: Hashable, Sendable {
  package var bytes: Int
  package var width: Int
  package var height: Int

  package init(bytes: Int, width: Int, height: Int) {
    self.bytes = bytes
    self.width = width
    self.height = height
  }
}

/// The numbers both sides of the socket agree on.
package enum DecoderProtocol {
  /// Changes with every change of the messages; a node and a decoder of different versions refuse each other.
  package static let version: UInt8 = 1
  package static let packetBytesMax = 65_536
  package static let messageBytesMax = 1_024
  package static let outputsMax = 32
  /// Pixels an axis in a message can have: ten times libvips' own limit, and so small that no price overflows.
  package static let axisMax = 100_000_000
  /// Descriptors a decoder is born with: its socket, then for each slot an input and an output memory file.
  package static let socketDescriptor: Int32 = 3
  package static let slotsMax = 8

  package static func inputDescriptor(slot: Int) -> Int32 { 4 + 2 * Int32(slot) }
  package static func outputDescriptor(slot: Int) -> Int32 { 5 + 2 * Int32(slot) }
}
