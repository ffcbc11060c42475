/// cluster.conf as the table of settings makes it: the shipped file is this text, and a test keeps it so.
enum SettingsDocument {
  private static let columnOfWhy = 28

  static var text: String {
    var lines = [
      "# Magpie's settings, all of them, with their defaults. A flag goes before an environment variable, and that",
      "# before this file. The variable of `key` in [section] is MAGPIE_SECTION_KEY; an unknown key is an error.",
    ]
    for section in Setting.sections {
      lines += ["", padded("[\(section.name)]") + "# \(section.why)"]
      for setting in Setting.all where setting.section == section.name {
        // A recipe's key that is set modifies the preset, even where it says the default.
        let mark = section.name == "recipe" ? "#" : ""
        lines.append(padded("\(mark)\(setting.key) = \(setting.standard)") + "# \(setting.why)")
      }
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func padded(_ text: String) -> String {
    text + String(repeating: " ", count: max(1, columnOfWhy - text.count))
  }
}
