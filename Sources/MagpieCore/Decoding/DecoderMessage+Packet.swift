extension DecoderRequest {
  /// The packet that carries this request.
  package var packet: [UInt8] {
    var writer = PacketWriter()
    writer.put(DecoderProtocol.version)
    switch self {
    case .configure(let recipe):
      writer.put(UInt8(1))
      writer.put(recipe, max: DecoderProtocol.packetBytesMax - 16)
    case .decode(let sequence, let slot, let inputBytes, let grantBytes):
      writer.put(UInt8(2))
      writer.put(sequence)
      writer.put(slot)
      writer.put(inputBytes)
      writer.put(grantBytes)
    case .proceed(let sequence):
      writer.put(UInt8(3))
      writer.put(sequence)
    case .abandon(let sequence):
      writer.put(UInt8(4))
      writer.put(sequence)
    }
    return writer.bytes
  }

  /// The request in `packet`, or `nil` where it is none.
  package init?(packet: ArraySlice<UInt8>) {
    var reader = PacketReader(packet)
    guard reader.take(UInt8.self) == DecoderProtocol.version, let tag: UInt8 = reader.take() else { return nil }
    switch tag {
    case 1:
      guard let recipe = reader.takeBytes(max: DecoderProtocol.packetBytesMax) else { return nil }
      self = .configure(recipe: recipe)
    case 2:
      guard let sequence: UInt32 = reader.take(),
        let slot = reader.take(UInt8.self, in: 0...(DecoderProtocol.slotsMax - 1)),
        let inputBytes: UInt64 = reader.take(), let grantBytes: UInt64 = reader.take()
      else { return nil }
      self = .decode(sequence: sequence, slot: UInt8(slot), inputBytes: inputBytes, grantBytes: grantBytes)
    case 3:
      guard let sequence: UInt32 = reader.take() else { return nil }
      self = .proceed(sequence: sequence)
    case 4:
      guard let sequence: UInt32 = reader.take() else { return nil }
      self = .abandon(sequence: sequence)
    default: return nil
    }
    guard reader.isAtEnd else { return nil }
  }
}

extension DecoderReply {
  /// The packet that carries this reply.
  package var packet: [UInt8] {
    var writer = PacketWriter()
    writer.put(DecoderProtocol.version)
    switch self {
    case .ready(let version):
      writer.put(UInt8(1))
      writer.put(Array(version.utf8), max: 64)
    case .unusable(let error):
      writer.put(UInt8(2))
      writer.put(error)
    case .header(let sequence, let header):
      writer.put(UInt8(3))
      writer.put(sequence)
      writer.put(header)
    case .done(let sequence, let header, let outputs, let cpuMicroseconds):
      writer.put(UInt8(4))
      writer.put(sequence)
      writer.put(header)
      writer.put(cpuMicroseconds)
      writer.put(UInt8(min(outputs.count, DecoderProtocol.outputsMax)))
      for output in outputs.prefix(DecoderProtocol.outputsMax) {
        writer.put(UInt64(output.bytes))
        writer.put(UInt32(output.width))
        writer.put(UInt32(output.height))
      }
    case .failed(let sequence, let error):
      writer.put(UInt8(5))
      writer.put(sequence)
      writer.put(error)
    }
    return writer.bytes
  }

  /// The reply in `packet`, every field within its range, or `nil` where it is none.
  package init?(packet: ArraySlice<UInt8>) {
    var reader = PacketReader(packet)
    guard reader.take(UInt8.self) == DecoderProtocol.version, let tag: UInt8 = reader.take(),
      let reply = DecoderReply.take(tag: tag, from: &reader), reader.isAtEnd
    else { return nil }
    self = reply
  }

  private static func take(tag: UInt8, from reader: inout PacketReader) -> DecoderReply? {
    switch tag {
    case 1:
      guard let version = reader.takeBytes(max: 64), let text = String(validating: version, as: UTF8.self) else {
        return nil
      }
      return .ready(version: text)
    case 2:
      return reader.takeError().map { .unusable($0) }
    case 3:
      guard let sequence: UInt32 = reader.take(), let header = reader.takeHeader() else { return nil }
      return .header(sequence: sequence, header)
    case 4:
      guard let sequence: UInt32 = reader.take(), let header = reader.takeHeader(),
        let cpuMicroseconds: UInt64 = reader.take(),
        let count = reader.take(UInt8.self, in: 0...DecoderProtocol.outputsMax)
      else { return nil }
      var outputs: [DecodedOutput] = []
      for _ in 0..<count {
        guard let bytes = reader.take(UInt64.self, in: 1...(1 << 40)),
          let width = reader.take(UInt32.self, in: 1...DecoderProtocol.axisMax),
          let height = reader.take(UInt32.self, in: 1...DecoderProtocol.axisMax)
        else { return nil }
        outputs.append(DecodedOutput(bytes: bytes, width: width, height: height))
      }
      return .done(sequence: sequence, header, outputs: outputs, cpuMicroseconds: cpuMicroseconds)
    case 5:
      guard let sequence: UInt32 = reader.take(), let error = reader.takeError() else { return nil }
      return .failed(sequence: sequence, error)
    default: return nil
    }
  }
}

extension PacketWriter {
  fileprivate mutating func put(_ error: MagpieError) {
    put(Array(error.code.rawValue.utf8), max: 64)
    put(Array(error.message.utf8), max: DecoderProtocol.messageBytesMax)
  }

  fileprivate mutating func put(_ header: ImageHeader) {
    put(Array(header.kind.rawValue.utf8), max: 16)
    put(UInt32(header.width))
    put(UInt32(header.height))
    put(UInt32(header.frames))
    put(UInt8(header.bands))
    put(UInt8(header.interlaced ? 1 : 0))
  }
}

extension PacketReader {
  fileprivate mutating func takeError() -> MagpieError? {
    guard let code = takeBytes(max: 64), let known = ErrorCode(rawValue: String(decoding: code, as: UTF8.self)),
      let message = takeBytes(max: DecoderProtocol.messageBytesMax)
    else { return nil }
    return MagpieError(known, String(decoding: message, as: UTF8.self))
  }

  fileprivate mutating func takeHeader() -> ImageHeader? {
    guard let kindText = takeBytes(max: 16), let kind = ImageKind(rawValue: String(decoding: kindText, as: UTF8.self)),
      let width = take(UInt32.self, in: 1...DecoderProtocol.axisMax),
      let height = take(UInt32.self, in: 1...DecoderProtocol.axisMax),
      let frames = take(UInt32.self, in: 1...DecoderProtocol.axisMax), let bands = take(UInt8.self, in: 1...255),
      let interlaced = take(UInt8.self, in: 0...1)
    else { return nil }
    return ImageHeader(
      kind: kind, width: width, height: height, frames: frames, bands: bands, interlaced: interlaced == 1)
  }
}
