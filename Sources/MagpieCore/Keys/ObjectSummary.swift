/// One object as a listing shows it.
package struct ObjectSummary: Hashable, Sendable {
  package var key: ObjectKey
  /// Bytes.
  package var size: Int
  /// Changes whenever the content may have: compared for equality only, never between stores.
  package var etag: String

  package init(key: ObjectKey, size: Int, etag: String) {
    self.key = key
    self.size = size
    self.etag = etag
  }
}
