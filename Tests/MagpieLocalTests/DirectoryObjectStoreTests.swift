import Foundation
import Glibc
import MagpieConformance
import MagpieCore
import MagpieStores
import Testing

@testable import MagpieLocal

@Suite("A directory as an object store")
struct DirectoryObjectStoreTests {
  let directory: TestDirectory

  init() throws {
    directory = try TestDirectory()
  }

  private func store(_ name: String = "root") throws -> DirectoryObjectStore {
    try DirectoryObjectStore(root: directory.sub(name), writable: true)
  }

  private func code(_ body: () async throws -> Void) async -> ErrorCode? {
    do {
      try await body()
      return nil
    } catch let error as MagpieError {
      return error.code
    } catch {
      return nil
    }
  }

  // MARK: Keys

  static let hostile: [ObjectKey] = [
    "", "/", "/etc/passwd", "..", "../x", "a/../../x", "a/..", ".", "./a", "a/./b", "a//b", "a/", "//x",
    ObjectKey(bytes: [0x61, 0x00]), ObjectKey(bytes: [0x00]), ".magpie/state.sqlite", ".magpie",
    ObjectKey(bytes: Array(repeating: 0x61, count: 256)),
    ObjectKey(bytes: Array("d/".utf8) + Array(repeating: 0x61, count: 300) + Array("/x".utf8)),
  ]

