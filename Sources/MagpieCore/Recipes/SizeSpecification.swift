/// The box an image is made to fit, as the size grammar writes it: `WxH`, `Wx`, `xH`, `N%`, with `!` for fill and `^`
/// for cover.
package enum SizeSpecification: Hashable, Sendable {
  /// Pixels; at least one axis is present.
  case box(width: Int?, height: Int?)
  /// Thousandths of a percent of the source's size: 50% is 50,000.
  case scale(millipercent: Int)

  /// The largest axis a size may name: what JPEG and GIF can hold.
  package static let axisMax = 65_535

  /// Reads `text`; the suffix `!` or `^` is returned as the fit it stands for.
  ///
  /// - Throws: `recipe.invalid`, with what is wrong and what to write instead.
  package static func parse(_ text: String) throws(MagpieError) -> (size: SizeSpecification, fit: Fit?) {
    var body = Substring(text)
    var fit: Fit?
    if body.hasSuffix("!") { fit = .fill }
    if body.hasSuffix("^") { fit = .cover }
    if fit != nil { body = body.dropLast() }
    if body.hasSuffix("%") {
      guard fit == nil, let value = Double(body.dropLast()), value > 0, value <= 10_000 else {
        throw unreadable(text)
      }
      return (.scale(millipercent: Int((value * 1000).rounded())), nil)
    }
    let parts = body.split(separator: "x", omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw unreadable(text) }
    let width = try axis(parts[0], of: text)
    let height = try axis(parts[1], of: text)
    guard width != nil || height != nil else { throw unreadable(text) }
    if fit != nil, width == nil || height == nil {
      throw MagpieError(.recipeInvalid, "size “\(text)” needs both width and height for “\(text.suffix(1))”")
    }
    return (.box(width: width, height: height), fit)
  }

  private static func axis(_ digits: Substring, of text: String) throws(MagpieError) -> Int? {
    if digits.isEmpty { return nil }
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(digits) else {
      throw unreadable(text)
    }
    guard value >= 1, value <= axisMax else {
      throw MagpieError(.recipeInvalid, "size “\(text)”: each axis must be between 1 and \(axisMax) pixels")
    }
    return value
  }

  private static func unreadable(_ text: String) -> MagpieError {
    MagpieError(
      .recipeInvalid,
      "“\(text)” is no size; write WxH, Wx, xH or N%, with ! to fill or ^ to cover, for example 800x800, 1200x or 50%")
  }
}

extension SizeSpecification: CustomStringConvertible {
  package var description: String {
    switch self {
    case .box(let width, let height):
      return "\(width.map(String.init) ?? "")x\(height.map(String.init) ?? "")"
    case .scale(let millipercent):
      let whole = millipercent / 1000
      let rest = millipercent % 1000
      if rest == 0 { return "\(whole)%" }
      var digits = String(rest + 1000).dropFirst()
      while digits.hasSuffix("0") { digits = digits.dropLast() }
      return "\(whole).\(digits)%"
    }
  }
}

extension SizeSpecification: Codable {
  package init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    self = try SizeSpecification.parse(text).size
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
