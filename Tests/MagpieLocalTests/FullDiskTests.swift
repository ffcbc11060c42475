import Foundation
import Glibc
import MagpieCore
import MagpieLocal
import MagpieStores
import Testing

/// Needs the right to mount: run as root, or in a user namespace. Skipped visibly elsewhere.
@Suite("A full disk", .enabled(if: TinyDisk.canMount, "mounting a tmpfs needs root"), .serialized)
struct FullDiskTests {
  @Test("a full destination is named as such, and its temporary file is gone")
  func fullDestination() async throws {
    let disk = try TinyDisk(options: "size=256k")
    let store = try DirectoryObjectStore(root: disk.path + "/out", writable: true)
    _ = try await store.put("small", [UInt8](repeating: 1, count: 1000), mediaType: "")
    let error = await #expect(throws: MagpieError.self) {
      _ = try await store.put("large", [UInt8](repeating: 1, count: 1_000_000), mediaType: "")
    }
    #expect(error?.code == .sinkFull)
    #expect(error?.message.contains("large") == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path + "/out/.magpie/tmp") == [])
    _ = try await store.put("small", [UInt8](repeating: 2, count: 1000), mediaType: "")
  }

  @Test("a full disk below the state file is named, and the file works again once there is space")
  func fullState() async throws {
    let disk = try TinyDisk(options: "size=1m")
    let state = try SQLiteState(path: disk.path + "/state.sqlite")
    var error: MagpieError?
    for round in 0..<200 where error == nil {
      do throws(MagpieError) {
        _ = try await state.put((0..<100).map { SQLiteStateTests.record(ObjectKey("k\(round)-\($0)")) })
      } catch let caught {
        error = caught
      }
    }
    #expect(error?.code == .sinkFull)
    #expect(error?.message.contains(disk.path) == true)
    #expect(try await state.records(of: JobName("job"), keys: ["k0-0"]).count == 1)
    try disk.remount("size=16m")
    #expect(try await state.put([SQLiteStateTests.record("after")]) == [true])
  }

  @Test("another file system below the root is written through a temporary file beside the target")
  func otherFileSystem() async throws {
    let directory = try TestDirectory()
    let store = try DirectoryObjectStore(root: directory.sub("root"), writable: true)
    try directory.write("root/mounted/marker")
    let disk = try TinyDisk(options: "size=1m", at: directory.sub("root/mounted"))
    let etag = try await store.put("mounted/a/b", Array("abc".utf8), mediaType: "")
    #expect(etag == "ba7816bf8f01cfea414140de5dae2223")
    try await store.synchronize()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: disk.path).sorted() == ["a", "a/b"])
    #expect(try await store.list(.everything, limit: 9).objects.map(\.key) == ["mounted/a/b"])
  }

  @Test("a read-only destination and state file are named")
  func readOnly() async throws {
    let disk = try TinyDisk(options: "size=4m")
    let store = try DirectoryObjectStore(root: disk.path + "/out", writable: true)
    try disk.remount("ro")
    defer { try? disk.remount("rw") }
    let error = await #expect(throws: MagpieError.self) { _ = try await store.put("a", [1], mediaType: "") }
    #expect(error?.code == .sinkDenied)
    for path in ["/new", "/new/state.sqlite"] {
      let error = #expect(throws: MagpieError.self) {
        if path.hasSuffix("sqlite") {
          _ = try SQLiteState(path: disk.path + path)
        } else {
          _ = try DirectoryObjectStore(root: disk.path + path, writable: true)
        }
      }
      #expect(error?.code == .sinkDenied, "\(path)")
    }
  }
}

/// A tmpfs of a given size, unmounted when the last reference goes.
final class TinyDisk: Sendable {
  let path: String
  private let directory: TestDirectory?

  static let canMount: Bool = (try? TinyDisk(options: "size=64k")) != nil

  init(options: String, at place: String? = nil) throws {
    directory = place == nil ? try TestDirectory() : nil
    path = place ?? directory?.path ?? ""
    guard mount("tmpfs", path, "tmpfs", 0, options) == 0 else { throw CocoaError(.fileWriteNoPermission) }
  }

  func remount(_ options: String) throws {
    let flags = UInt(MS_REMOUNT) | (options == "ro" ? UInt(MS_RDONLY) : 0)
    guard mount("tmpfs", path, "tmpfs", flags, options == "ro" || options == "rw" ? nil : options) == 0 else {
      throw CocoaError(.fileWriteNoPermission)
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
  }
}
