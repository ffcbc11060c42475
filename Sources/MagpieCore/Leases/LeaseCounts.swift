/// What became of the keys of a lease. Exact, because it is written with the lease under its fence.
package struct LeaseCounts: Hashable, Sendable {
  package var listed = 0
  package var done = 0
  package var unchanged = 0
  package var failed = 0
  package var skipped = 0
  package var bytesIn = 0
  package var bytesOut = 0
  package var decodeMicroseconds = 0

  package init() {}

  /// Keys that have a terminal record.
  package var ended: Int { done + unchanged + failed + skipped }

  package static func + (left: LeaseCounts, right: LeaseCounts) -> LeaseCounts {
    var sum = left
    sum.listed += right.listed
    sum.done += right.done
    sum.unchanged += right.unchanged
    sum.failed += right.failed
    sum.skipped += right.skipped
    sum.bytesIn += right.bytesIn
    sum.bytesOut += right.bytesOut
    sum.decodeMicroseconds += right.decodeMicroseconds
    return sum
  }

  package static func += (left: inout LeaseCounts, right: LeaseCounts) {
    left = left + right
  }
}
