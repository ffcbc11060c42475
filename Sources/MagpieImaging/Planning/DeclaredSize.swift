package import MagpieCore

/// The canvas that a file's first bytes declare, for formats whose libvips loader allocates it as soon as the header is
/// opened. It is priced before that.
package enum DeclaredSize {
  /// Width and height in pixels and the frames that can be told without decoding; `nil` where the bytes do not say, in
  /// which case the loader will refuse them too, and for formats that libvips opens for nothing.
  package static func header(of kind: ImageKind, in bytes: UnsafeRawBufferPointer) -> ImageHeader? {
    let size: (width: Int, height: Int, bands: Int)? =
      switch kind {
      case .webp: webp(bytes)
      case .gif: gif(bytes)
      default: nil
      }
    guard let size, size.width > 0, size.height > 0 else { return nil }
    return ImageHeader(
      kind: kind, width: size.width, height: size.height, frames: 1, bands: size.bands, interlaced: false)
  }

  /// The first chunk of a RIFF file: RFC 9649, sections 2.5 to 2.7.
  private static func webp(_ bytes: UnsafeRawBufferPointer) -> (width: Int, height: Int, bands: Int)? {
    guard bytes.count >= 30 else { return nil }
    switch String(decoding: bytes[12..<16], as: UTF8.self) {
    case "VP8X":
      return (1 + bytes.integer(at: 24, count: 3), 1 + bytes.integer(at: 27, count: 3), 4)
    case "VP8L":
      let packed = bytes.integer(at: 21, count: 4)
      return (1 + packed & 0x3FFF, 1 + packed >> 14 & 0x3FFF, 4)
    case "VP8 ":
      return (bytes.integer(at: 26, count: 2) & 0x3FFF, bytes.integer(at: 28, count: 2) & 0x3FFF, 3)
    default:
      return nil
    }
  }

  private static func gif(_ bytes: UnsafeRawBufferPointer) -> (width: Int, height: Int, bands: Int)? {
    guard bytes.count >= 10 else { return nil }
    return (bytes.integer(at: 6, count: 2), bytes.integer(at: 8, count: 2), 4)
  }
}

extension UnsafeRawBufferPointer {
  /// An unsigned little-endian integer of `count` bytes, which the caller knows to be there.
  fileprivate func integer(at offset: Int, count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(self[offset + $1]) << (8 * $1) }
  }
}
