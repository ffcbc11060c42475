import Foundation
import Testing

@Suite("Who links what")
struct LinkageTests {
  /// All that the loader brings in, libraries of libraries too.
  @Test func magpieDoesNotLoadLibvips() throws {
    let libraries = try Repository.run("ldd", Self.built("magpie").path)
    #expect(libraries.contains("libc.so"), "ldd said nothing of use: \(libraries)")
    let offences = libraries.split(separator: "\n").filter { $0.contains("libvips") }
    #expect(offences.isEmpty, "leave imaging to magpie-decoder")
  }

  /// What the decoder itself asks for. Debian's libvips brings libcurl along, behind readers of formats that the
  /// decoder never opens, so what the loader finds in the end says nothing about our code.
  @Test func decoderDoesNotLinkLibcurl() throws {
    let dynamic = try Repository.run("readelf", "--dynamic", "--wide", Self.built("magpie-decoder").path)
    let needed = dynamic.split(separator: "\n").filter { $0.contains("(NEEDED)") }
    #expect(needed.contains { $0.contains("libc.so") }, "readelf said nothing of use: \(dynamic)")
    let offences = needed.filter { $0.contains("libcurl") || $0.contains("libssl") }
    #expect(offences.isEmpty, "the child has no network: fetch in magpie and hand the bytes over")
  }

  /// Untrusted images are decoded in the child alone: nothing but the child, its variants for tests and its own tests
  /// may depend on the library that opens them.
  @Test func imagingLivesInTheChildAlone() throws {
    let targets = try Self.targets()
    #expect(targets["magpie-decoder"]?.contains("\"MagpieImaging\"") == true)
    let dependents = targets.filter { $0.value.contains("\"MagpieImaging\"") }.keys.filter {
      $0 != "magpie-decoder" && !$0.hasPrefix("magpie-decoder-") && $0 != "MagpieImagingTests"
    }
    #expect(dependents.sorted().isEmpty, "talk to the decoder through DecoderMessage instead")
  }

  /// An executable of the build these tests belong to: it lies beside the test bundle.
  private static func built(_ name: String) throws -> URL {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let executable = URL(filePath: bundle).deletingLastPathComponent().appending(path: name)
    guard FileManager.default.isExecutableFile(atPath: executable.path) else {
      throw Failure("\(executable.path) is missing: build the whole package first (swift build --build-tests)")
    }
    return executable
  }

  /// What Package.swift says of each target behind its name.
  private static func targets() throws -> [String: String] {
    let manifest = try Repository.lines(of: "Package.swift").map(Ban.code(of:)).joined(separator: "\n")
    let kinds = #"\.(target|executableTarget|testTarget|systemLibrary)\(\s*name:\s*"([^"]+)""#
    let expression = try NSRegularExpression(pattern: kinds)
    let matches = expression.matches(in: manifest, range: NSRange(manifest.startIndex..., in: manifest))
    let declarations = matches.compactMap { match -> (name: String, range: Range<String.Index>)? in
      guard let name = Range(match.range(at: 2), in: manifest), let whole = Range(match.range, in: manifest) else {
        return nil
      }
      return (String(manifest[name]), whole)
    }
    var targets: [String: String] = [:]
    for (index, declaration) in declarations.enumerated() {
      let end = index + 1 < declarations.count ? declarations[index + 1].range.lowerBound : manifest.endIndex
      targets[declaration.name] = String(manifest[declaration.range.upperBound..<end])
    }
    return targets
  }
}
