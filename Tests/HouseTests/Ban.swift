import Foundation
import Testing

/// Something that must not be written, and what to write in its place.
struct Ban: Sendable, CustomTestStringConvertible {
  let pattern: String
  let instead: String

  var testDescription: String { pattern }

  /// `path:line` of every offence, comments left out.
  func offences(in paths: [String]) throws -> [String] {
    let expression = try NSRegularExpression(pattern: pattern)
    return try paths.flatMap { path in
      try Repository.lines(of: path).enumerated().compactMap { index, line in
        let code = Self.code(of: line)
        let isOffence = expression.firstMatch(in: code, range: NSRange(code.startIndex..., in: code)) != nil
        return isOffence ? "\(path):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))" : nil
      }
    }
  }

  /// The line without its comment. A `//` behind a colon belongs to an address in a string.
  static func code(of line: String) -> String {
    let trimmed = line.trimmingCharacters(in: .whitespaces)
    if ["//", "/*", "* "].contains(where: trimmed.hasPrefix) || trimmed == "*" { return "" }
    guard let comment = line.range(of: "(^|[^:])//", options: .regularExpression) else { return line }
    return String(line[..<comment.lowerBound])
  }

  /// In MagpieCore and MagpieSimulation: no clock, no randomness, no I/O, no async.
  static let ofThePureTargets = [
    Ban(pattern: #"\bDate\(\)|\bDate\.now\b"#, instead: "take the time as a parameter of the event"),
    Ban(pattern: #"\b(Continuous|Suspending)Clock\b"#, instead: "take the time as a parameter of the event"),
    Ban(pattern: #"\bTask\.sleep\b"#, instead: "return an effect that asks the shell for a timer"),
    Ban(pattern: #"\bTask\s*(\.detached\s*)?\{"#, instead: "return an effect; the shell runs it"),
    Ban(pattern: #"\b(async|await|actor)\b"#, instead: "write a plain struct: event in, effects out"),
    Ban(pattern: #"\bSystemRandomNumberGenerator\b"#, instead: "take a generator as a parameter"),
    Ban(
      pattern: #"\.random\((?!.*\busing:)|\.shuffled?\(\)|\.randomElement\(\)|\bUUID\(\)"#,
      instead: "pass `using:` the generator that was handed in"),
    Ban(pattern: #"\bFoundation(Essentials)?\b"#, instead: "write it with the standard library"),
    Ban(pattern: #"\bDispatchQueue\b|\bThread\b"#, instead: "leave threads to the shell in MagpieNode"),
    Ban(pattern: #"\bprint\("#, instead: "return an effect or a value; the shell prints"),
  ]

  /// Everywhere in Sources.
  static let ofSources = [
    Ban(pattern: #"\btry!"#, instead: "handle the error, or throw it on"),
    Ban(pattern: #"\bas!"#, instead: "use `as?` and say what else may come"),
    Ban(
      pattern: #"\bv?fork\("#, instead: "use posix_spawn: a forked Swift program holds locks that nobody will release"),
  ]
}
