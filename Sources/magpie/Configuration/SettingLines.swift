/// Where keys stand in a TOML text: the parser gives no positions, so they are looked for. A key that is written in an
/// unusual way (in an inline table, quoted with escapes) may not be found; then a message names the file alone.
struct SettingLines {
  private var lines: [String: Int] = [:]

  init(_ text: String) {
    var heading: String?
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let body = line.drop(while: \.isWhitespace)
      if body.first == "[" {
        let name = SettingLines.bare(body.drop(while: { $0 == "[" }).prefix(while: { $0 != "]" }))
        heading = name
        note(name, index + 1)
      } else if body.first != "#", let equals = body.firstIndex(of: "=") {
        let key = SettingLines.bare(body[..<equals])
        note(heading.map { "\($0).\(key)" } ?? key, index + 1)
        // `lease.duration = …` at the top also stands for its section.
        if heading == nil, let dot = key.firstIndex(of: ".") { note(String(key[..<dot]), index + 1) }
      }
    }
  }

  func line(of key: String, section: String? = nil) -> Int? {
    guard let section else { return lines[key] }
    return lines["\(section).\(key)"] ?? lines[section]
  }

  /// The keys as they stand in the file, so that the first mistake is named first; those not found come last.
  func inOrder(_ keys: [String], section: String?) -> [String] {
    keys.sorted { left, right in
      let one = line(of: left, section: section) ?? .max
      let other = line(of: right, section: section) ?? .max
      return one == other ? left < right : one < other
    }
  }

  private mutating func note(_ name: String, _ line: Int) {
    if lines[name] == nil { lines[name] = line }
  }

  private static func bare(_ text: some StringProtocol) -> String {
    String(text.filter { !$0.isWhitespace && $0 != "\"" && $0 != "'" })
  }
}
