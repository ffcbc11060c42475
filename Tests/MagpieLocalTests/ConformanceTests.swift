import MagpieConformance
import MagpieLocal
import MagpieStores
import Testing

@Suite("Every store passes the conformance suite")
struct ConformanceTests {
  @Test("leases in memory")
  func leasesInMemory() async throws {
    for seed in 1...10 as ClosedRange<UInt64> {
      try await LeaseStoreConformance.run(seed: seed) { [MemoryLeaseStore()] }
    }
  }

  @Test("leases in SQLite, by one connection and by three on one file", arguments: [1, 3])
  func leasesInSQLite(handles: Int) async throws {
    let directory = try TestDirectory()
    var files = 0
    try await LeaseStoreConformance.run(seed: UInt64(handles)) {
      files += 1
      return try (0..<handles).map { _ in try SQLiteState(path: directory.sub("\(files).sqlite")) }
    }
  }

  @Test("records in memory")
  func recordsInMemory() async throws {
    try await RecordStoreConformance.run { [MemoryRecordStore()] }
  }

  @Test("records in SQLite, by one connection and by three on one file", arguments: [1, 3])
  func recordsInSQLite(handles: Int) async throws {
    let directory = try TestDirectory()
    var files = 0
    try await RecordStoreConformance.run(seed: UInt64(handles)) {
      files += 1
      return try (0..<handles).map { _ in try SQLiteState(path: directory.sub("\(files).sqlite")) }
    }
  }

  @Test("objects in memory")
  func objectsInMemory() async throws {
    try await ObjectStoreConformance.run(keysMayNest: true) { MemoryObjectStore() }
  }

  @Test("objects in a directory")
  func objectsInADirectory() async throws {
    let directory = try TestDirectory()
    var roots = 0
    try await ObjectStoreConformance.run(keysMayNest: false) {
      roots += 1
      return try DirectoryObjectStore(root: directory.sub("root\(roots)"), writable: true)
    }
  }
}
