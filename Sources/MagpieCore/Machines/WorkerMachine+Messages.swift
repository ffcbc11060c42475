/// What became of one key, in the numbers a lease counts.
package struct ImageTally: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case done, unchanged, failed, skipped
  }

  package var kind: Kind
  package var bytesIn: Int
  package var bytesOut: Int
  package var decodeMicroseconds: Int

  package init(_ kind: Kind, bytesIn: Int = 0, bytesOut: Int = 0, decodeMicroseconds: Int = 0) {
    self.kind = kind
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
    self.decodeMicroseconds = decodeMicroseconds
  }
}

/// A listed object and what its record says.
package struct ExaminedObject: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    case process
    /// It has a terminal record for this source, recipe and pass; `fence` is that record's.
    case ended(ImageTally, fence: UInt64)
  }

  package var object: ObjectSummary
  package var verdict: Verdict

  package init(_ object: ObjectSummary, _ verdict: Verdict) {
    self.object = object
    self.verdict = verdict
  }
}

/// A lease at one epoch: an answer that names another epoch than the present one is late and ignored.
package struct LeaseTerm: Hashable, Sendable {
  package var lease: LeaseID
  package var epoch: UInt64

  package init(lease: LeaseID, epoch: UInt64) {
    self.lease = lease
    self.epoch = epoch
  }
}

extension WorkerMachine {
  package enum Event: Hashable, Sendable {
    /// The time an earlier `wake` asked for has come.
    case woke
    /// The answer to `look`: the job and at least its unfinished leases.
    case looked(Job, [LeaseSighting])
    /// The store could not be asked.
    case lookFailed
    case wrote(LeaseWrite, LeaseWriteOutcome)
    /// The store could not be asked: the write may or may not have happened.
    case writeFailed(LeaseWrite)
    /// The answer to `list`: objects in key order.
    case listed(LeaseTerm, [ExaminedObject], hasMore: Bool)
    case listFailed(LeaseTerm)
    /// The image has left the decoder: what is left is to record it, and the decoder wants the next.
    case decoded(LeaseTerm, ObjectKey)
    /// The image has a terminal record.
    case ended(LeaseTerm, ObjectKey, ImageTally)
    /// The image was not processed and has no record: the run stops.
    case abandoned(LeaseTerm, ObjectKey)
    /// Claim nothing more, finish what is in flight, release.
    case drain
  }

  package enum Effect: Hashable, Sendable {
    /// Read the job and its leases.
    case look
    case write(LeaseWrite)
    /// List up to `limit` objects of the range and examine their records.
    case list(LeaseTerm, KeyRange, limit: Int)
    /// Fetch, decode, store and record one image under the fence of this term.
    case process(LeaseTerm, ObjectSummary)
    /// Record one image as what killed whole nodes, without touching it.
    case quarantine(LeaseTerm, ObjectSummary)
    /// The lease is somebody else's now: stop its images where they are.
    case drop(LeaseTerm)
    /// Send `woke` at this time, or earlier.
    case wake(Timestamp)
    /// Nothing is left to do for this worker.
    case finished
  }
}