  @Test("a key that is no path is refused by name, and nothing is made anywhere", arguments: hostile)
  func hostileKeys(key: ObjectKey) async throws {
    let store = try store("deep/er/root")
    try directory.write("deep/er/x", "outside")
    try directory.write("deep/x", "outside")
    #expect(await code { _ = try await store.put(key, [1], mediaType: "image/png") } == .sinkName)
    #expect(await code { _ = try await store.head(key, count: 1) } == .sourceMissing)
    #expect(
      await code {
        _ = try await store.read(ObjectSummary(key: key, size: 1, etag: ""), into: ConformanceBuffer())
      } == .sourceMissing)
    #expect(try await store.sizes([key]) == [nil])
    #expect(try String(contentsOfFile: directory.sub("deep/er/x"), encoding: .utf8) == "outside")
    #expect(try await store.list(.everything, limit: 9).objects.isEmpty)
  }

  @Test("random bytes as keys never touch anything outside the root")
  func randomKeys() async throws {
    let store = try store("a/root")
    try directory.write("a/outside", "untouched")
    var generator = SystemRandomNumberGenerator()
    let letters = Array("./\0ab\u{ff}-%".utf8)
    for _ in 0..<3000 {
      let bytes = (0..<Int.random(in: 0...8, using: &generator)).map { _ in letters.randomElement() ?? 0 }
      _ = try? await store.put(ObjectKey(bytes: bytes), [1], mediaType: "image/png")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.sub("a")).sorted() == ["outside", "root"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["a"])
  }

  @Test("symbolic links lead nowhere: not listed, not read, not written through")
  func symbolicLinks() async throws {
    let store = try store()
    try directory.write("outside/secret", "secret")
    try directory.write("root/plain", "plain")
    try directory.link("root/dir", to: directory.sub("outside"))
    try directory.link("root/file", to: directory.sub("outside/secret"))
    try directory.link("root/relative", to: "../outside/secret")
    try directory.link("root/inner", to: "plain")
    mkfifo(directory.sub("root/pipe"), 0o600)
    for _ in 0..<3 {
      let page = try await store.list(.everything, limit: 9)
      #expect(page.objects.map(\.key) == ["plain"])
    }
    #expect(store.skippedLinks == 5)
    for key in ["file", "relative", "inner", "dir/secret"] as [ObjectKey] {
      #expect(await code { _ = try await store.head(key, count: 9) } == .sourceDenied, "\(key)")
    }
    #expect(await code { _ = try await store.head("pipe", count: 9) } == .sourceMissing)
    #expect(try await store.sizes(["file", "inner", "dir/secret", "plain"]) == [nil, nil, nil, 5])
    #expect(await code { _ = try await store.put("dir/new", [1], mediaType: "") } == .sinkConflict)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.sub("outside")) == ["secret"])
    // A put replaces a link itself, never what it names.
    _ = try await store.put("file", [1, 2], mediaType: "")
    #expect(try String(contentsOfFile: directory.sub("outside/secret"), encoding: .utf8) == "secret")
    #expect(try await store.sizes(["file"]) == [2])
  }

  @Test("the walk for old kernels gives the same guarantees as openat2")
  func walkWithoutOpenat2() throws {
    try directory.write("root/a/b/c", "x")
    try directory.write("outside", "x")
    try directory.link("root/a/up", to: "..")
    try directory.link("root/a/out", to: directory.path)
    let root = try store().root
    func outcome(_ path: String) -> Int32 {
      switch root.walk(Array(path.utf8CString), flags: O_RDONLY) {
      case .success: 0
      case .failure(let failure): failure.code
      }
    }
    #expect(outcome("a/b/c") == 0)
    #expect(outcome("a/b/none") == ENOENT)
    #expect(outcome("a/up/a/b/c") == ENOTDIR)
    #expect(outcome("a/out/outside") == ENOTDIR)
    #expect(outcome("a/out") == ELOOP)
  }

  // MARK: Roots

  @Test("a root that is a link is followed once; missing, plain and unwritable roots are named")
  func roots() async throws {
    try directory.write("real/a", "1")
    try directory.write("plain", "1")
    try directory.link("alias", to: "real")
    let store = try DirectoryObjectStore(root: directory.sub("alias"), writable: false)
    #expect(try await store.list(.everything, limit: 9).objects.map(\.key) == ["a"])
    #expect(await code { _ = try await store.put("b", [1], mediaType: "") } == .sinkDenied)
    #expect(!FileManager.default.fileExists(atPath: directory.sub("real/.magpie")))
    for (name, writable, wanted) in [
      ("none", false, ErrorCode.sourceMissing), ("plain", false, .sourceMissing), ("plain", true, .sinkConflict),
      ("plain/below", true, .sinkConflict),
    ] {
      let error = #expect(throws: MagpieError.self) {
        _ = try DirectoryObjectStore(root: directory.sub(name), writable: writable)
      }
      #expect(error?.code == wanted)
      #expect(error?.message.contains(directory.sub(name)) == true)
    }
  }

  @Test("a destination inside the source is found, whatever the way to it")
  func containing() throws {
    try directory.write("source/sub/x")
    try directory.write("other/x")
    try directory.link("alias", to: "source/sub")
    try directory.link("source/leaving", to: "../other")
    let store = try DirectoryObjectStore(root: directory.sub("source"), writable: false)
    for inside in ["source", "source/", "source/sub", "source/new/deep", "alias", "alias/new", "other/../source/n"] {
      #expect(store.contains(directory.sub(inside)), "\(inside)")
    }
    for outside in ["other", "source-2", "other/new", "source/../new", "source/leaving/new", "source/n/../../new", ""] {
      #expect(!store.contains(directory.sub(outside)), "\(outside)")
    }
    #expect(!store.contains("/"))
  }

  // MARK: Listing

  @Test("a flat directory of 50,000 files lists in byte order, page by page, and sees changes")
  func flatDirectory() async throws {
    let root = directory.sub("flat")
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    let count = 50_000
    for index in 0..<count {
      let file = open("\(root)/IMG_\(index).jpg", O_WRONLY | O_CREAT, 0o644)
      try #require(file >= 0)
      close(file)
    }
    let store = try DirectoryObjectStore(root: root, writable: false)
    let wanted = (0..<count).map { ObjectKey("IMG_\($0).jpg") }.sorted()
    // Past the time in which a directory that just changed is not cached.
    try await Task.sleep(for: .milliseconds(2100))
    for limit in [2000, 50_000, 7001] {
      var listed: [ObjectKey] = []
      var hasMore = true
      while hasMore {
        let page = try await store.list(KeyRange(lo: listed.last, hi: nil), limit: limit)
        listed += page.objects.map(\.key)
        hasMore = page.hasMore
      }
      #expect(listed == wanted)
    }
    try directory.write("flat/IMG_0.jpg.new")
    unlink(root + "/IMG_1.jpg")
    let page = try await store.list(.everything, limit: 3)
    #expect(page.objects.map(\.key) == ["IMG_0.jpg", "IMG_0.jpg.new", "IMG_10.jpg"])
  }

  @Test("names that are no UTF-8 and paths longer than PATH_MAX are carried as they are")
  func unusualNames() async throws {
    let store = try store()
    let long = ObjectKey(String(repeating: String(repeating: "d", count: 200) + "/", count: 30) + "file")
    let keys: [ObjectKey] = [ObjectKey(bytes: [0x61, 0xff, 0x2f, 0xfe]), long, ObjectKey(bytes: [0xf0, 0x28])]
    for key in keys {
      _ = try await store.put(key, [1, 2, 3], mediaType: "")
    }
    let page = try await store.list(.everything, limit: 9)
    #expect(page.objects.map(\.key) == keys)
    #expect(try await store.sizes(keys) == [3, 3, 3])
    for object in page.objects {
      #expect(try await store.read(object, into: ConformanceBuffer()) == 3)
    }
  }

  @Test("an unreadable directory is named", .enabled(if: geteuid() != 0, "root reads everything"))
  func unreadableDirectory() async throws {
    try directory.write("root/closed/x")
    let store = try store()
    chmod(directory.sub("root/closed"), 0)
    defer { chmod(directory.sub("root/closed"), 0o755) }
    let error = await #expect(throws: MagpieError.self) { _ = try await store.list(.everything, limit: 9) }
    #expect(error?.code == .sourceDenied)
    #expect(error?.message.contains("closed/") == true)
  }

  // MARK: Reading

  @Test("a file that changes while it is read is named as changed")
  func changeDuringRead() async throws {
    try directory.write("root/a", String(repeating: "x", count: 100_000))
    let store = try store()
    for change in ["append", "truncate", "touch", "replace"] {
      let object = try #require(try await store.list(.everything, limit: 1).objects.first)
      let buffer = InterruptedBuffer { [path = directory.sub("root/a")] in
        // Kernels note times in steps of some milliseconds.
        usleep(15_000)
        let file = open(path, O_WRONLY | O_APPEND)
        switch change {
        case "append": _ = write(file, "y", 1)
        case "truncate": ftruncate(file, 50_000)
        case "touch": _ = pwrite(file, "y", 1, 0)
        default:
          // An open file stays what it was: a replacement during the read is no change of what is read.
          let other = open(path + ".new", O_WRONLY | O_CREAT, 0o644)
          close(other)
          rename(path + ".new", path)
        }
        close(file)
      }
      let found = await code { _ = try await store.read(object, into: buffer) }
      #expect(found == (change == "replace" ? nil : .sourceChanged), "\(change)")
    }
  }

  // MARK: Writing

  @Test("something else at the output's place is a conflict, and no temporary file stays")
  func conflicts() async throws {
    let store = try store()
    try directory.write("root/dir/x")
    try directory.write("root/file")
    #expect(await code { _ = try await store.put("dir", [1], mediaType: "") } == .sinkConflict)
    #expect(await code { _ = try await store.put("file/below", [1], mediaType: "") } == .sinkConflict)
    #expect(await code { _ = try await store.put("file/be/low", [1], mediaType: "") } == .sinkConflict)
    #expect(try temporaries() == [])
  }

  @Test("outputs have mode 0644 and the first half of their SHA-256 as ETag")
  func modeAndETag() async throws {
    let store = try store()
    #expect(try await store.put("a/b", Array("abc".utf8), mediaType: "") == "ba7816bf8f01cfea414140de5dae2223")
    var status = stat()
    #expect(stat(directory.sub("root/a/b"), &status) == 0)
    let mask = umask(0)
    umask(mask)
    #expect(status.st_mode & 0o777 == 0o644 & ~mask)
    #expect(status.st_nlink == 1)
  }

  @Test("temporary files of dead processes go, those of living ones stay")
  func abandonedTemporaries() async throws {
    let store = try store()
    let me = TemporaryName.Process.this
    var dead = me
    dead.start += 1
    var gone = me
    gone.pid = 0x7fff_fff0
    var elsewhere = me
    elsewhere.place = "0badb007-1"
    let names = [me, dead, gone, elsewhere].map { TemporaryName(process: $0, number: 7).text }
    for name in names + ["stranger"] {
      try directory.write("root/.magpie/tmp/" + name)
    }
    #expect(await store.removeAbandonedTemporaries() == 2)
    #expect(try temporaries() == [names[0], names[3], "stranger"].sorted())
    var times = [timeval(tv_sec: time(nil) - 7200, tv_usec: 0), timeval(tv_sec: time(nil) - 7200, tv_usec: 0)]
    utimes(directory.sub("root/.magpie/tmp/" + names[3]), &times)
    #expect(await store.removeAbandonedTemporaries() == 1)
    #expect(try temporaries() == [names[0], "stranger"].sorted())
  }

  @Test("names of temporary files are read back, other names are not")
  func temporaryNames() {
    let name = TemporaryName(process: .this, number: 12)
    #expect(TemporaryName(name.text) == name)
    #expect(!name.process.isDead)
    for other in ["", ".magpie-tmp-", ".magpie-tmp-a-b-c-d-e", ".magpie-tmp-1-2-3-4", "magpie-tmp-1-2-3-4-5"] {
      #expect(TemporaryName(other) == nil)
    }
  }

  private func temporaries() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.sub("root/.magpie/tmp")).sorted()
  }
}

/// A buffer that lets something happen between the checks before and after a read.
private final class InterruptedBuffer: ObjectBuffer {
  private let interruption: @Sendable () -> Void

  init(_ interruption: @escaping @Sendable () -> Void) {
    self.interruption = interruption
  }

  func fill(
    capacity: Int, _ body: (UnsafeMutableRawBufferPointer) throws(MagpieError) -> Int
  ) throws(MagpieError) -> Int {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { memory.deallocate() }
    interruption()
    return try body(memory)
  }
}
