/// How much smaller a codec can deliver an image than it is, at little cost.
package enum ShrinkOnLoad {
  /// libjpeg's factor for an image whose axes shrink by `factor` or more: 8, 4, 2 or 1.
  ///
  /// libvips' rule (`vips_thumbnail_find_jpegshrink`): block averaging sharpens and aliases, so at least a factor of
  /// two is left for the real kernel.
  package static func jpeg(factor: Double) -> Int {
    switch factor {
    case 16...: 8
    case 8...: 4
    case 4...: 2
    default: 1
    }
  }

  /// libwebp's scale: exactly what is asked for, and never an enlargement. Its rescaler averages areas with alpha
  /// premultiplied.
  package static func webp(factor: Double) -> Double {
    factor > 1 ? 1 / factor : 1
  }
}
