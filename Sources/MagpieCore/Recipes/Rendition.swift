/// How an image meets its box.
package enum Fit: String, Hashable, Sendable, Codable, CaseIterable {
  /// Within the box, proportions kept.
  case inside
  /// The box is filled, what overhangs is cut away by gravity.
  case cover
  /// Exactly the box, proportions lost.
  case fill
  /// Within the box, the rest padded with the background to exactly the box.
  case contain
  /// Around the box: both axes at least as long as it asks, proportions kept.
  case outside
}

/// Which part of an image is kept where `cover` cuts, and where it stands where `contain` pads.
package enum Gravity: String, Hashable, Sendable, Codable, CaseIterable {
  case centre, north, northeast, east, southeast, south, southwest, west, northwest
  /// What draws the eye: libvips' smart crop. Only with `cover`.
  case attention
  /// The busiest part. Only with `cover`.
  case entropy
}

/// A format Magpie writes.
package enum OutputFormat: String, Hashable, Sendable, Codable, CaseIterable {
  case jpeg, png, webp

  /// The suffix of a new name.
  package var suffix: String {
    switch self {
    case .jpeg: "jpg"
    case .png: "png"
    case .webp: "webp"
    }
  }

  /// Suffixes in lower case that already say this format.
  package var suffixes: [String] {
    switch self {
    case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
    case .png: ["png"]
    case .webp: ["webp"]
    }
  }

  package var mediaType: String { "image/\(rawValue)" }

  /// The name Pillow gives it, which the records carry.
  package var recordName: String { rawValue.uppercased() }

  package var hasAlpha: Bool { self != .jpeg }

  /// Pixels an axis can have: the JPEG standard's 16 bits, libpng's default limit, WebP's 14 bits.
  package var axisMax: Int {
    switch self {
    case .jpeg: 65_535
    case .png: 1_000_000
    case .webp: 16_383
    }
  }
}

/// An opaque colour, `#RRGGBB`.
package struct Colour: Hashable, Sendable, CustomStringConvertible {
  package var red: UInt8
  package var green: UInt8
  package var blue: UInt8

  package static let white = Colour(red: 255, green: 255, blue: 255)

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Reads `#RRGGBB` or `#RGB`.
  package init?(_ text: String) {
    guard text.hasPrefix("#") else { return nil }
    var digits = Array(text.dropFirst())
    if digits.count == 3 { digits = digits.flatMap { [$0, $0] } }
    guard digits.count == 6, digits.allSatisfy(\.isHexDigit), let value = UInt32(String(digits), radix: 16) else {
      return nil
    }
    self.init(red: UInt8(value >> 16 & 255), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
  }

  package var description: String {
    let hex = String(UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue), radix: 16)
    return "#" + String(repeating: "0", count: 6 - hex.count) + hex
  }
}

/// One output of every image.
package struct Rendition: Hashable, Sendable {
  package var name: String
  package var size: SizeSpecification
  package var fit: Fit
  package var gravity: Gravity
  /// Whether an image smaller than its box is enlarged.
  package var enlarge: Bool
  package var format: OutputFormat
  /// 1 to 100, for JPEG and WebP.
  package var quality: Int
  /// Under what is transparent where the format has no alpha, and around what `contain` pads.
  package var background: Colour

  package init(
    name: String = "default", size: SizeSpecification = .box(width: 800, height: 800), fit: Fit = .inside,
    gravity: Gravity = .centre, enlarge: Bool = false, format: OutputFormat = .jpeg, quality: Int = 80,
    background: Colour = .white
  ) {
    self.name = name
    self.size = size
    self.fit = fit
    self.gravity = gravity
    self.enlarge = enlarge
    self.format = format
    self.quality = quality
    self.background = background
  }
}
