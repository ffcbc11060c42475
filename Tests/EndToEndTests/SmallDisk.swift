import Foundation
import Glibc

/// A tmpfs of a given size, unmounted when the last reference goes.
final class SmallDisk: Sendable {
  private let path: String

  static let canMount: Bool = {
    guard let workspace = try? Workspace() else { return false }
    return (try? SmallDisk(workspace.path + "/disk", options: "size=64k")) != nil
  }()

  init(_ path: String, options: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else { throw Failure("a tmpfs cannot be mounted on \(path)") }
  }

  func remount(_ options: String) throws {
    let flags = UInt(MS_REMOUNT) | (options == "ro" ? UInt(MS_RDONLY) : 0)
    guard mount("tmpfs", path, "tmpfs", flags, options == "ro" ? nil : options) == 0 else {
      throw Failure("the tmpfs on \(path) cannot be remounted with \(options)")
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
  }
}
