import Foundation

/// A program of the build these tests belong to: it lies beside the test bundle.
enum BuiltProgram: String {
  case magpie
  case decoder = "magpie-decoder"
  case faultyDecoder = "magpie-decoder-faulty"

  /// - Throws: a sentence where it was not built.
  static func path(_ program: BuiltProgram) throws -> String {
    let bundle = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let path = URL(filePath: bundle).deletingLastPathComponent().appending(path: program.rawValue).path
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw Failure("\(path) is missing: build the whole package first (swift build --build-tests)")
    }
    return path
  }
}

/// Why a test could not even begin.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
