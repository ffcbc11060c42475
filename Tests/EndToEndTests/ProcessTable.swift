import Foundation
import Glibc

/// What /proc says of the processes of this machine.
enum ProcessTable {
  /// Running children of `parent` that carry this program's name, zombies left out.
  static func children(of parent: pid_t, named program: BuiltProgram) throws -> [pid_t] {
    try processes().filter { process in
      guard let status = status(of: process) else { return false }
      // The kernel keeps 15 bytes of a name.
      return status["PPid"] == String(parent) && status["Name"] == String(program.rawValue.prefix(15))
        && status["State"]?.hasPrefix("Z") == false
    }
  }

  /// Running decoders that were started by `parent`, even where it is gone: they are told its number.
  static func decoders(startedBy parent: pid_t) throws -> [pid_t] {
    try processes().filter { process in
      guard let line = try? String(contentsOfFile: "/proc/\(process)/cmdline", encoding: .utf8) else { return false }
      let arguments = line.split(separator: "\0")
      return arguments.count == 2 && arguments[0].contains("magpie-decoder") && arguments[1] == String(parent)
    }
  }

  private static func processes() throws -> [pid_t] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
  }

  private static func status(of process: pid_t) -> [String: String]? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8) else { return nil }
    let fields = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
    }
    return Dictionary(fields) { first, _ in first }
  }
}
