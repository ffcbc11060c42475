import Foundation
import Testing

@Suite("Bans")
struct BanTests {
  /// Targets whose code runs alike in a worker and in the simulator.
  static let pureTargets = ["Sources/MagpieCore", "Sources/MagpieSimulation"]

  @Test func coreIsWhereItIsLookedFor() throws {
    #expect(try !Repository.paths(under: "Sources/MagpieCore", suffixes: ["swift"]).isEmpty)
  }

  @Test func coreImportsNothing() throws {
    // MagpieSimulation imports MagpieCore and nothing else.
    let offences =
      try Self.imports(under: "Sources/MagpieCore")
      + Self.imports(under: "Sources/MagpieSimulation").filter { !$0.hasSuffix("import MagpieCore") }
    #expect(offences.isEmpty, "take what is needed as a parameter instead of importing it")
  }

  @Test(arguments: Ban.ofThePureTargets) func pureTargets(_ ban: Ban) throws {
    let offences = try Self.pureTargets.flatMap { folder in
      try ban.offences(in: Repository.paths(under: folder, suffixes: ["swift"]))
    }
    #expect(offences.isEmpty, "\(ban.instead)")
  }

  @Test(arguments: Ban.ofSources) func sources(_ ban: Ban) throws {
    let offences = try ban.offences(in: Repository.paths(under: "Sources", suffixes: ["swift", "c", "h"]))
    #expect(offences.isEmpty, "\(ban.instead)")
  }

  /// An opt-out of the compiler's checks carries its reason on its line or directly above.
  @Test(arguments: [#"@unchecked\s+Sendable"#, #"nonisolated\(unsafe\)"#])
  func optOutsCarryTheirReason(_ pattern: String) throws {
    let ban = Ban(pattern: pattern, instead: "")
    var offences: [String] = []
    for path in try Repository.paths(under: "Sources", suffixes: ["swift"]) {
      let lines = try Repository.lines(of: path)
      offences += try ban.offences(in: [path]).filter { offence in
        guard let number = offence.split(separator: ":").dropFirst().first.flatMap({ Int($0) }) else { return true }
        let line = lines[number - 1]
        let above = number > 1 ? lines[number - 2].drop(while: \.isWhitespace) : ""
        return Ban.code(of: line) == line && !above.hasPrefix("//")
      }
    }
    #expect(offences.isEmpty, "say why it is safe, in a comment on the line or directly above")
  }

  @Test(
    "A ban sees code and overlooks comments",
    arguments: [
      ("let now = Date()", true), ("// not Date()", false), ("  /// never `Date()`", false),
      ("let a = 1 // Date()", false),
      ("open(\"https://a\", Date())", true), ("let update = IssueDate()", false),
    ])
  func bansSeeCode(_ line: String, _ isOffence: Bool) throws {
    let code = Ban.code(of: line)
    #expect((code.range(of: Ban.ofThePureTargets[0].pattern, options: .regularExpression) != nil) == isOffence)
  }

  private static func imports(under folder: String) throws -> [String] {
    let modifiers = "(@\\w+\\s+)*((public|package|internal|fileprivate|private)\\s+)?"
    return try Ban(pattern: "^\\s*\(modifiers)import\\s", instead: "")
      .offences(in: Repository.paths(under: folder, suffixes: ["swift"]))
  }
}
