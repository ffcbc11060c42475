package import MagpieCore

/// One page of a listing in key order.
package struct ObjectPage: Sendable {
  package var objects: [ObjectSummary]
  /// Whether the range holds more keys after the last of these.
  package var hasMore: Bool

  package init(objects: [ObjectSummary], hasMore: Bool) {
    self.objects = objects
    self.hasMore = hasMore
  }
}

/// Memory that a store reads an object into; the memory belongs to whoever made it.
package protocol ObjectBuffer: AnyObject, Sendable {
  /// Makes room for `bytes` in all and lends the memory for the time of `body`, which returns how many bytes it wrote.
  func fill(capacity bytes: Int, _ body: (UnsafeMutableRawBufferPointer) throws(MagpieError) -> Int) throws(MagpieError)
    -> Int
}

/// Where images come from and go to: a directory, later a bucket. All methods may be called from many tasks at once.
///
/// Errors are `source.*` from the reading methods and `sink.*` from the writing ones, and name the key.
package protocol ObjectStore: Sendable {
  /// Keys within `range` in byte order, at most `limit`. A range is listed page by page: the next page's `lo` is the
  /// last key of this one.
  func list(_ range: KeyRange, limit: Int) async throws(MagpieError) -> ObjectPage

  /// The first `count` bytes of an object, fewer where it is shorter.
  func head(_ key: ObjectKey, count: Int) async throws(MagpieError) -> [UInt8]

  /// Reads the whole object, which must still be the version `object` was listed as; returns its bytes.
  /// - Throws: `source.changed` where size or ETag differ before or after reading, `source.missing` where it is gone.
  func read(_ object: ObjectSummary, into buffer: any ObjectBuffer) async throws(MagpieError) -> Int

  /// Creates or replaces an object whole: nobody ever sees a part of it. Returns an ETag of the content.
  func put(_ key: ObjectKey, _ bytes: [UInt8], mediaType: String) async throws(MagpieError) -> String

  /// Returns when everything put before this call would survive a power cut.
  func synchronize() async throws(MagpieError)

  /// The sizes of objects in bytes, in the order of `keys`; `nil` where there is none.
  func sizes(_ keys: [ObjectKey]) async throws(MagpieError) -> [Int?]
}
