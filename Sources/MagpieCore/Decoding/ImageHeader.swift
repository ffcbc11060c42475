/// What a decoder reads of an image before it decodes one pixel.
package struct ImageHeader: Hashable, Sendable {
  package var kind: ImageKind
  package var width: Int
  /// Of one frame.
  package var height: Int
  package var frames: Int
  package var bands: Int
  /// Progressive JPEG or interlaced PNG: held whole while it is decoded.
  package var interlaced: Bool

  package init(kind: ImageKind, width: Int, height: Int, frames: Int, bands: Int, interlaced: Bool) {
    self.kind = kind
    self.width = width
    self.height = height
    self.frames = frames
    self.bands = bands
    self.interlaced = interlaced
  }

  /// Pixels that are decoded: one frame of an animation.
  package var pixels: Int { width * height }

  /// Memory that decoding this takes above an idle decoder's, in bytes.
  ///
  /// Measured per source pixel on libvips 8.14 by thumbnailing to 300 pixels (docs/architecture.md, "Memory"), rounded
  /// up. Baseline JPEG and sequential TIFF stream: a few scan lines, counted as a flat 24 MB.
  package var decodeBytes: Int {
    let flat = 24 << 20
    return switch kind {
    case .jpeg: interlaced ? flat + pixels * 3 : flat
    case .png: interlaced ? flat + pixels * 4 : flat + pixels * 3 / 2
    case .webp, .gif: flat + pixels * 4
    case .tiff: flat + (8 << 20)
    default: flat + pixels * 10
    }
  }
}
