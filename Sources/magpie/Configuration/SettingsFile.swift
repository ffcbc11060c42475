import Foundation
import MagpieCore
import TOMLKit

/// A TOML file of settings, read strictly: what is not known is an error that names the line.
struct SettingsFile {
  let path: String
  /// Where the file holds the keys of one section and no section headings.
  var section: String?

  init(path: String, section: String? = nil) {
    self.path = path
    self.section = section
  }

  func apply(to configuration: inout ClusterConfiguration) throws(MagpieError) {
    try apply(try contents(), to: &configuration)
  }

  func apply(_ text: String, to configuration: inout ClusterConfiguration) throws(MagpieError) {
    let table = try parse(text)
    let lines = SettingLines(text)
    if let section {
      try apply(table, section: section, heading: nil, lines: lines, to: &configuration)
    } else {
      let known = Setting.sections.map(\.name)
      for name in lines.inOrder(table.keys, section: nil) {
        guard known.contains(name) else {
          throw unknown("section [\(name)]", line: lines.line(of: name), nearest: name, among: known)
        }
        guard let keys = table[name]?.table else {
          throw invalid(line: lines.line(of: name), "\(name) is a section: write [\(name)] and its keys below")
        }
        try apply(keys, section: name, heading: name, lines: lines, to: &configuration)
      }
    }
    do throws(MagpieError) {
      try configuration.settle()
    } catch {
      throw MagpieError(error.code, "\(path): \(error.message)")
    }
  }

  private func apply(
    _ table: TOMLTable, section: String, heading: String?, lines: SettingLines,
    to configuration: inout ClusterConfiguration
  ) throws(MagpieError) {
    for key in lines.inOrder(table.keys, section: heading) {
      let line = lines.line(of: key, section: heading)
      guard let setting = Setting.named("\(section).\(key)") else {
        let keys = Setting.all.filter { $0.section == section }.map(\.key)
        if let home = Setting.all.first(where: { $0.key == key }), heading != nil {
          throw invalid(line: line, "unknown key “\(key)” in [\(section)]; it belongs to [\(home.section)]")
        }
        throw unknown("key “\(key)” in [\(section)]", line: line, nearest: key, among: keys)
      }
      guard let value = table[key] else { continue }
      do throws(MagpieError) {
        try setting.apply(SettingValue(value), &configuration)
      } catch {
        throw MagpieError(error.code, "\(path):\(line.map { "\($0):" } ?? "") \(setting.name): \(error.message)")
      }
    }
  }

  private func contents() throws(MagpieError) -> String {
    let data: Data
    do {
      // Unlike Data(contentsOf:), this reads pipes and devices too.
      data = try FileHandle(forReadingFrom: URL(filePath: path)).readToEnd() ?? Data()
    } catch {
      throw MagpieError(.configInvalid, "\(path) cannot be read: \(FileTrouble.words(error))")
    }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw MagpieError(.configInvalid, "\(path) is no UTF-8 text")
    }
    return text
  }

  private func parse(_ text: String) throws(MagpieError) -> TOMLTable {
    do {
      return try TOMLTable(string: text)
    } catch {
      guard let error = error as? TOMLParseError else {
        throw MagpieError(.configInvalid, "\(path): \(error)")
      }
      let place = error.source.begin
      let words = error.description.split(whereSeparator: \.isNewline).joined(separator: " ")
      throw MagpieError(.configInvalid, "\(path):\(place.line):\(place.column): no valid TOML: \(words)")
    }
  }

  private func unknown(_ what: String, line: Int?, nearest word: String, among known: [String]) -> MagpieError {
    let hint =
      Spelling.nearest(to: word, among: known).map { "did you mean “\($0)”?" }
      ?? "known are \(known.joined(separator: ", "))"
    return invalid(line: line, "unknown \(what); \(hint)")
  }

  private func invalid(line: Int?, _ message: String) -> MagpieError {
    MagpieError(.configInvalid, "\(path):\(line.map { "\($0):" } ?? "") \(message)")
  }
}

extension SettingValue {
  init(_ value: any TOMLValueConvertible) {
    switch value.type {
    case .string: self = value.string.map { .string($0) } ?? .other("string")
    case .int: self = value.int.map { .integer($0) } ?? .other("integer")
    case .bool: self = value.bool.map { .boolean($0) } ?? .other("boolean")
    case let type: self = .other(type.description)
    }
  }
}
