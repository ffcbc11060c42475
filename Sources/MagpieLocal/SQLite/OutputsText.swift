import Foundation
import MagpieCore

/// The `Outputs` column: a JSON array of objects.
///
/// Written and read by hand: a run of 10,000 unchanged images reads 10,000 of these, and `JSONDecoder` alone would take
/// longer for that than all of SQLite. What the quick reader does not know, because somebody else wrote it, the general
/// one reads.
enum OutputsText {
  static func text(_ outputs: [OutputRecord]) -> String {
    var text = "["
    for output in outputs {
      if text.utf8.count > 1 { text += "," }
      text += "{\"name\":\(quoted(output.name)),\"key\":\(quoted(output.key)),\"etag\":\(quoted(output.etag)),"
      text += "\"bytes\":\(output.bytes),\"width\":\(output.width),\"height\":\(output.height),"
      text += "\"format\":\(quoted(output.format))}"
    }
    return text + "]"
  }

  static func outputs(_ text: String) throws -> [OutputRecord] {
    if text == "[]" { return [] }
    var reader = QuickReader(rest: text.utf8[...])
    if let outputs = reader.outputs() { return outputs }
    do {
      return try JSONDecoder().decode([OutputRecord].self, from: Data(text.utf8))
    } catch {
      throw SQLiteDamage("“\(text.prefix(80))” is no list of outputs")
    }
  }

  private static func quoted(_ string: String) -> String {
    guard string.utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) else {
      return "\"\(string)\""
    }
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{0}"..<"\u{20}": text += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }

  /// Reads exactly what `text` writes where no string needs an escape.
  private struct QuickReader {
    var rest: Substring.UTF8View

    mutating func outputs() -> [OutputRecord]? {
      var outputs: [OutputRecord] = []
      guard take("[") else { return nil }
      repeat {
        guard take("{\"name\":"), let name = string(), take(",\"key\":"), let key = string(), take(",\"etag\":"),
          let etag = string(), take(",\"bytes\":"), let bytes = number(), take(",\"width\":"), let width = number(),
          take(",\"height\":"), let height = number(), take(",\"format\":"), let format = string(), take("}")
        else { return nil }
        outputs.append(
          OutputRecord(name: name, key: key, etag: etag, bytes: bytes, width: width, height: height, format: format))
      } while take(",")
      return take("]") && rest.isEmpty ? outputs : nil
    }

    private mutating func take(_ word: StaticString) -> Bool {
      word.withUTF8Buffer { word in
        guard rest.starts(with: word) else { return false }
        rest = rest.dropFirst(word.count)
        return true
      }
    }

    private mutating func string() -> String? {
      guard take("\""), let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }),
        rest[end] == UInt8(ascii: "\"")
      else { return nil }
      let string = String(Substring(rest[..<end]))
      rest = rest[rest.index(after: end)...]
      return string
    }

    private mutating func number() -> Int? {
      let end = rest.firstIndex { !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? rest.endIndex
      let number = Int(Substring(rest[..<end]))
      rest = rest[end...]
      return number
    }
  }
}
