import Foundation
import Synchronization

/// A directory below the system's temporary one, removed with everything in it when the last reference goes.
final class TestDirectory: Sendable {
  let path: String
  private static let count = Atomic(0)

  init() throws {
    let number = TestDirectory.count.wrappingAdd(1, ordering: .relaxed).newValue
    path =
      FileManager.default.temporaryDirectory.appendingPathComponent(
        "magpie-local-tests-\(ProcessInfo.processInfo.processIdentifier)-\(number)"
      ).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
    // FileManager gives up on paths longer than PATH_MAX.
    guard FileManager.default.fileExists(atPath: path) else { return }
    let removal = Process()
    removal.executableURL = URL(fileURLWithPath: "/bin/rm")
    removal.arguments = ["-rf", path]
    try? removal.run()
    removal.waitUntilExit()
  }

  func sub(_ name: String) -> String { path + "/" + name }

  func write(_ name: String, _ text: String = "x") throws {
    let url = URL(fileURLWithPath: sub(name))
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: sub(name), withDestinationPath: target)
  }
}
