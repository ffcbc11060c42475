/// What a file's first bytes or its suffix say it is.
package enum ImageKind: String, Hashable, Sendable, CaseIterable {
  case jpeg, png, webp, gif, tiff, heif, avif
  // Known, and never opened: their decoders are marked untrusted by libvips.
  case jxl, jp2, svg, pdf, bmp, psd, ico, openexr, fits, radiance, netpbm, dng

  /// Bytes of a file that `sniff` wants to see.
  package static let sniffBytes = 512

  /// Whether Magpie's decoder opens it.
  package var isReadable: Bool {
    switch self {
    case .jpeg, .png, .webp, .gif, .tiff, .heif, .avif: true
    default: false
    }
  }

  /// What content begins with `head`, or `nil` for no known image.
  package static func sniff(_ head: some Collection<UInt8>) -> ImageKind? {
    let bytes = Array(head.prefix(sniffBytes))
    func has(_ prefix: [UInt8], at offset: Int = 0) -> Bool {
      bytes.count >= offset + prefix.count && Array(bytes[offset..<(offset + prefix.count)]) == prefix
    }
    func has(_ text: String, at offset: Int = 0) -> Bool { has(Array(text.utf8), at: offset) }

    if has([0xFF, 0xD8, 0xFF]) { return .jpeg }
    if has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) { return .png }
    if has("RIFF"), has("WEBP", at: 8) { return .webp }
    if has("GIF87a") || has("GIF89a") { return .gif }
    if has([0x49, 0x49, 0x2A, 0]) || has([0x4D, 0x4D, 0, 0x2A]) || has([0x49, 0x49, 0x2B, 0])
      || has([0x4D, 0x4D, 0, 0x2B])
    {
      return .tiff
    }
    if has("ftyp", at: 4) { return isoBrand(Array(bytes.dropFirst(8))) }
    if has([0xFF, 0x0A]) || has([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]) { return .jxl }
    if has([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]) || has([0xFF, 0x4F, 0xFF, 0x51]) {
      return .jp2
    }
    if has("%PDF-") { return .pdf }
    if has("BM"), bytes.count >= 18, bytes[14] >= 12, bytes[15] == 0, bytes[16] == 0, bytes[17] == 0 { return .bmp }
    if has("8BPS") { return .psd }
    if has([0, 0, 1, 0]), bytes.count >= 6, bytes[4] > 0, bytes[5] == 0 { return .ico }
    if has([0x76, 0x2F, 0x31, 0x01]) { return .openexr }
    if has("SIMPLE  =") { return .fits }
    if has("#?RADIANCE") || has("#?RGBE") { return .radiance }
    if bytes.count > 3, bytes[0] == UInt8(ascii: "P"), (0x31...0x37).contains(bytes[1]),
      [0x20, 0x0A, 0x0D, 0x09].contains(bytes[2]), bytes[3] < 0x80
    {
      return .netpbm
    }
    return looksLikeSVG(bytes) ? .svg : nil
  }

  /// What the suffix of a name promises, or `nil` where it is not an image's.
  package static func promised(by suffix: String) -> ImageKind? {
    switch suffix {
    case "jpg", "jpeg", "jpe", "jfif": .jpeg
    case "png", "apng": .png
    case "webp": .webp
    case "gif": .gif
    case "tif", "tiff": .tiff
    case "heic", "heif", "hif": .heif
    case "avif": .avif
    case "jxl": .jxl
    case "jp2", "j2k", "jpf", "jpx", "j2c": .jp2
    case "svg", "svgz": .svg
    case "bmp", "dib": .bmp
    case "psd": .psd
    case "exr": .openexr
    case "pbm", "pgm", "ppm", "pnm": .netpbm
    case "dng": .dng
    default: nil
    }
  }

  private static func isoBrand(_ brands: [UInt8]) -> ImageKind? {
    let major = String(decoding: brands.prefix(4), as: UTF8.self)
    switch major {
    case "avif", "avis": return .avif
    case "heic", "heix", "hevc", "hevx", "heim", "heis": return .heif
    case "mif1", "msf1":
      // A generic brand: the compatible brands tell.
      let text = String(decoding: brands.prefix(64), as: UTF8.self)
      return text.contains("avif") ? .avif : .heif
    case "jxl ": return .jxl
    case "jp2 ": return .jp2
    default: return nil
    }
  }

  private static func looksLikeSVG(_ bytes: [UInt8]) -> Bool {
    let text = String(decoding: bytes, as: UTF8.self).asciiLowercased
    let body = text.drop(while: { $0.isWhitespace || $0 == "\u{FEFF}" })
    guard body.hasPrefix("<") else { return false }
    return body.hasPrefix("<svg") || (body.hasPrefix("<?xml") || body.hasPrefix("<!")) && body.contains("<svg")
  }
}
