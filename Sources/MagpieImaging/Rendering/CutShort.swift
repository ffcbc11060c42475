import MagpieCore

/// Whether a file lacks the end that its format demands.
///
/// Asked only once a decoder has failed, to tell a half-copied file from a damaged one: many files decode well without
/// their proper end.
enum CutShort {
  static func looksSo(_ kind: ImageKind, _ bytes: UnsafeRawBufferPointer) -> Bool {
    switch kind {
    case .jpeg: !endsWith([0xFF, 0xD9], within: 64, bytes)
    case .png: !endsWith(Array("IEND".utf8), within: 64, bytes)
    case .gif: bytes.last(where: { $0 != 0 }) != 0x3B
    case .webp: bytes.count < 12 || 8 + Int(littleEndian(bytes, at: 4)) > bytes.count
    case .tiff: tiffDirectoryLiesBeyond(bytes)
    case .heif, .avif: boxesReachBeyond(bytes)
    default: false
    }
  }

  private static func endsWith(_ mark: [UInt8], within tail: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
    let end = Array(bytes.suffix(tail))
    guard end.count >= mark.count else { return false }
    return (0...(end.count - mark.count)).contains { end[$0..<($0 + mark.count)].elementsEqual(mark) }
  }

  /// Classic TIFF alone: whether its first directory begins behind the end.
  private static func tiffDirectoryLiesBeyond(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else { return true }
    let offset = bytes[0] == 0x49 ? littleEndian(bytes, at: 4) : littleEndian(bytes, at: 4).byteSwapped
    return (bytes[2] | bytes[3]) == 0x2A && Int(offset) + 2 > bytes.count
  }

  /// Walks the top-level boxes of an ISO base media file.
  private static func boxesReachBeyond(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var offset = 0
    while offset + 8 <= bytes.count {
      var size = Int(littleEndian(bytes, at: offset).byteSwapped)
      if size == 0 { return false }
      if size == 1 {
        guard offset + 16 <= bytes.count else { return true }
        let high = Int(littleEndian(bytes, at: offset + 8).byteSwapped)
        size = high << 32 | Int(littleEndian(bytes, at: offset + 12).byteSwapped)
      }
      guard size >= 8, size <= bytes.count - offset else { return true }
      offset += size
    }
    return offset < bytes.count
  }

  private static func littleEndian(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt32 {
    bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian
  }
}
