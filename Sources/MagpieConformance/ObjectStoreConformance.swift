package import MagpieCore
package import MagpieStores
import Synchronization

/// What every object store must do: whole objects, byte order, pages that meet, reads of one version.
package enum ObjectStoreConformance {
  /// Makes a fresh, empty, writable store.
  package typealias Factory = () async throws -> any ObjectStore

  /// - Parameter keysMayNest: whether "a" and "a/b" may both be objects, as in a bucket and unlike in a directory.
  /// - Throws: `ConformanceFailure`, or what the store throws.
  package static func run(keysMayNest: Bool, _ make: Factory) async throws {
    try await listing(try await make(), keys: keys(nesting: keysMayNest))
    try await reading(try await make())
    try await replacing(try await make())
    try await concurrency(try await make())
  }

  /// Keys that sort, compare or print in surprising ways, in byte order.
  static func keys(nesting: Bool) -> [ObjectKey] {
    var keys: [ObjectKey] = [
      " leading", "#?%+&=;,'\"", "%2e%2e/%2f", "-rf", ".hidden", "...", "A", "a-b", "a.b", "a/b", "a/b!c/d", "a/b-",
      "a/b.c/x", "a/c/d/e/f/g", "a/d", "a0", "b c/ d ", "c\\d", "c\tx", "dir/0", "dir/9", "dir-", "dir.x", "dir0",
      "e\u{301}/1", "e\u{301}.jpg", "\u{e9}/1", "\u{e9}.jpg", "\u{1F426}/\u{65e5}\u{672c}.png", "z",
    ]
    if nesting { keys += ["a", "dir", "a/c"] }
    return keys.sorted()
  }

  // MARK: Listing

  static func listing(_ store: any ObjectStore, keys: [ObjectKey]) async throws {
    let empty = try await store.list(.everything, limit: 10)
    try expect(empty.objects.isEmpty && !empty.hasMore, "an empty store listed \(empty)")
    var order = keys
    var generator = SeededGenerator(seed: 7)
    order.shuffle(using: &generator)
    for key in order {
      _ = try await store.put(key, Array(key.bytes), mediaType: "image/jpeg")
    }
    for limit in 1...(keys.count + 1) {
      try await page(store, keys, limit: limit)
    }
    var bounds: [ObjectKey?] = keys.map { $0 } + [nil]
    // Bounds that are no keys: prefixes, directories, their neighbours.
    bounds += ["a", "a/", "a/b!", "a/c/d/e", "a/c0", "dir", "dir/", "dir/5", "\u{7f}"]
    bounds += [ObjectKey(bytes: [0xff]), ObjectKey(bytes: [0x61, 0x2f, 0x00])]
    for lo in bounds {
      for hi in bounds {
        let range = KeyRange(lo: lo, hi: hi)
        let wanted = keys.filter { range.contains($0) }
        let page = try await store.list(range, limit: 3)
        try expect(page.objects.map(\.key), equals: Array(wanted.prefix(3)), "at most 3 keys of \(range)")
        try expect(page.hasMore, equals: wanted.count > 3, "whether \(range) holds more than 3")
      }
    }
    let sizes = try await store.sizes(keys + ["absent", "a/absent", "absent/x"])
    try expect(sizes, equals: keys.map { $0.bytes.count } + [nil, nil, nil], "sizes of all keys and three absent ones")
    try expect(try await store.sizes([]), equals: [], "sizes of no keys")
  }

  private static func page(_ store: any ObjectStore, _ keys: [ObjectKey], limit: Int) async throws {
    var listed: [ObjectSummary] = []
    while true {
      let page = try await store.list(KeyRange(lo: listed.last?.key, hi: nil), limit: limit)
      try expect(page.objects.count <= limit, "a page of at most \(limit) has \(page.objects.count)")
      listed += page.objects
      guard page.hasMore else { break }
      try expect(page.objects.count == limit, "a page of \(page.objects.count) of \(limit) says there is more")
    }
    try expect(listed.map(\.key), equals: keys, "the keys listed \(limit) at a time")
    try expect(listed.map(\.size), equals: keys.map { $0.bytes.count }, "the sizes listed \(limit) at a time")
  }

  // MARK: Reading

  static func reading(_ store: any ObjectStore) async throws {
    let contents: [(ObjectKey, Int)] = [("empty", 0), ("one", 1), ("dir/page", 4096), ("large", 3_000_001)]
    for (key, count) in contents {
      let bytes = pattern(count)
      let etag = try await store.put(key, bytes, mediaType: "image/png")
      try expect(!etag.isEmpty, "the ETag of “\(key)” is empty")
      let object = try await summary(store, key)
      try expect(object.size, equals: count, "the listed size of “\(key)”")
      let buffer = ConformanceBuffer()
      try expect(try await store.read(object, into: buffer), equals: count, "the bytes read of “\(key)”")
      try expect(buffer.bytes == bytes, "“\(key)” reads as other than what was put")
      for head in [0, 1, 12, count, count + 1] {
        let found = try await store.head(key, count: head)
        try expect(found == Array(bytes.prefix(head)), "the first \(head) bytes of “\(key)” are others")
      }
    }
    try await expectError(.sourceMissing, "the head of an absent key") { _ = try await store.head("absent", count: 1) }
    try await expectError(.sourceMissing, "reading an absent key") {
      _ = try await store.read(ObjectSummary(key: "absent", size: 1, etag: "x"), into: ConformanceBuffer())
    }
    var wrong = try await summary(store, "one")
    wrong.etag += "0"
    let other = wrong
    try await expectError(.sourceChanged, "reading under another ETag") {
      _ = try await store.read(other, into: ConformanceBuffer())
    }
  }

  static func replacing(_ store: any ObjectStore) async throws {
    let first = try await store.put("x/y", pattern(100), mediaType: "image/png")
    let again = try await store.put("x/same", pattern(100), mediaType: "image/png")
    try expect(!first.isEmpty && !again.isEmpty, "an ETag is empty")
    let old = try await summary(store, "x/y")
    let second = try await store.put("x/y", pattern(99), mediaType: "image/png")
    try expect(first != second, "other content under the same ETag")
    try await store.synchronize()
    try await store.synchronize()
    try await expectError(.sourceChanged, "reading a replaced version") {
      _ = try await store.read(old, into: ConformanceBuffer())
    }
    let buffer = ConformanceBuffer()
    _ = try await store.read(try await summary(store, "x/y"), into: buffer)
    try expect(buffer.bytes == pattern(99), "a replaced object reads as other than what was put last")
    try expect(try await store.list(.everything, limit: 9).objects.count, equals: 2, "objects after a replacement")
  }

  /// Many tasks write, read and synchronise at once; one key is written by all and must be one of theirs, whole.
  static func concurrency(_ store: any ObjectStore) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<16 {
        group.addTask {
          for round in 0..<8 {
            let key = ObjectKey("w\(writer % 4)/\(writer)-\(round)")
            _ = try await store.put(key, pattern(1000 + writer), mediaType: "image/png")
            _ = try await store.put("shared", pattern(500 + writer), mediaType: "image/png")
            if round % 4 == 3 { try await store.synchronize() }
            let head = try await store.head("shared", count: 10_000)
            try expect(head == pattern(head.count) && head.count >= 500, "a part of an object was seen")
          }
        }
      }
      try await group.waitForAll()
    }
    let page = try await store.list(.everything, limit: 1000)
    try expect(page.objects.count, equals: 16 * 8 + 1, "objects after concurrent puts")
  }

  // MARK: Tools

  private static func pattern(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ count) ^ UInt8(truncatingIfNeeded: $0 >> 8) }
  }

  private static func summary(_ store: any ObjectStore, _ key: ObjectKey) async throws -> ObjectSummary {
    let page = try await store.list(KeyRange(lo: nil, hi: key), limit: 1000)
    guard let object = page.objects.last, object.key == key else {
      throw ConformanceFailure("“\(key)” is not listed")
    }
    return object
  }

  private static func expectError(
    _ code: ErrorCode, _ what: String, _ body: () async throws -> Void
  ) async throws(ConformanceFailure) {
    do {
      try await body()
    } catch let error as MagpieError {
      return try expect(error.code, equals: code, "the error of \(what)")
    } catch {
      throw ConformanceFailure("\(what) threw \(error)")
    }
    throw ConformanceFailure("\(what) threw nothing")
  }
}

/// A buffer that keeps what was read.
package final class ConformanceBuffer: ObjectBuffer {
  private let storage = Mutex<[UInt8]>([])

  package init() {}

  package var bytes: [UInt8] { storage.withLock { $0 } }

  package func fill(
    capacity: Int, _ body: (UnsafeMutableRawBufferPointer) throws(MagpieError) -> Int
  ) throws(MagpieError) -> Int {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
    defer { memory.deallocate() }
    let count = try body(memory)
    storage.withLock { $0 = Array(memory.prefix(count)) }
    return count
  }
}
