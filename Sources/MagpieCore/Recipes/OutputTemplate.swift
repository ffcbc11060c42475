/// The pattern of an output's key: text with `{variables}`.
///
/// | variable | of `a/b/IMG.1.CR2.png` made a JPEG |
/// |---|---|
/// | `{key}` | the source's key: `a/b/IMG.1.CR2.png` |
/// | `{dir}` | up to and with the last `/`: `a/b/` |
/// | `{base}` | the file name, the new suffix appended where the format changes: `IMG.1.CR2.png.jpg` |
/// | `{stem}` | the file name without its suffix: `IMG.1.CR2` |
/// | `{ext}` | the suffix of the output's format: `jpg` |
/// | `{srcext}` | the source's suffix as written: `png` |
/// | `{name}` | the rendition's name |
/// | `{width}` `{height}` | of the rendition's box |
/// | `{digest8}` | eight hex digits of the SHA-256 of the source's key |
package struct OutputTemplate: Hashable, Sendable {
  package enum Variable: String, Hashable, Sendable, CaseIterable {
    case key, dir, base, stem, ext, srcext, name, width, height, digest8
  }

  package enum Part: Hashable, Sendable {
    case text([UInt8])
    case variable(Variable)
  }

  package let text: String
  package let parts: [Part]

  /// `{dir}{base}`.
  package static let standard = OutputTemplate(unchecked: "{dir}{base}", [.variable(.dir), .variable(.base)])
  /// `processed-{key}`.
  package static let seed = OutputTemplate(
    unchecked: "processed-{key}", [.text(Array("processed-".utf8)), .variable(.key)])

  private init(unchecked text: String, _ parts: [Part]) {
    self.text = text
    self.parts = parts
  }

  /// - Throws: `recipe.invalid` for an unknown variable, an unclosed brace, or a template that gives every source one
  ///   name.
  package init(_ text: String) throws(MagpieError) {
    var parts: [Part] = []
    var rest = Substring(text)
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}") else {
        throw MagpieError(.recipeInvalid, "output key “\(text)” has an unpaired brace")
      }
      if open > rest.startIndex { parts.append(.text(Array(rest[..<open].utf8))) }
      let name = String(rest[rest.index(after: open)..<close])
      guard let variable = Variable(rawValue: name) else {
        let known = Variable.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
        throw MagpieError(
          .recipeInvalid, "output key “\(text)” has the unknown variable “{\(name)}”; known are \(known)")
      }
      parts.append(.variable(variable))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(Array(rest.utf8))) }
    let variables = Set(parts.compactMap { if case .variable(let variable) = $0 { variable } else { nil } })
    guard !variables.isDisjoint(with: [.key, .base, .stem, .digest8]) else {
      throw MagpieError(
        .recipeInvalid,
        "output key “\(text)” gives every image the same name; it needs {key}, {base}, {stem} or {digest8}")
    }
    guard !text.hasPrefix("/"), !text.split(separator: "/", omittingEmptySubsequences: false).contains("..") else {
      throw MagpieError(
        .recipeInvalid, "output key “\(text)” would leave the destination; it may not begin with / or hold ..")
    }
    self.init(unchecked: text, parts)
  }

  /// The key of a rendition of `source`.
  ///
  /// - Parameter sha256: of the given bytes, 32 bytes.
  package func key(of source: ObjectKey, rendition: Rendition, sha256: ([UInt8]) -> [UInt8]) -> ObjectKey {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(source.bytes.count + 16)
    for part in parts {
      switch part {
      case .text(let text): bytes += text
      case .variable(let variable):
        OutputTemplate.append(variable, of: source, rendition: rendition, sha256: sha256, to: &bytes)
      }
    }
    return ObjectKey(bytes: bytes)
  }

  private static func append(
    _ variable: Variable, of source: ObjectKey, rendition: Rendition, sha256: ([UInt8]) -> [UInt8],
    to bytes: inout [UInt8]
  ) {
    switch variable {
    case .key: bytes += source.bytes
    case .dir: bytes += source.directory
    case .base: bytes += base(of: source, format: rendition.format)
    case .stem: bytes += source.stem
    case .ext: bytes += Array(rendition.format.suffix.utf8)
    case .srcext: bytes += source.base.dropFirst(source.stem.count).dropFirst()
    case .name: bytes += Array(rendition.name.utf8)
    case .width:
      if case .box(let width?, _) = rendition.size { bytes += Array(String(width).utf8) }
    case .height:
      if case .box(_, let height?) = rendition.size { bytes += Array(String(height).utf8) }
    case .digest8:
      for byte in sha256(source.bytes).prefix(4) {
        bytes += Array((byte < 16 ? "0" : "").utf8) + Array(String(byte, radix: 16).utf8)
      }
    }
  }

  private static func base(of source: ObjectKey, format: OutputFormat) -> [UInt8] {
    let base = Array(source.base)
    return format.suffixes.contains(source.suffix) ? base : base + Array(".\(format.suffix)".utf8)
  }

  /// Whether another source could have the same output as `source`, so that its output must be claimed before it is
  /// written.
  ///
  /// `{key}` keeps sources apart by itself. `{dir}{base}` does but for one case: `a.png` made a JPEG becomes
  /// `a.png.jpg`, which may also be the name of a source.
  package func mayCollide(_ source: ObjectKey, format: OutputFormat) -> Bool {
    let variables = parts.compactMap { if case .variable(let variable) = $0 { variable } else { nil } }
    if variables.filter({ $0 == .key }).count == 1, !variables.contains(where: { $0 != .key && $0 != .name }) {
      return false
    }
    guard self == .standard else { return true }
    let kept = format.suffixes.contains(source.suffix)
    return kept ? source.stem.contains(UInt8(ascii: ".")) : true
  }
}

extension OutputTemplate: Codable {
  package init(from decoder: any Decoder) throws {
    try self.init(decoder.singleValueContainer().decode(String.self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
