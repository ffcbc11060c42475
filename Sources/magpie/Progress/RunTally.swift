import MagpieCore
import MagpieNode

/// What a run knows of its job's progress: its own events, and what the leases say of others' work.
struct RunTally: Sendable {
  var plannedImages = 0
  var plannedBytes = 0
  var isPlanned = false
  var done = 0
  var unchanged = 0
  var failed = 0
  var skipped = 0
  /// Bytes of sources that were read, and of outputs that were written, by this process.
  var bytesRead = 0
  var bytesWritten = 0
  var warnings = 0
  /// Ended and failed of this pass before this process began.
  var before = LeaseCounts()
  /// Ended and failed of this pass as the leases say, all processes together; behind by up to a beat.
  var stored = LeaseCounts()

  /// By this process.
  var ended: Int { done + unchanged + failed + skipped }

  /// By all processes in this pass. The leases lag behind this process' own count and know of others'; the larger one
  /// is nearer the truth.
  var endedOfAll: Int { max(before.ended + ended, stored.ended) }
  var failedOfAll: Int { max(before.failed + failed, stored.failed) }

  mutating func note(_ event: NodeEvent) {
    switch event {
    case .planned(let images, let bytes):
      plannedImages += images
      plannedBytes += bytes
    case .planComplete: isPlanned = true
    case .found(let tally): count(tally)
    case .ended(let tally, _):
      count(tally)
      bytesRead += tally.bytesIn
      bytesWritten += tally.bytesOut
    case .warning: warnings += 1
    }
  }

  private mutating func count(_ tally: ImageTally) {
    switch tally.kind {
    case .done: done += 1
    case .unchanged: unchanged += 1
    case .failed: failed += 1
    case .skipped: skipped += 1
    }
  }
}
