import Foundation
import MagpieCore

/// Pictures and expectations computed another way: by reference.py, with Pillow and NumPy.
enum Reference {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// How an output differs from what Pillow makes of the same input.
  struct Comparison: Decodable {
    var width: Int
    var height: Int
    var mode: String
    /// Mean absolute difference of the samples, 0 to 255.
    var meanDifference: Double
    /// Mean CIEDE2000 colour difference; 1 is what a trained eye just sees.
    var meanColourDifference: Double
    /// Names of metadata left in the output.
    var metadata: [String]
  }

  /// What Pillow does with the input: turned, brought to sRGB, scaled, cut at and padded from there.
  struct Steps: Encodable {
    var orient = true
    var scaled: [Int]
    var crop: [Int]?
    var padding: [Int]?
    var output: [Int]
    var background = [255, 255, 255]
    var alpha = false
  }

  private static let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("reference.py").path

  /// The interpreter with Pillow and NumPy: MAGPIE_TEST_PYTHON, or the one of .venv-tests at the top of the repository.
  private static let interpreter =
    ProcessInfo.processInfo.environment["MAGPIE_TEST_PYTHON"]
    // Not standardised: that would follow the link out of the environment.
    ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(".venv-tests/bin/python").path

  /// Pictures for all tests of one run, made once.
  private static let directory = Result {
    let place = FileManager.default.temporaryDirectory.appendingPathComponent("magpie-imaging-\(getpid())")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    _ = try run(["make", place.path])
    return place
  }

  static func picture(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: directory.get().appendingPathComponent(name)))
  }

  static func compare(_ output: [UInt8], with picture: String, _ steps: Steps) throws -> Comparison {
    let place = try directory.get()
    let file = place.appendingPathComponent("output-\(UUID().uuidString)")
    try Data(output).write(to: file)
    let encoded = try JSONEncoder().encode(steps)
    let answer = try run([
      "compare", place.appendingPathComponent(picture).path, file.path, String(decoding: encoded, as: UTF8.self),
    ])
    return try JSONDecoder().decode(Comparison.self, from: answer)
  }

  private static func run(_ arguments: [String]) throws -> Data {
    guard access(interpreter, X_OK) == 0 else {
      throw Failure(
        description: "the reference needs Python with Pillow and NumPy at \(interpreter); scripts/test sets it up")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: interpreter)
    process.arguments = [script] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let answer = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "reference.py \(arguments.prefix(1)) ended with \(process.terminationStatus)")
    }
    return answer
  }
}
