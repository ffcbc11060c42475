/// The name of a lease within its job. Holds the pass, so a straggler of an earlier pass can touch nothing of a later.
package struct LeaseID: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  /// The plan lease of a pass.
  package static func plan(pass: Int) -> LeaseID {
    LeaseID("\(pass)-plan")
  }

  package var description: String { text }

  package static func < (left: LeaseID, right: LeaseID) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// Who holds a lease: host, boot, process and a random part; never used again after a restart.
package struct OwnerID: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package var description: String { text }
}

/// The id of one write, kept in the item it wrote: a writer whose reply was lost finds its own id and knows it
/// succeeded.
package struct OperationID: Hashable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package var description: String { text }
}

/// A range of keys, how far it is worked off, and who works on it.
///
/// At every instant the leases of a job's pass tile its key space: work leases with their whole range, the plan lease
/// with what it has not yet chopped, `(position, hi]`.
package struct Lease: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    /// Its owner lists and chops.
    case plan
    /// Its owner processes images.
    case work
  }

  package enum State: String, Hashable, Sendable {
    /// Anyone may claim it. Exits: held.
    case open
    /// Somebody's. Exits: open by release, held by another through take-over, done.
    case held
    /// Every key of it has a terminal record. No exit.
    case done
  }

  package var id: LeaseID
  package var job: JobName
  package var kind: Kind
  package var state: State
  package var range: KeyRange
  /// The low-water mark: every listed key at or below it has a terminal record. `nil` stands at `range.lo`.
  package var position: ObjectKey?
  /// The highest key handed to the pipeline as of the last beat.
  package var dispatched: ObjectKey?
  package var owner: OwnerID?
  /// The fence: grows by one with each change of owner, also along the line from plan lease to its children.
  package var epoch: UInt64
  /// Grows by one with each write of the owner.
  package var beat: UInt64
  package var durationMilliseconds: Int
  package var counts: LeaseCounts
  /// Changes of owner without progress: the poison signal.
  package var takeovers: Int
  /// In isolation, the one key that is being tried; whoever inherits the lease knows what its owner died on.
  package var attempting: ObjectKey?
  /// How often owners have begun on `attempting`.
  package var attempts: Int
  /// What the planner estimated the lease to cost, in bytes of source.
  package var estimatedBytes: Int
  /// How many keys the planner saw.
  package var estimatedImages: Int
  package var operation: OperationID

  package init(
    id: LeaseID, job: JobName, kind: Kind, state: State = .open, range: KeyRange, epoch: UInt64,
    durationMilliseconds: Int, estimatedBytes: Int = 0, estimatedImages: Int = 0, operation: OperationID
  ) {
    self.id = id
    self.job = job
    self.kind = kind
    self.state = state
    self.range = range
    self.position = range.lo
    self.dispatched = nil
    self.owner = nil
    self.epoch = epoch
    self.beat = 0
    self.durationMilliseconds = durationMilliseconds
    self.counts = LeaseCounts()
    self.takeovers = 0
    self.attempting = nil
    self.attempts = 0
    self.estimatedBytes = estimatedBytes
    self.estimatedImages = estimatedImages
    self.operation = operation
  }

  /// The part of the key space this lease answers for in the tiling.
  package var tile: KeyRange? {
    switch kind {
    case .work: range
    case .plan: state == .done ? nil : KeyRange(lo: position, hi: range.hi)
    }
  }
}
