/// One conditional write to a job.
package enum JobChange: Hashable, Sendable {
  /// Planning and the plan lease done -> running.
  case planned
  /// Planning or running, every lease done and work leases tiling the key space -> sealed, with the sums.
  case seal
  /// Sealed or cancelled at this pass -> planning at the next pass with a fresh plan lease; epochs go on growing.
  case reopen(pass: Int, OperationID)
}

package enum JobChangeOutcome: Hashable, Sendable {
  case applied(Job)
  case refused(current: Job?)
}

extension Job {
  /// The job after `change`, given all leases of its pass, or `nil` where the condition does not hold.
  package func applying(_ change: JobChange, leases: [Lease]) -> Job? {
    var next = self
    switch change {
    case .planned:
      guard state == .planning, leases.contains(where: { $0.kind == .plan && $0.state == .done }) else { return nil }
      next.state = .running
    case .seal:
      guard state == .planning || state == .running, leases.allSatisfy({ $0.state == .done }),
        KeyRange.tile(leases.compactMap(\.tile), exactly: .everything)
      else { return nil }
      next.state = .sealed
      next.sealedCounts = leases.reduce(into: LeaseCounts()) { $0 += $1.counts }
    case .reopen(let passSeen, _):
      guard state == .sealed || state == .cancelled, pass == passSeen else { return nil }
      next.state = .planning
      next.pass += 1
      next.epochFloor = leases.map(\.epoch).max() ?? epochFloor
      next.sealedCounts = nil
    }
    return next
  }

  /// The lease a pass begins with: the whole key space, to be listed and chopped.
  package static func planLease(of job: Job, operation: OperationID) -> Lease {
    Lease(
      id: .plan(pass: job.pass), job: job.name, kind: .plan, range: .everything, epoch: job.epochFloor,
      durationMilliseconds: job.leaseDurationMilliseconds, operation: operation)
  }
}
