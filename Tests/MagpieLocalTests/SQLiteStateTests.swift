import Foundation
import GRDB
import Glibc
import MagpieCore
import Testing

@testable import MagpieLocal

@Suite("The state file")
struct SQLiteStateTests {
  let directory: TestDirectory

  init() throws {
    directory = try TestDirectory()
  }

  private var path: String { directory.sub("state.sqlite") }

  static func record(_ key: ObjectKey) -> ImageRecord {
    ImageRecord(
      key: key, job: JobName("job"), sourceBucket: "s", destinationBucket: "d", processedAt: "2026-01-02T03:04:05Z",
      sourceETag: "100-17f0", sourceSize: 100, status: .done,
      outputs: [
        OutputRecord(
          name: "default", key: "\(key)", etag: "ba7816bf8f01cfea414140de5dae2223", bytes: 5000, width: 800,
          height: 600,
          format: "JPEG")
      ], recipeDigest: String(repeating: "ab", count: 32), fence: 1, worker: OwnerID("host-1-2-3"), attempts: 1,
      milliseconds: 40, libvipsVersion: "8.14.1")
  }

  private func filled() async throws {
    let state = try SQLiteState(path: path)
    _ = try await state.put((0..<2000).map { SQLiteStateTests.record(ObjectKey("dir/IMG_\($0).jpg")) })
  }

  private func open(mayCreate: Bool = true) async -> MagpieError? {
    do throws(MagpieError) {
      let state = try SQLiteState(path: path, mayCreate: mayCreate)
      _ = try await state.allJobs()
      var last: ObjectKey?
      while let next = try await state.scan(JobName("job"), status: nil, after: last, limit: 500).last?.key {
        last = next
      }
      _ = try await state.put((0..<2000).map { SQLiteStateTests.record(ObjectKey("new/\($0)")) })
      return nil
    } catch {
      return error
    }
  }

  // MARK: Files that are none, or damaged

