import Foundation
import Testing

@Suite("Files")
struct FileTests {
  static let lineLengthMax = 120
  static let linesMax = 400
  static let fileBytesMax = 1_000_000

  @Test func linesAreShort() throws {
    let offences = try Self.code().flatMap { path in
      try Repository.lines(of: path).enumerated().compactMap { index, line in
        line.unicodeScalars.count > Self.lineLengthMax ? "\(path):\(index + 1)" : nil
      }
    }
    #expect(offences.isEmpty, "break the line: up to \(Self.lineLengthMax) columns")
  }

  @Test func filesAreShort() throws {
    let offences = try Self.code().filter { try Repository.lines(of: $0).count > Self.linesMax }
    #expect(offences.isEmpty, "split the file: up to \(Self.linesMax) lines, one type or aspect each")
  }

  @Test func filesAreNamedForWhatTheyHold() throws {
    let offences = try Repository.paths(under: "Sources", "Tests", "scripts").filter { path in
      let stem = URL(filePath: path).lastPathComponent.split(separator: ".").first.map(String.init) ?? ""
      return stem.range(
        of: "(^|[a-z_-])(utils?|utilities|helpers?|common|manager|misc)(\\+|$)",
        options: [.regularExpression, .caseInsensitive]) != nil
    }
    #expect(offences.isEmpty, "name the file for the type it holds, Type+Aspect.swift for an extension")
  }

  @Test func noTrackedFileIsLarge() throws {
    let offences = try Repository.paths().filter { path in
      let attributes = try FileManager.default.attributesOfItem(atPath: Repository.root.appending(path: path).path)
      return (attributes[.size] as? Int ?? 0) > Self.fileBytesMax
    }
    #expect(offences.isEmpty, "generate large samples with scripts/sample-images instead of committing them")
  }

  @Test func scriptsRunAndStopAtTheFirstFailure() throws {
    let scripts = try Repository.paths(under: "scripts", ".ci").filter { try Self.shebang(of: $0).contains("bash") }
    #expect(scripts.contains("scripts/test") && scripts.contains(".ci/run"))
    for path in scripts {
      #expect(try Repository.lines(of: path).contains("set -euo pipefail"), "\(path) must `set -euo pipefail`")
      // What has a suffix is read by a script; what has none is run.
      if !path.hasSuffix(".sh") {
        let isExecutable = FileManager.default.isExecutableFile(atPath: Repository.root.appending(path: path).path)
        #expect(isExecutable, "chmod +x \(path)")
      }
    }
  }

  private static func code() throws -> [String] {
    let named = try Repository.paths(
      under: "Sources", "Tests", "scripts", suffixes: ["swift", "c", "h", "py", "sh", "modulemap"])
    let scripts = try Repository.paths(under: "scripts", ".ci").filter { try shebang(of: $0).contains("bash") }
    return Set(named + scripts + ["Package.swift"]).sorted()
  }

  private static func shebang(of path: String) throws -> String {
    let first = try Repository.lines(of: path).first ?? ""
    return first.hasPrefix("#!") ? first : ""
  }
}
