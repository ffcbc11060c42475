import MagpieCore
package import MagpieStores

/// What every record store must do: fences, successes that stay, claims that stand, byte order.
package enum RecordStoreConformance {
  /// Makes a fresh, empty store; several handles stand for several processes on one store, one is enough.
  package typealias Factory = () async throws -> [any RecordStore]

  /// - Throws: `ConformanceFailure`, or what the store throws.
  package static func run(seed: UInt64 = 1, steps: Int = 400, _ make: Factory) async throws {
    try await accepting(try await make())
    try await order(try await make())
    try await statuses(try await make())
    try await claims(try await make())
    try await random(try await make(), seed: seed, steps: steps)
  }

  static let job = JobName("job")
  /// In byte order: control characters, NUL, prefixes of each other, NFC beside NFD, bytes that are no UTF-8.
  static let keys: [ObjectKey] = [
    ObjectKey(bytes: [0x01]), "#?%+&", "a", ObjectKey(bytes: [0x61, 0x00]), ObjectKey(bytes: [0x61, 0x00, 0x62]), "a b",
    "a-b", "a.b", "a/b", ObjectKey(bytes: [0x61, 0xff]), "e\u{301}", "z", ObjectKey(bytes: [0x80]), "\u{e9}",
    "\u{1F426}.jpg", ObjectKey(bytes: [0xff, 0xfe, 0x2f]),
  ]

  static func record(
    _ key: ObjectKey, job: JobName = job, status: ImageRecord.Status = .done, etag: String = "e1",
    digest: String = "d1",
    fence: UInt64 = 1, attempts: Int = 1
  ) -> ImageRecord {
    let output = OutputRecord(
      name: "web \"1\" \\ \u{1}", key: "out/\(key)\u{301}", etag: "abc", bytes: 12_345_678_901, width: 800, height: 600,
      format: "JPEG")
    return ImageRecord(
      key: key, job: job, sourceBucket: "source", destinationBucket: "dest\u{e9}",
      processedAt: "2026-01-02T03:04:05Z", sourceETag: etag, sourceSize: 1 << 40, status: status,
      outputs: status == .done ? [output, output] : [],
      error: status == .failed ? MagpieError(.inputCorrupt, "line\nbreak “\(key)”") : nil, recipeDigest: digest,
      fence: fence, worker: OwnerID("w"), attempts: attempts, milliseconds: 17, libvipsVersion: "8.14.1")
  }

  // MARK: Conditions

  static func accepting(_ stores: [any RecordStore]) async throws {
    let (store, other) = try pair(stores)
    try expect(try await store.records(of: job, keys: keys), equals: [:], "records of an empty store")
    let failed = record("a", status: .failed, fence: 5)
    let done = record("a", fence: 5, attempts: 2)
    let steps: [(String, ImageRecord, Bool)] = [
      ("a first record", failed, true),
      ("an older fence", record("a", fence: 4), false),
      ("a success over a failure of the same fence", done, true),
      ("a failure over a success", record("a", status: .failed, fence: 9), false),
      ("the same success again", record("a", fence: 5), false),
      ("a success made again under a newer fence", record("a", fence: 6), true),
      ("a changed source with an older fence", record("a", etag: "e2", fence: 4), false),
      ("a changed source", record("a", status: .failed, etag: "e2", fence: 6), true),
      ("another recipe", record("a", status: .skipped, etag: "e2", digest: "d2", fence: 6), true),
      ("another job", record("a", job: JobName("other"), fence: 1), true),
    ]
    var standing: ImageRecord?
    for (what, new, accepted) in steps {
      try expect(try await store.put([new]), equals: [accepted], "putting \(what)")
      if accepted && new.job == job { standing = new }
      try expect(try await other.records(of: job, keys: ["a"])["a"], equals: standing, "the record after \(what)")
    }
    let batch = [
      record("b", fence: 3), record("b", fence: 2), record("b", etag: "e2", fence: 3), record("c"),
      record("a", fence: 0),
    ]
    try expect(try await store.put(batch), equals: [true, false, true, true, false], "one batch with one key thrice")
    try expect(try await store.put([]), equals: [], "an empty batch")
  }

  // MARK: Keys and order

  static func order(_ stores: [any RecordStore]) async throws {
    let (store, other) = try pair(stores)
    let many = (0..<1200).map { ObjectKey("many/\(1000 + $0)") }
    let all = (keys + many).sorted()
    let records = all.reversed().map { record($0) }
    try expect(
      try await store.put(Array(records)), equals: Array(repeating: true, count: all.count), "putting many keys")
    _ = try await store.put([record("intruder", job: JobName("jo")), record("intruder", job: JobName("job2"))])
    let found = try await other.records(of: job, keys: all + ["absent"])
    try expect(found.count, equals: all.count, "how many of the records put are found")
    for key in all {
      try expect(found[key], equals: record(key), "the record of “\(key)”")
    }
    try expect(try await store.records(of: job, keys: ["absent"]), equals: [:], "the record of an absent key")
    for limit in [50, 1000, 5000] {
      try expect(try await scanned(store, job, limit: limit), equals: all, "the keys scanned \(limit) at a time")
    }
    let small = JobName("small")
    _ = try await store.put(keys.map { record($0, job: small) })
    for limit in 1...(keys.count + 1) {
      try expect(try await scanned(other, small, limit: limit), equals: keys, "few keys scanned \(limit) at a time")
    }
    for key in keys + [ObjectKey(bytes: [0x62, 0xfe]), "nowhere"] {
      let page = try await store.scan(job, status: nil, after: key, limit: 3)
      try expect(page.map(\.key), equals: Array(all.filter { $0 > key }.prefix(3)), "a scan after “\(key)”")
    }
    try expect(try await store.scan(job, status: nil, after: nil, limit: 0), equals: [], "a scan of at most none")
  }

  private static func scanned(
    _ store: any RecordStore, _ job: JobName, limit: Int, status: ImageRecord.Status? = nil
  ) async throws -> [ObjectKey] {
    var scanned: [ObjectKey] = []
    while true {
      let page = try await store.scan(job, status: status, after: scanned.last, limit: limit)
      try expect(page.count <= limit, "a scan of at most \(limit) returned \(page.count)")
      scanned += page.map(\.key)
      if page.count < limit { return scanned }
    }
  }

  /// Records of one status, scanned in order: what `report` and `retry` do.
  static func statuses(_ stores: [any RecordStore]) async throws {
    let (store, other) = try pair(stores)
    let all: [ImageRecord.Status] = [.done, .failed, .skipped]
    let records = keys.enumerated().map { index, key in record(key, status: all[index % 3]) }
    _ = try await store.put(records)
    for status in all {
      let wanted = records.filter { $0.status == status }.map(\.key)
      for limit in [1, 2, 100] {
        let found = try await scanned(other, job, limit: limit, status: status)
        try expect(found, equals: wanted, "the keys \(status), scanned \(limit) at a time")
      }
    }
  }

  // MARK: Claims

  static func claims(_ stores: [any RecordStore]) async throws {
    let (store, other) = try pair(stores)
    for key in keys {
      let first = OutputClaim(output: key, source: "one")
      try expect(try await store.claim([first], job: job), equals: ["one"], "the first claim of “\(key)”")
      let second = OutputClaim(output: key, source: key)
      try expect(try await other.claim([second, first], job: job), equals: ["one", "one"], "later claims of “\(key)”")
      try expect(
        try await store.claim([second], job: JobName("other")), equals: [key], "the claim of “\(key)” in another job")
      try expect(
        try await other.reclaim(second, from: "nobody", job: job), equals: "one", "a reclaim from who holds nothing")
      try expect(try await other.reclaim(second, from: "one", job: job), equals: key, "a reclaim from the holder")
      try expect(try await store.claim([first], job: job), equals: [key], "a claim after the reclaim")
    }
    let fresh = OutputClaim(output: "fresh", source: "s")
    try expect(try await store.reclaim(fresh, from: "gone", job: job), equals: "s", "a reclaim of what nobody holds")
    let holders = try await withThrowingTaskGroup(of: [ObjectKey].self) { group in
      for writer in 0..<12 {
        let store = stores[writer % stores.count]
        group.addTask {
          try await store.claim([OutputClaim(output: "contested", source: ObjectKey("s\(writer)"))], job: job)
        }
      }
      return try await group.reduce(into: Set<ObjectKey>()) { $0.formUnion($1) }
    }
    try expect(holders.count, equals: 1, "holders of one output that twelve claimed at once")
  }

  // MARK: Random writes

  /// Compared with `MemoryRecordStore`, which is a plain reading of `ImageRecord.accepts`.
  static func random(_ stores: [any RecordStore], seed: UInt64, steps: Int) async throws {
    let model = MemoryRecordStore()
    var generator = SeededGenerator(seed: seed)
    for step in 0..<steps {
      let store = stores[step % stores.count]
      let batch = (0..<Int.random(in: 1...5, using: &generator)).map { _ in
        record(
          keys.randomElement(using: &generator) ?? "a", job: generator.chance(80) ? job : JobName("other"),
          status: generator.chance(50) ? .done : generator.chance(70) ? .failed : .skipped,
          etag: generator.chance(70) ? "e1" : "e2", digest: generator.chance(80) ? "d1" : "d2",
          fence: UInt64.random(in: 0...8, using: &generator) + UInt64(step / 80),
          attempts: Int.random(in: 1...9, using: &generator))
      }
      let place = "step \(step) of seed \(seed)"
      try expect(try await store.put(batch), equals: try await model.put(batch), "\(place), \(batch)")
      let wanted = try await model.records(of: job, keys: keys)
      try expect(try await store.records(of: job, keys: keys), equals: wanted, "\(place), all records")
    }
  }

  static func pair(_ stores: [any RecordStore]) throws(ConformanceFailure) -> (any RecordStore, any RecordStore) {
    guard let first = stores.first, let last = stores.last else {
      throw ConformanceFailure("the factory made no store")
    }
    return (first, last)
  }
}
