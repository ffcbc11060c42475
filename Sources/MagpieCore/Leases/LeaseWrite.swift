/// What an owner reports of its lease with each of its writes.
package struct LeaseProgress: Hashable, Sendable {
  /// The new low-water mark.
  package var position: ObjectKey?
  package var dispatched: ObjectKey?
  package var counts: LeaseCounts
  /// In isolation, the key about to be tried.
  package var attempting: ObjectKey?
  /// How many owners have begun on `attempting`, this one included.
  package var attempts: Int
  /// Whether a key was ended since the lease changed hands; clears the poison signal.
  package var progressed: Bool

  package init(
    position: ObjectKey?, dispatched: ObjectKey?, counts: LeaseCounts, attempting: ObjectKey? = nil,
    attempts: Int = 0, progressed: Bool
  ) {
    self.position = position
    self.dispatched = dispatched
    self.counts = counts
    self.attempting = attempting
    self.attempts = attempts
    self.progressed = progressed
  }
}

/// A range that the planner cuts off the plan lease.
package struct LeaseCut: Hashable, Sendable {
  package var id: LeaseID
  /// The upper bound; `nil` is the end, in the last cut only.
  package var hi: ObjectKey?
  package var images: Int
  package var bytes: Int

  package init(id: LeaseID, hi: ObjectKey?, images: Int, bytes: Int) {
    self.id = id
    self.hi = hi
    self.images = images
    self.bytes = bytes
  }
}

/// One conditional write to a lease. The condition is part of the write: a store checks it and applies it in one step.
package struct LeaseWrite: Hashable, Sendable {
  /// What an owner knows of a lease that it holds; all of it must still be true.
  package struct Hold: Hashable, Sendable {
    package var owner: OwnerID
    package var epoch: UInt64
    package var hi: ObjectKey?

    package init(owner: OwnerID, epoch: UInt64, hi: ObjectKey?) {
      self.owner = owner
      self.epoch = epoch
      self.hi = hi
    }
  }

  package enum Action: Hashable, Sendable {
    /// Held by me, epoch and position as read, ids of the cuts absent -> position = the last cut's `hi`, each cut an
    /// open work lease. The cut whose `hi` is the plan lease's own ends the plan: the plan lease becomes done.
    case chop(Hold, from: ObjectKey?, cuts: [LeaseCut])
    /// Open -> held by owner, epoch + 1, beat + 1.
    case claim(OwnerID, durationMilliseconds: Int)
    /// Held by me, epoch and hi as I know them -> progress, beat + 1.
    case beat(Hold, LeaseProgress)
    /// Held, epoch and beat exactly as I watched them stand still -> owner, epoch + 1, beat + 1, takeovers + 1.
    case takeOver(OwnerID, durationMilliseconds: Int, epoch: UInt64, beat: UInt64)
    /// As beat -> open, no owner.
    case release(Hold, LeaseProgress)
    /// A work lease, as beat -> done, position = hi.
    case done(Hold, LeaseProgress)
  }

  package var job: JobName
  package var lease: LeaseID
  package var operation: OperationID
  package var action: Action

  package init(job: JobName, lease: LeaseID, operation: OperationID, action: Action) {
    self.job = job
    self.lease = lease
    self.operation = operation
    self.action = action
  }
}

/// The store's answer to a conditional write. A store that could not be asked throws instead: then nothing is known.
package enum LeaseWriteOutcome: Hashable, Sendable {
  /// Written now, or found already written under the same operation id.
  case applied(Lease)
  /// The condition did not hold; the lease as it stands, `nil` where there is none.
  case refused(current: Lease?)
}
