package import MagpieCore

/// What is done to the pixels of one image for one rendition, all sizes known before one pixel is decoded.
///
/// Every size is computed from the original in its upright orientation, never from a size that was itself rounded. The
/// limiting axis meets its box exactly; the other is the exact quotient rounded to the nearest integer, halves up, and
/// at least 1. That is libvips' rule; Pillow's `thumbnail` may differ by one pixel.
///
/// Without `enlarge` no pixel is ever made larger, and:
///
/// - `inside`, `outside`, `N%`: the source's own size where it is smaller;
/// - `fill`: each axis is at most the source's, by itself;
/// - `cover`: the image keeps its size where it is too small, and what overhangs the box is cut: a 1000x500 image in
///   800x800 becomes 800x500. So do sharp's `withoutEnlargement` and imgproxy's `fill` without `enlarge`;
/// - `contain`: the image keeps its size and is padded to exactly the box, as sharp and imgproxy's `extend` do.
package struct ResizePlan: Hashable, Sendable {
  /// A part of the scaled image.
  package enum Crop: Hashable, Sendable {
    case at(left: Int, top: Int)
    /// libvips looks for what draws the eye.
    case attention
    /// libvips looks for the busiest part.
    case entropy
  }

  /// The whole upright image is scaled to this, in pixels.
  package var scaledWidth: Int
  package var scaledHeight: Int
  /// Cut to the size of the output, or `nil`.
  package var crop: Crop?
  /// Padded to the size of the output, the image's place in it, or `nil`.
  package var padding: Placement?
  package var outputWidth: Int
  package var outputHeight: Int

  /// Where the scaled image stands in a larger output.
  package struct Placement: Hashable, Sendable {
    package var left: Int
    package var top: Int
  }

  /// - Parameters:
  ///   - width: of the upright original, in pixels.
  ///   - height: of the upright original, in pixels.
  package init(width: Int, height: Int, rendition: Rendition) {
    let source = Size(width: width, height: height)
    let scaled = source.scaled(for: rendition)
    let output = scaled.output(for: rendition)
    scaledWidth = scaled.width
    scaledHeight = scaled.height
    outputWidth = output.width
    outputHeight = output.height
    if output.width < scaled.width || output.height < scaled.height {
      crop = rendition.gravity.crop(
        overhangX: scaled.width - output.width, overhangY: scaled.height - output.height)
    } else if output != scaled {
      let place = rendition.gravity.place(x: output.width - scaled.width, y: output.height - scaled.height)
      padding = Placement(left: place.x, top: place.y)
    }
  }

  /// - Throws: `encode.too_large` where the format cannot hold the output, `limit.pixels` where an enlargement exceeds
  ///   `pixelsMax`.
  package func check(format: OutputFormat, pixelsMax: Int) throws(MagpieError) {
    guard outputWidth <= format.axisMax, outputHeight <= format.axisMax else {
      let size = "\(outputWidth)x\(outputHeight)"
      throw MagpieError(
        .encodeTooLarge, "\(format.rawValue) holds at most \(format.axisMax) pixels an axis, the output is \(size)")
    }
    let (pixels, overflow) = scaledWidth.multipliedReportingOverflow(by: scaledHeight)
    guard !overflow, pixels <= pixelsMax else {
      throw MagpieError(
        .limitPixels, "scaled to \(scaledWidth)x\(scaledHeight), the image is larger than \(pixelsMax) pixels")
    }
  }
}

/// Width and height in pixels, both at least 1.
private struct Size: Hashable {
  var width: Int
  var height: Int

  /// This size scaled for `rendition`, proportions kept but for `fill`.
  func scaled(for rendition: Rendition) -> Size {
    switch rendition.size {
    case .scale(let millipercent):
      if millipercent >= 100_000, !rendition.enlarge { return self }
      return Size(
        width: quotient(width, millipercent, 100_000), height: quotient(height, millipercent, 100_000))
    case .box(let boxWidth, let boxHeight):
      return scaled(boxWidth: boxWidth, boxHeight: boxHeight, fit: rendition.fit, enlarge: rendition.enlarge)
    }
  }

  private func scaled(boxWidth: Int?, boxHeight: Int?, fit: Fit, enlarge: Bool) -> Size {
    if fit == .fill {
      let wanted = Size(width: boxWidth ?? width, height: boxHeight ?? height)
      if enlarge { return wanted }
      return Size(width: min(wanted.width, width), height: min(wanted.height, height))
    }
    let byWidth = boxWidth.map { Size(width: $0, height: quotient(height, $0, width)) }
    let byHeight = boxHeight.map { Size(width: quotient(width, $0, height), height: $0) }
    let chosen: Size
    if let byWidth, let byHeight, let boxWidth, let boxHeight {
      // Which axis is tighter, compared as exact fractions: boxWidth/width against boxHeight/height.
      let widthIsTighter = boxWidth * height <= boxHeight * width
      let inner = fit == .inside || fit == .contain
      chosen = widthIsTighter == inner ? byWidth : byHeight
    } else {
      chosen = byWidth ?? byHeight ?? self
    }
    let grows = chosen.width > width || chosen.height > height
    return grows && !enlarge ? self : chosen
  }

  /// The output that is cut from, or padded around, an image of this size.
  func output(for rendition: Rendition) -> Size {
    guard case .box(let boxWidth, let boxHeight) = rendition.size else { return self }
    let box = Size(width: boxWidth ?? width, height: boxHeight ?? height)
    return switch rendition.fit {
    case .inside, .fill, .outside: self
    case .cover: Size(width: min(width, box.width), height: min(height, box.height))
    case .contain: box
    }
  }

  /// `value * numerator / denominator` to the nearest integer, halves up, at least 1. Axes reach 2^30 and numerators
  /// 10^7, so nothing overflows.
  private func quotient(_ value: Int, _ numerator: Int, _ denominator: Int) -> Int {
    max(1, (2 * value * numerator + denominator) / (2 * denominator))
  }
}

extension Gravity {
  fileprivate func crop(overhangX: Int, overhangY: Int) -> ResizePlan.Crop {
    switch self {
    case .attention: return .attention
    case .entropy: return .entropy
    default:
      let place = place(x: overhangX, y: overhangY)
      return .at(left: place.x, top: place.y)
    }
  }

  /// The part of a free space that lies before the image; an odd pixel lies behind it.
  fileprivate func place(x: Int, y: Int) -> (x: Int, y: Int) {
    let left: Int =
      switch self {
      case .west, .northwest, .southwest: 0
      case .east, .northeast, .southeast: x
      default: x / 2
      }
    let top: Int =
      switch self {
      case .north, .northwest, .northeast: 0
      case .south, .southwest, .southeast: y
      default: y / 2
      }
    return (left, top)
  }
}
