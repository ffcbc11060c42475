import CVips
package import MagpieCore

/// One image in memory, its header read and none of its pixels.
package struct SourceImage {
  package let header: ImageHeader
  /// As stored in the file; upright for HEIF and AVIF, which libheif turns by itself and whose EXIF orientation only
  /// repeats that.
  package let orientation: Orientation
  let bytes: UnsafeRawBufferPointer
  /// Opened at full size; nothing of it is decoded.
  let image: VipsImage

  /// What kind of image the bytes are, and that it may be opened.
  ///
  /// - Throws: `input.empty`, `input.unknown_format`, `input.blocked`.
  package static func kind(of bytes: UnsafeRawBufferPointer) throws(MagpieError) -> ImageKind {
    guard !bytes.isEmpty else { throw MagpieError(.inputEmpty, "no bytes") }
    guard let kind = ImageKind.sniff(bytes.prefix(ImageKind.sniffBytes)) else {
      throw MagpieError(.inputUnknownFormat, "not a known image format")
    }
    guard kind.isReadable else {
      throw MagpieError(.inputBlocked, "\(kind.rawValue) is not opened: its decoder is not safe for unknown input")
    }
    return kind
  }

  /// Opens `bytes`, which stay as they are and where they are as long as this value lives.
  ///
  /// - Throws: `input.truncated`, `input.corrupt`, `input.unsupported`, `limit.pixels`, `limit.memory`.
  package init(_ bytes: UnsafeRawBufferPointer, kind: ImageKind) throws(MagpieError) {
    VipsFailure.clear()
    if kind == .heif || kind == .avif, !VipsLibrary.loadHEIF() {
      throw MagpieError(.inputUnsupported, "this libvips reads no \(kind.rawValue)")
    }
    do throws(VipsFailure) {
      image = try kind.load(bytes, shrinkingBy: 1)
    } catch {
      throw FailureText.error(error, stage: .opening, looksCutShort: CutShort.looksSo(kind, bytes))
    }
    self.bytes = bytes
    orientation = kind == .heif || kind == .avif ? .upright : image.orientation
    header = ImageHeader(
      kind: kind, width: image.width, height: image.height, frames: max(1, image.pages), bands: min(255, image.bands),
      interlaced: image.isInterlaced)
  }

  /// The image as small as its codec delivers it at little cost, axes shrunk by at most `factor`.
  func loaded(shrinkingBy factor: Double) throws(VipsFailure) -> VipsImage {
    switch header.kind {
    case .jpeg where ShrinkOnLoad.jpeg(factor: factor) == 1: image
    case .jpeg: try header.kind.load(bytes, shrinkingBy: factor)
    case .webp where factor > 1 && header.frames == 1: try header.kind.load(bytes, shrinkingBy: factor)
    default: image
    }
  }
}

extension ImageKind {
  fileprivate func load(_ bytes: UnsafeRawBufferPointer, shrinkingBy factor: Double) throws(VipsFailure) -> VipsImage {
    let start = bytes.baseAddress
    let count = bytes.count
    return try VipsImage.from {
      switch self {
      case .jpeg: magpie_load_jpeg(start, count, Int32(ShrinkOnLoad.jpeg(factor: factor)))
      case .png: magpie_load_png(start, count)
      case .webp: magpie_load_webp(start, count, ShrinkOnLoad.webp(factor: factor))
      case .gif: magpie_load_gif(start, count)
      case .tiff: magpie_load_tiff(start, count)
      case .heif, .avif: magpie_load_heif(start, count)
      default: nil
      }
    }
  }
}
