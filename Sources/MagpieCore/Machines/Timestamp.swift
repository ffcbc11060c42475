/// A point on one node's monotonic clock that runs through suspend. Never stored, never compared between nodes.
package struct Timestamp: Hashable, Comparable, Sendable {
  package var milliseconds: Int

  package init(milliseconds: Int) {
    self.milliseconds = milliseconds
  }

  package static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.milliseconds < right.milliseconds
  }

  package static func + (time: Timestamp, milliseconds: Int) -> Timestamp {
    Timestamp(milliseconds: time.milliseconds + milliseconds)
  }
}