  @Test("what is no state file is named and left as it is")
  func notAStateFile() async throws {
    for content in [
      String(repeating: "not a database ", count: 1000), "short",
      "SQLite format 3\0" + String(repeating: "x", count: 5000),
    ] {
      try directory.write("state.sqlite", content)
      let error = try #require(await open())
      #expect(error.code == .storeCorrupt)
      #expect(error.message.contains(path))
      #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    }
  }

  @Test("a database of another program is not touched")
  func foreignDatabase() async throws {
    let queue = try DatabaseQueue(path: path)
    try await queue.write { db in try db.execute(sql: "CREATE TABLE theirs (a)") }
    try queue.close()
    #expect(await open()?.code == .storeCorrupt)
    let again = try DatabaseQueue(path: path)
    let tables = try await again.read { db in try String.fetchAll(db, sql: "SELECT name FROM sqlite_master") }
    #expect(tables == ["theirs"])
  }

  @Test("a truncated file never traps", arguments: [0.0, 0.01, 0.1, 0.3, 0.5, 0.9, 0.999])
  func truncated(part: Double) async throws {
    try await filled()
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    try #require(data.count > 100_000)
    try data.prefix(Int(Double(data.count) * part)).write(to: URL(fileURLWithPath: path))
    unlink(path + "-wal")
    unlink(path + "-shm")
    let error = await open()
    // An empty file is a new one.
    #expect(part == 0 ? error == nil : error?.code == .storeCorrupt, "\(String(describing: error))")
    if let error { #expect(error.message.contains(path)) }
  }

  @Test("a file with overwritten pages never traps", arguments: 0..<12)
  func overwritten(seed: Int) async throws {
    try await filled()
    var data = try Data(contentsOf: URL(fileURLWithPath: path))
    let start = 100 + data.count * seed / 12
    for index in start..<min(start + 20_000, data.count) {
      data[index] = UInt8(truncatingIfNeeded: index &* 37 &+ seed)
    }
    try data.write(to: URL(fileURLWithPath: path))
    unlink(path + "-wal")
    unlink(path + "-shm")
    let error = await open()
    #expect(error == nil || error?.code == .storeCorrupt, "\(String(describing: error))")
  }

  @Test("rows that no Magpie wrote are damage, not a trap")
  func strangeRows() async throws {
    try await filled()
    let pool = try DatabaseQueue(path: path)
    for change in ["Status = 'odd'", "Outputs = '[{]'", "ErrorCode = 'no.such'", "Fence = -1, Outputs = '{}'"] {
      try await pool.write { db in
        try db.execute(sql: "UPDATE results SET \(change) WHERE ImageKey = 'dir/IMG_5.jpg'")
      }
      #expect(await open()?.code == .storeCorrupt, "\(change)")
    }
    try await pool.write { db in
      try db.execute(sql: "UPDATE results SET Status = 'done', ErrorCode = NULL, Outputs = '[ ]', Fence = 1")
      try db.execute(sql: "UPDATE results SET ImageKey = 7 WHERE ImageKey = 'dir/IMG_5.jpg'")
    }
    #expect(await open()?.code == nil)
  }

  @Test("a newer schema is named with both versions")
  func newerSchema() async throws {
    try await filled()
    let queue = try DatabaseQueue(path: path)
    try await queue.write { db in try db.execute(sql: "PRAGMA user_version = 2") }
    let error = try #require(await open())
    #expect(error.code == .storeUnreachable)
    #expect(error.message.contains("schema 2") && error.message.contains(path))
  }

  @Test("a directory in the file's place, a file in its directory's, and an absent file that may not be made")
  func impossiblePlaces() async throws {
    #expect(await open(mayCreate: false)?.code == .storeUnreachable)
    #expect(!FileManager.default.fileExists(atPath: path))
    try directory.write("state.sqlite/x")
    #expect(await open()?.code == .storeUnreachable)
    try directory.write("plain")
    let error = #expect(throws: MagpieError.self) { _ = try SQLiteState(path: directory.sub("plain/state.sqlite")) }
    #expect(error?.code == .storeUnreachable)
    #expect(error?.message.contains(directory.sub("plain")) == true)
  }

  // MARK: Many

  @Test("many connections that create, open and write one file at once lose nothing")
  func manyConnections() async throws {
    let path = path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<12 {
        group.addTask {
          let state = try SQLiteState(path: path)
          for round in 0..<20 {
            let accepted = try await state.put([SQLiteStateTests.record(ObjectKey("\(writer)/\(round)"))])
            #expect(accepted == [true])
          }
        }
      }
      try await group.waitForAll()
    }
    let state = try SQLiteState(path: path)
    #expect(try await state.scan(JobName("job"), status: nil, after: nil, limit: 1000).count == 240)
  }

  @Test("a cancelled task still writes its records")
  func cancelled() async throws {
    let state = try SQLiteState(path: path)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await state.put([SQLiteStateTests.record("last")])
    }
    task.cancel()
    #expect(try await task.value == [true])
  }

  @Test("outputs read back as written, also where somebody else wrote them")
  func outputs() throws {
    let plain = [OutputRecord(name: "web", key: "a/b é.jpg", etag: "e", bytes: 1, width: 2, height: 3, format: "JPEG")]
    let odd = [
      OutputRecord(
        name: "\"\\\n\u{0}\u{1f}", key: "日本\u{1F426}", etag: "", bytes: 0, width: -1, height: 1 << 40, format: "/")
    ]
    for outputs in [[], plain, odd, plain + odd + plain] {
      #expect(try OutputsText.outputs(OutputsText.text(outputs)) == outputs)
      #expect(try JSONDecoder().decode([OutputRecord].self, from: Data(OutputsText.text(outputs).utf8)) == outputs)
    }
    let spaced = OutputsText.text(plain).replacingOccurrences(of: ",", with: " ,\n ")
    #expect(try OutputsText.outputs(spaced) == plain)
    for damaged in ["", "[", "{}", "[{}]", "[1]", OutputsText.text(plain) + "x", "[{\"name\":\"a\"}]"] {
      #expect(throws: SQLiteDamage.self) { try OutputsText.outputs(damaged) }
    }
  }
}
