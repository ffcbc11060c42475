package import MagpieCore
import Synchronization

/// Objects in memory, for tests and simulations. Every put is a new version with a new ETag in listings.
package final class MemoryObjectStore: ObjectStore {
  private struct Object {
    var bytes: [UInt8]
    var version: Int

    var etag: String { "v\(version)" }
  }

  private struct State {
    var objects: [ObjectKey: Object] = [:]
    var sortedKeys: [ObjectKey]?
    var versions = 0
  }

  private let state = Mutex(State())

  package init() {}

  package func list(_ range: KeyRange, limit: Int) async throws(MagpieError) -> ObjectPage {
    state.withLock { state in
      let keys = state.sortedKeys ?? state.objects.keys.sorted()
      state.sortedKeys = keys
      var index = range.lo.map { lo in keys.partitioningIndex { $0 > lo } } ?? 0
      var page = ObjectPage(objects: [], hasMore: false)
      while index < keys.count, range.contains(keys[index]) {
        if page.objects.count >= limit {
          page.hasMore = true
          break
        }
        if let object = state.objects[keys[index]] {
          page.objects.append(ObjectSummary(key: keys[index], size: object.bytes.count, etag: object.etag))
        }
        index += 1
      }
      return page
    }
  }

  package func head(_ key: ObjectKey, count: Int) async throws(MagpieError) -> [UInt8] {
    guard let object = state.withLock({ $0.objects[key] }) else {
      throw MagpieError(.sourceMissing, "there is no object “\(key)”")
    }
    return Array(object.bytes.prefix(max(0, count)))
  }

  package func read(_ object: ObjectSummary, into buffer: any ObjectBuffer) async throws(MagpieError) -> Int {
    guard let found = state.withLock({ $0.objects[object.key] }) else {
      throw MagpieError(.sourceMissing, "there is no object “\(object.key)”")
    }
    guard found.etag == object.etag, found.bytes.count == object.size else {
      throw MagpieError(.sourceChanged, "“\(object.key)” was listed as \(object.etag) and is \(found.etag) now")
    }
    return try buffer.fill(capacity: found.bytes.count) { memory throws(MagpieError) in
      memory.copyBytes(from: found.bytes)
      return found.bytes.count
    }
  }

  package func put(_ key: ObjectKey, _ bytes: [UInt8], mediaType: String) async throws(MagpieError) -> String {
    state.withLock { state in
      state.versions += 1
      if state.objects[key] == nil { state.sortedKeys = nil }
      let object = Object(bytes: bytes, version: state.versions)
      state.objects[key] = object
      return object.etag
    }
  }

  /// Removes an object: what an owner of the source does behind a job's back.
  package func remove(_ key: ObjectKey) {
    state.withLock { state in
      state.objects[key] = nil
      state.sortedKeys = nil
    }
  }

  package func synchronize() async throws(MagpieError) {}

  package func sizes(_ keys: [ObjectKey]) async throws(MagpieError) -> [Int?] {
    state.withLock { state in keys.map { state.objects[$0]?.bytes.count } }
  }
}

extension Array {
  /// The first index whose element fulfils `condition`, in an array where all that do not come first.
  fileprivate func partitioningIndex(where condition: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if condition(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
