import MagpieCore

/// How a setting's value is written.
struct SettingGrammar<Value>: Sendable {
  /// Completes “expected …”.
  var expected: String
  /// `nil` where the value is not of this grammar; throws where it can say more than `expected` does.
  var parse: @Sendable (SettingValue) throws(MagpieError) -> Value?
}

extension SettingGrammar where Value == Int {
  static func number(_ range: ClosedRange<Int>, _ expected: String) -> SettingGrammar {
    SettingGrammar(expected: expected) { value throws(MagpieError) in
      let number: Int? =
        switch value {
        case .integer(let number): number
        case .text(let text): Int(text)
        default: nil
        }
      return number.flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Milliseconds, from `500ms`, `30s`, `2m`, `1h`.
  static func duration(_ range: ClosedRange<Int>) -> SettingGrammar {
    SettingGrammar(
      expected: "a duration such as “30s”, “2m” or “1h”, from \(Figures.milliseconds(range.lowerBound)) to "
        + Figures.milliseconds(range.upperBound)
    ) { value throws(MagpieError) in
      guard let text = value.words else { return nil }
      let units = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
      return scaled(text, units: units).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// From `512MiB`, `2GiB`, `500MB`, or a number of bytes.
  static func bytes(_ range: ClosedRange<Int>) -> SettingGrammar {
    SettingGrammar(
      expected: "an amount such as “512MiB” or “2GiB”"
        + (range.lowerBound >= 1 << 20 ? ", at least \(range.lowerBound >> 20) MiB" : "")
    ) { value throws(MagpieError) in
      if case .integer(let number) = value { return range.contains(number) ? number : nil }
      return value.words.flatMap(bytes).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  private static func bytes(_ text: String) -> Int? {
    let units = [
      ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40), ("KB", 1_000), ("kB", 1_000),
      ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1), ("", 1),
    ]
    return scaled(text, units: units)
  }

  /// A number with the first unit that ends the text.
  private static func scaled(_ text: String, units: [(suffix: String, factor: Int)]) -> Int? {
    guard let unit = units.first(where: { text.hasSuffix($0.suffix) }) else { return nil }
    var digits = text.dropLast(unit.suffix.count)
    while digits.last == " " { digits = digits.dropLast() }
    guard let first = digits.utf8.first, (0x30...0x39).contains(first) else { return nil }
    if let whole = Int(digits) {
      let (scaled, overflow) = whole.multipliedReportingOverflow(by: unit.factor)
      return overflow ? nil : scaled
    }
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }),
      let number = Double(digits)
    else { return nil }
    return Int(exactly: (number * Double(unit.factor)).rounded())
  }
}

extension SettingGrammar where Value == ClusterConfiguration.Memory {
  static var memory: SettingGrammar {
    let bytes = SettingGrammar<Int>.bytes((64 << 20)...Int.max)
    return SettingGrammar(expected: "“auto” or \(bytes.expected)") { value throws(MagpieError) in
      value.words == "auto" ? .auto : try bytes.parse(value).map { .bytes($0) }
    }
  }
}

extension SettingGrammar where Value == Bool {
  static var boolean: SettingGrammar {
    SettingGrammar(expected: "true or false") { value throws(MagpieError) in
      switch value {
      case .boolean(let isTrue): isTrue
      case .text("true"), .text("yes"), .text("1"): true
      case .text("false"), .text("no"), .text("0"): false
      default: nil
      }
    }
  }
}

extension SettingGrammar where Value == String {
  static func string(_ expected: String) -> SettingGrammar {
    SettingGrammar(expected: expected) { value throws(MagpieError) in value.words }
  }
}

extension SettingGrammar where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One of a few words.
  static var choice: SettingGrammar {
    let all = Array(Value.allCases)
    let names = all.map(\.rawValue)
    return SettingGrammar(expected: "one of \(names.joined(separator: ", "))") { value throws(MagpieError) in
      guard let text = value.words else { return nil }
      if let index = names.firstIndex(of: text) { return all[index] }
      guard let nearest = Spelling.nearest(to: text, among: names) else { return nil }
      throw MagpieError(
        .configInvalid, "expected one of \(names.joined(separator: ", ")), found “\(text)”; did you mean “\(nearest)”?")
    }
  }
}

extension SettingGrammar where Value == SizeText {
  static var size: SettingGrammar {
    SettingGrammar(expected: "a size such as “800x800”, “1200x” or “50%”") { value throws(MagpieError) in
      guard let text = value.words else { return nil }
      return try SizeText(text)
    }
  }
}

extension SettingGrammar where Value == Colour {
  static var colour: SettingGrammar {
    SettingGrammar(expected: "a colour such as “#ffffff”") { value throws(MagpieError) in
      value.words.flatMap { Colour($0) }
    }
  }
}

extension SettingGrammar where Value == OutputTemplate {
  static var template: SettingGrammar {
    SettingGrammar(expected: "a name with variables such as “{dir}{base}”") { value throws(MagpieError) in
      guard let text = value.words else { return nil }
      return try OutputTemplate(text)
    }
  }
}
