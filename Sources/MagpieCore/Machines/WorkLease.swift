/// A work lease in the hands of a worker: the keys that were listed, in order, and what became of each.
struct WorkLease: Hashable, Sendable {
  /// How far the listing is.
  enum Listing: Hashable, Sendable {
    /// Exits: waiting.
    case due
    /// A page was asked for. Exits: due, complete, failed.
    case waiting
    /// The page could not be had; asked again at the time. Exits: waiting.
    case failed(retryAt: Timestamp)
    /// Every key of the range is in the ledger or below the mark. No exit but a lower `hi`.
    case complete
  }

  private struct Entry: Hashable, Sendable {
    enum State: Hashable, Sendable {
      /// Exits: inFlight.
      case queued
      /// Exits: recording, ended, queued.
      case inFlight
      /// Decoded and stored, not yet recorded. Exits: ended, queued.
      case recording
      /// Has a terminal record. No exit.
      case ended(ImageTally)
    }

    var object: ObjectSummary
    var state: State
  }

  var hold: LeaseHold
  var listing = Listing.due
  /// Listed keys above the low-water mark, in order; none in `ledger[..<dispatchIndex]` is queued.
  private var ledger: [Entry] = []
  private var ledgerStart = 0
  private var dispatchIndex = 0
  private var position: ObjectKey?
  private var dispatched: ObjectKey?
  private var counts: LeaseCounts
  private var lastListed: ObjectKey?
  private var progressed = false
  /// Dispatched and not ended.
  private(set) var inFlight = 0
  /// Those of `inFlight` that only wait for their record.
  private(set) var recording = 0
  /// The key named by the last beat as the one being tried, in isolation.
  private(set) var attempting: ObjectKey?
  private var attempts = 0

  init(_ hold: LeaseHold) {
    self.hold = hold
    position = hold.lease.position
    lastListed = hold.lease.position
    dispatched = hold.lease.dispatched
    counts = hold.lease.counts
  }

  var term: LeaseTerm { LeaseTerm(lease: hold.lease.id, epoch: hold.lease.epoch) }

  /// Owners died on this lease without ending a key: one image at a time, each named before it is begun.
  var isIsolated: Bool { hold.lease.takeovers >= WorkLease.isolatingTakeovers && !progressed }
  static let isolatingTakeovers = 2
  /// How many owners may begin on one key before it is held to be what kills them.
  static let attemptsMax = 4

  var unlisted: KeyRange { KeyRange(lo: lastListed, hi: hold.lease.range.hi) }
  var isExhausted: Bool { listing == .complete && next == nil }
  var isFinished: Bool { listing == .complete && ledgerStart == ledger.count }
  var queued: Int { ledger.count - dispatchIndex }

  var progress: LeaseProgress {
    LeaseProgress(
      position: position, dispatched: dispatched, counts: counts, attempting: attempting, attempts: attempts,
      progressed: progressed)
  }

  /// The next object to dispatch.
  var next: ObjectSummary? {
    dispatchIndex < ledger.count ? ledger[dispatchIndex].object : nil
  }

  mutating func append(_ objects: [ExaminedObject], hasMore: Bool) {
    for examined in objects {
      var entry = Entry(object: examined.object, state: .queued)
      if case .ended(let tally, let fence) = examined.verdict {
        entry.state = .ended(tally)
        // What my predecessor recorded in its term is progress; what was there before it is not.
        if fence &+ 1 == hold.lease.epoch, hold.lease.takeovers > 0 { progressed = true }
      }
      ledger.append(entry)
    }
    lastListed = objects.last?.object.key ?? lastListed
    listing = hasMore && !objects.isEmpty ? .due : .complete
    skipEnded()
    raiseMark()
  }

  mutating func dispatch() -> ObjectSummary? {
    guard let object = next else { return nil }
    dispatched = max(dispatched ?? object.key, object.key)
    ledger[dispatchIndex].state = .inFlight
    inFlight += 1
    skipEnded()
    return object
  }

  /// Names the next key in the coming beat as the one that is about to be tried.
  mutating func attempt() {
    attempting = next?.key
    attempts = (hold.lease.attempting == attempting ? hold.lease.attempts : 0) + 1
  }

  mutating func decoded(_ key: ObjectKey) {
    guard let index = indexInFlight(key), ledger[index].state == .inFlight else { return }
    ledger[index].state = .recording
    recording += 1
  }

  mutating func end(_ key: ObjectKey, _ tally: ImageTally) {
    guard let index = indexInFlight(key) else { return }
    leave(index, .ended(tally))
    progressed = true
    if attempting == key {
      attempting = nil
      attempts = 0
    }
    raiseMark()
  }

  /// The image goes back to the queue.
  mutating func abandon(_ key: ObjectKey) {
    guard let index = indexInFlight(key) else { return }
    leave(index, .queued)
    dispatchIndex = min(dispatchIndex, index)
  }

  private mutating func leave(_ index: Int, _ state: Entry.State) {
    if ledger[index].state == .recording { recording -= 1 }
    ledger[index].state = state
    inFlight -= 1
  }

  /// A thief cut the range: what lies beyond the new `hi` is no longer mine.
  mutating func shorten(to lease: Lease) {
    hold.shortened(to: lease)
    guard let hi = lease.range.hi else { return }
    let kept = ledger[ledgerStart...].prefix { $0.object.key <= hi }.endIndex
    recording -= ledger[kept...].count { $0.state == .recording }
    inFlight -= ledger[kept...].count { $0.state == .inFlight || $0.state == .recording }
    ledger.removeSubrange(kept...)
    dispatchIndex = min(dispatchIndex, kept)
    if let last = lastListed, last >= hi {
      lastListed = hi
      listing = .complete
    }
    if let last = dispatched, last > hi { dispatched = hi }
  }

  /// After a beat was written, the progress it reported is not news any more.
  mutating func beatApplied() {
    if hold.lease.takeovers == 0 { progressed = false }
  }

  private mutating func skipEnded() {
    while dispatchIndex < ledger.count, ledger[dispatchIndex].state != .queued { dispatchIndex += 1 }
  }

  private mutating func raiseMark() {
    while ledgerStart < dispatchIndex, case .ended(let tally) = ledger[ledgerStart].state {
      position = ledger[ledgerStart].object.key
      counts.add(tally)
      ledgerStart += 1
    }
    // Drop what is below the mark in large steps, so that the array is moved rarely.
    if ledgerStart >= 512 || ledgerStart == ledger.count {
      ledger.removeFirst(ledgerStart)
      dispatchIndex -= ledgerStart
      ledgerStart = 0
    }
  }

  private func indexInFlight(_ key: ObjectKey) -> Int? {
    var low = ledgerStart
    var high = ledger.count
    while low < high {
      let middle = (low + high) / 2
      if ledger[middle].object.key < key { low = middle + 1 } else { high = middle }
    }
    return low < ledger.count && ledger[low].object.key == key
      && (ledger[low].state == .inFlight || ledger[low].state == .recording) ? low : nil
  }
}

extension LeaseCounts {
  /// Adds one ended key.
  mutating func add(_ tally: ImageTally) {
    listed += 1
    switch tally.kind {
    case .done: done += 1
    case .unchanged: unchanged += 1
    case .failed: failed += 1
    case .skipped: skipped += 1
    }
    bytesIn += tally.bytesIn
    bytesOut += tally.bytesOut
    decodeMicroseconds += tally.decodeMicroseconds
  }
}
