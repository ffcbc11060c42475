import Foundation

/// A fresh directory for one test, removed with everything in it; commands run in it.
final class Workspace: Sendable {
  let path: String
  /// What the commands print, beside the directory they work in.
  let logs: String
  private let root: URL

  init() throws {
    root = FileManager.default.temporaryDirectory.appending(path: "magpie-end-to-end-\(UUID().uuidString)")
    path = root.appending(path: "work").path
    logs = root.appending(path: "logs").path
    for directory in [path, logs] {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
  }

  deinit {
    try? FileManager.default.removeItem(at: root)
  }

  func url(_ name: String) -> URL { URL(filePath: path + "/" + name) }

  func start(_ arguments: String...) throws -> RunningProgram { try start(arguments) }

  func start(_ arguments: [String]) throws -> RunningProgram {
    try RunningProgram(try BuiltProgram.path(.magpie), arguments, in: self)
  }

  func magpie(_ arguments: String...) async throws -> RunningProgram.Outcome { try await magpie(arguments) }

  func magpie(_ arguments: [String]) async throws -> RunningProgram.Outcome {
    try await start(arguments).outcome()
  }

  /// The records of the only job of a destination.
  func records(_ destination: String) async throws -> [ReportedRecord] {
    let report = try await magpie("report", destination, "--format", "ndjson")
    guard report.code == 0 else { throw Failure("magpie report failed: \(report.error)") }
    return try report.output.split(separator: "\n").map {
      try JSONDecoder().decode(ReportedRecord.self, from: Data($0.utf8))
    }
  }

  /// The contents of the files under a directory by their relative paths, the state left out.
  func contents(_ directory: String) throws -> [FileName: Data] {
    let base = path + "/" + directory
    let files = try FileManager.default.subpathsOfDirectory(atPath: base).filter { name in
      var isDirectory: ObjCBool = false
      guard name != ".magpie", !name.hasPrefix(".magpie/") else { return false }
      return FileManager.default.fileExists(atPath: base + "/" + name, isDirectory: &isDirectory)
        && !isDirectory.boolValue
    }
    return try Dictionary(
      uniqueKeysWithValues: files.map { (FileName($0), try Data(contentsOf: URL(filePath: base + "/" + $0))) })
  }

  /// What lies under a destination's folder of unfinished files.
  func temporaries(_ destination: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path + "/" + destination + "/.magpie/tmp")
  }
}

/// A name by its bytes: two spellings of `ü` are two files, though they are one `String`.
struct FileName: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  var description: String { String(decoding: bytes, as: UTF8.self) }
}
