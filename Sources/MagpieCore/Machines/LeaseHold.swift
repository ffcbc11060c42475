/// One lease as its owner holds it: what is known of it, until when the owner may believe in it, and the one write that
/// is under way.
struct LeaseHold: Hashable, Sendable {
  /// As of the last write that was answered.
  private(set) var lease: Lease
  /// The write that was sent and not answered; the next waits for it.
  private(set) var pending: LeaseWrite?
  private var sentAt: Timestamp
  /// Past it the owner neither dispatches nor records: somebody else may have taken the lease.
  private(set) var deadline: Timestamp
  private(set) var nextBeat: Timestamp
  private var resendAt: Timestamp?

  /// - Parameter sentAt: when the write that won the lease was sent.
  init(_ lease: Lease, sentAt: Timestamp, timing: LeaseTiming, jitter: inout Jitter) {
    self.lease = lease
    self.sentAt = sentAt
    deadline = sentAt + (timing.durationMilliseconds - timing.marginMilliseconds)
    nextBeat = sentAt + jitter.around(timing.beatMilliseconds)
  }

  var hold: LeaseWrite.Hold {
    LeaseWrite.Hold(owner: lease.owner ?? OwnerID(""), epoch: lease.epoch, hi: lease.range.hi)
  }

  func mayAct(now: Timestamp) -> Bool {
    now < deadline
  }

  /// The first time at which something is to be done for this lease.
  var wakeAt: Timestamp? {
    pending == nil ? nextBeat : resendAt
  }

  mutating func send(_ action: LeaseWrite.Action, operation: OperationID, now: Timestamp) -> LeaseWrite {
    let write = LeaseWrite(job: lease.job, lease: lease.id, operation: operation, action: action)
    pending = write
    sentAt = now
    return write
  }

  /// The store answered the pending write: it holds, from the time it was SENT.
  mutating func applied(_ lease: Lease, timing: LeaseTiming, jitter: inout Jitter) {
    self = LeaseHold(lease, sentAt: sentAt, timing: timing, jitter: &jitter)
  }

  /// The range was cut by a thief: still mine, under my epoch, with a lower `hi`.
  mutating func shortened(to lease: Lease) {
    self.lease = lease
    pending = nil
  }

  /// The store could not be asked: the same write goes out again later, with the same operation id.
  mutating func unanswered(now: Timestamp, timing: LeaseTiming) {
    resendAt = now + timing.retryMilliseconds
  }

  /// The unanswered write to send again, if it is time. The deadline still counts from the first sending: it may have
  /// been that one which was applied.
  mutating func resend(now: Timestamp) -> LeaseWrite? {
    guard let pending, let due = resendAt, now >= due else { return nil }
    resendAt = nil
    return pending
  }
}

/// Makes operation ids that no other process makes.
struct OperationCounter: Hashable, Sendable {
  private let owner: OwnerID
  private let role: String
  private var count = 0

  init(owner: OwnerID, role: String) {
    self.owner = owner
    self.role = role
  }

  mutating func next() -> OperationID {
    count += 1
    return OperationID("\(owner)/\(role)\(count)")
  }
}
