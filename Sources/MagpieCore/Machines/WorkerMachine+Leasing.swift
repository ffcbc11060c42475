extension WorkerMachine {
  /// Whether the pipeline will run dry before the leases at hand give it more.
  var wantsWork: Bool {
    !isDraining && work.allSatisfy(\.isExhausted) && !work.contains(where: \.isIsolated)
      && room > 0
  }

  /// Looks for work when it wants some and it is time; sends an unanswered claim again.
  mutating func seek(now: Timestamp, _ effects: inout [Effect]) {
    switch search {
    case .resting(let until) where wantsWork && now >= until:
      search = .looking
      effects.append(.look)
    case .claiming(let write, let sentAt, let resendAt?) where now >= resendAt:
      search = .claiming(write, sentAt: sentAt, resendAt: nil)
      effects.append(.write(write))
    default: break
    }
  }

  mutating func rest(now: Timestamp) {
    search = .resting(until: now + jitter.around(configuration.timing.lookMilliseconds))
  }

  mutating func looked(_ job: Job, _ sightings: [LeaseSighting], now: Timestamp, _ effects: inout [Effect]) {
    guard case .looking = search else { return }
    let due = watch.note(sightings.filter { $0.lease.owner != configuration.owner }, now: now)
    let unfinished = sightings.map(\.lease).filter { $0.state != .done }
    // A later pass is another run's: this one's examiner knows the epochs of its own.
    let isOver = job.pass != configuration.pass || job.state == .sealed || job.state == .cancelled
    if unfinished.isEmpty || isOver {
      search = .over
      return
    }
    guard job.state != .paused, wantsWork else { return rest(now: now) }
    let open = unfinished.filter { $0.kind == .work && $0.state == .open }
    if !open.isEmpty {
      // Among the first few, so that nodes that look at the same time seldom want the same one.
      let chosen = open[Int(jitter.next() % UInt64(min(open.count, 4)))]
      let duration = configuration.timing.durationMilliseconds
      claim(chosen, .claim(configuration.owner, durationMilliseconds: duration), now: now, &effects)
    } else if let dead = due.first(where: { $0.kind == .work }) {
      let takeOver = LeaseWrite.Action.takeOver(
        configuration.owner, durationMilliseconds: configuration.timing.durationMilliseconds, epoch: dead.epoch,
        beat: dead.beat)
      claim(dead, takeOver, now: now, &effects)
    } else {
      rest(now: now)
    }
  }

  private mutating func claim(
    _ lease: Lease, _ action: LeaseWrite.Action, now: Timestamp, _ effects: inout [Effect]
  ) {
    let write = LeaseWrite(job: lease.job, lease: lease.id, operation: operations.next(), action: action)
    search = .claiming(write, sentAt: now, resendAt: nil)
    effects.append(.write(write))
  }

  mutating func wrote(
    _ write: LeaseWrite, _ outcome: LeaseWriteOutcome, now: Timestamp, _ effects: inout [Effect]
  ) {
    if case .claiming(let claim, let sentAt, _) = search, claim.operation == write.operation {
      // Won or lost, look again at once when the pipeline is still short of work.
      search = .resting(until: now)
      if case .applied(let lease) = outcome {
        let hold = LeaseHold(lease, sentAt: sentAt, timing: configuration.timing, jitter: &jitter)
        work.append(WorkLease(hold))
      }
      return
    }
    guard let index = work.firstIndex(where: { $0.hold.pending?.operation == write.operation }) else { return }
    switch outcome {
    case .applied(let lease):
      if lease.state == .held, lease.owner == configuration.owner, lease.epoch == work[index].term.epoch {
        work[index].hold.applied(lease, timing: configuration.timing, jitter: &jitter)
        work[index].beatApplied()
      } else {
        work.remove(at: index)
      }
    case .refused(let current):
      if let current, current.state == .held, current.owner == configuration.owner,
        current.epoch == work[index].term.epoch
      {
        work[index].shorten(to: current)
      } else {
        effects.append(.drop(work[index].term))
        work.remove(at: index)
      }
    }
  }

  mutating func writeFailed(_ write: LeaseWrite, now: Timestamp) {
    if case .claiming(let claim, let sentAt, _) = search, claim.operation == write.operation {
      search = .claiming(write, sentAt: sentAt, resendAt: now + configuration.timing.retryMilliseconds)
    } else if let index = work.firstIndex(where: { $0.hold.pending?.operation == write.operation }) {
      work[index].hold.unanswered(now: now, timing: configuration.timing)
    }
  }
}
