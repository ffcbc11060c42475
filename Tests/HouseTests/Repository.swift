import Foundation

/// The files of the repository these tests were compiled in.
struct Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Paths, relative to the root, that git tracks or would track; what it ignores is nobody's rule to keep.
  static func paths() throws -> [String] {
    let listing = try run("git", "-C", root.path, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    return Set(listing.split(separator: "\0").map(String.init)).sorted().filter {
      // A file that is deleted and not yet committed is still in git's list.
      FileManager.default.fileExists(atPath: root.appending(path: $0).path)
    }
  }

  static func paths(under folders: String..., suffixes: [String] = []) throws -> [String] {
    try paths().filter { path in
      folders.contains { path.hasPrefix($0 + "/") }
        && (suffixes.isEmpty || suffixes.contains { path.hasSuffix("." + $0) })
    }
  }

  static func lines(of path: String) throws -> [String] {
    let text = String(decoding: try Data(contentsOf: root.appending(path: path)), as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Runs a program and returns what it printed on its standard output.
  static func run(_ command: String...) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure("\(command.joined(separator: " ")) ended with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// Why a test of the house could not even look.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
