extension CoordinatorMachine {
  func rested(now: Timestamp, _ jitter: inout Jitter) -> Step {
    .resting(until: now + jitter.around(configuration.timing.lookMilliseconds))
  }

  mutating func rest(now: Timestamp) {
    if case .over = step { return }
    step = rested(now: now, &jitter)
  }

  mutating func looked(_ job: Job, _ sightings: [LeaseSighting], now: Timestamp, _ effects: inout [Effect]) {
    guard case .looking = step else { return }
    let due = watch.note(sightings.filter { $0.lease.owner != configuration.owner }, now: now)
    let leases = sightings.map(\.lease)
    switch job.state {
    case .sealed, .cancelled,
      _ where job.pass != configuration.pass:
      step = .over
      effects.append(.finished(job))
      return
    case .paused: return rest(now: now)
    case .planning, .running: break
    }
    cutLeases = leases.filter { $0.kind == .work }
    let duration = configuration.timing.durationMilliseconds
    if leases.allSatisfy({ $0.state == .done }) {
      step = .changing
      effects.append(.change(.seal))
    } else if job.state == .planning, !leases.contains(where: { $0.kind == .plan && $0.state != .done }) {
      step = .changing
      effects.append(.change(.planned))
    } else if let plan = leases.first(where: { $0.kind == .plan && $0.state == .open }) {
      claim(plan, .claim(configuration.owner, durationMilliseconds: duration), now: now, &effects)
    } else if let plan = due.first(where: { $0.kind == .plan }) {
      let takeOver = LeaseWrite.Action.takeOver(
        configuration.owner, durationMilliseconds: duration, epoch: plan.epoch, beat: plan.beat)
      claim(plan, takeOver, now: now, &effects)
    } else {
      rest(now: now)
    }
  }

  private mutating func claim(_ plan: Lease, _ action: LeaseWrite.Action, now: Timestamp, _ effects: inout [Effect]) {
    let write = LeaseWrite(job: plan.job, lease: plan.id, operation: operations.next(), action: action)
    step = .claiming(write, sentAt: now, resendAt: nil)
    effects.append(.write(write))
  }

  /// Lists ahead of the chopping by one page, chops what is cut, beats in between.
  func advance(_ plan: inout PlanLease, now: Timestamp, _ effects: inout [Effect]) {
    if case .failed(let retryAt) = plan.listing, now >= retryAt { plan.listing = .due }
    if let write = plan.hold.resend(now: now) { effects.append(.write(write)) }
    if plan.listing == .due, !isDraining, plan.cuts.count < PlanLease.cutsMax, plan.hold.mayAct(now: now) {
      plan.listing = .waiting
      effects.append(.list(plan.term, plan.unlisted, limit: configuration.pageMax))
    }
  }

  /// The write that the plan lease is due for.
  mutating func writePlan(_ plan: inout PlanLease, now: Timestamp, _ effects: inout [Effect]) {
    guard plan.hold.pending == nil else { return }
    let hold = plan.hold.hold
    let lease = plan.hold.lease
    let progress = LeaseProgress(
      position: lease.position, dispatched: lease.dispatched, counts: lease.counts, progressed: true)
    let action: LeaseWrite.Action
    if !plan.cuts.isEmpty {
      action = .chop(hold, from: lease.position, cuts: plan.nextCuts())
    } else if isDraining {
      action = .release(hold, progress)
    } else if now >= plan.hold.nextBeat {
      action = .beat(hold, progress)
    } else {
      return
    }
    effects.append(.write(plan.hold.send(action, operation: operations.next(), now: now)))
  }

  mutating func updatePlan(_ term: LeaseTerm, _ change: (inout PlanLease) -> Void) {
    guard case .planning(var plan) = step, plan.term == term else { return }
    change(&plan)
    step = .planning(plan)
  }

  mutating func wrote(_ write: LeaseWrite, _ outcome: LeaseWriteOutcome, now: Timestamp, _ effects: inout [Effect]) {
    switch step {
    case .claiming(let claim, let sentAt, _) where claim.operation == write.operation:
      guard case .applied(let lease) = outcome else {
        step = .resting(until: now)
        return
      }
      let hold = LeaseHold(lease, sentAt: sentAt, timing: configuration.timing, jitter: &jitter)
      step = .planning(PlanLease(hold, pass: configuration.pass, cutBefore: cutLeases, policy: configuration.cuts))
      cutLeases = []
    case .planning(var plan) where plan.hold.pending?.operation == write.operation:
      guard case .applied(let lease) = outcome, lease.state == .held else {
        // Done, released, or somebody else's now.
        step = .resting(until: now)
        return
      }
      if case .chop(_, _, let cuts) = write.action { plan.chopped(cuts) }
      plan.hold.applied(lease, timing: configuration.timing, jitter: &jitter)
      step = .planning(plan)
    default: break
    }
  }

  mutating func writeFailed(_ write: LeaseWrite, now: Timestamp) {
    switch step {
    case .claiming(let claim, let sentAt, _) where claim.operation == write.operation:
      step = .claiming(claim, sentAt: sentAt, resendAt: now + configuration.timing.retryMilliseconds)
    case .planning(var plan) where plan.hold.pending?.operation == write.operation:
      plan.hold.unanswered(now: now, timing: configuration.timing)
      step = .planning(plan)
    default: break
    }
  }

  mutating func changed(_ outcome: JobChangeOutcome, now: Timestamp, _ effects: inout [Effect]) {
    guard case .changing = step else { return }
    switch outcome {
    case .applied(let job) where job.state == .sealed:
      step = .over
      effects.append(.finished(job))
    case .applied, .refused:
      // Refused: another coordinator was first, or a lease was taken over in between. What stands there is read again.
      rest(now: now)
    }
  }
}
