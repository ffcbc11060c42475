import Foundation
import MagpieCore

/// What a decoder program says of itself.
struct DecoderInquiry: Codable, Equatable {
  var libvips: String
  var loaders: [String]
  var savers: [String]

  /// Runs the program with `--describe`.
  static func ask(_ path: String) throws(MagpieError) -> DecoderInquiry {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["--describe"]
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    let errors = Pipe()
    process.standardError = errors
    let data: Data
    do {
      try process.run()
      data = try output.fileHandleForReading.readToEnd() ?? Data()
    } catch {
      throw MagpieError(.configInvalid, "the decoder \(path) cannot be started: \(FileTrouble.words(error))")
    }
    // What it says on standard error is a line or two, which fits the pipe.
    let said = (try? errors.fileHandleForReading.readToEnd()).flatMap { $0 } ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0, process.terminationReason == .exit,
      let inquiry = try? JSONDecoder().decode(DecoderInquiry.self, from: data)
    else {
      let words = String(decoding: said, as: UTF8.self).split(whereSeparator: \.isNewline).last.map { ": \($0)" } ?? ""
      throw MagpieError(.configInvalid, "the decoder \(path) does not work (code \(process.terminationStatus))\(words)")
    }
    return inquiry
  }
}
