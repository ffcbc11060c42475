extension WorkerMachine {
  /// Asks for the next page while the queue is short, so that the pipeline never waits for a listing.
  mutating func list(_ index: Int, now: Timestamp, _ effects: inout [Effect]) {
    let lease = work[index]
    if case .failed(let retryAt) = lease.listing, now >= retryAt { work[index].listing = .due }
    guard work[index].listing == .due, !isDraining, lease.queued < configuration.inFlightMax * 2 else { return }
    work[index].listing = .waiting
    effects.append(.list(lease.term, lease.unlisted, limit: configuration.pageMax))
  }

  /// Hands objects to the pipeline, oldest lease first, up to the limit.
  mutating func dispatch(now: Timestamp, _ effects: inout [Effect]) {
    guard !isDraining else { return }
    if let isolated = work.firstIndex(where: \.isIsolated) {
      dispatchIsolated(isolated, now: now, &effects)
      return
    }
    var inFlight = work.reduce(0) { $0 + $1.inFlight }
    for index in work.indices where work[index].hold.mayAct(now: now) {
      while inFlight < configuration.inFlightMax, let object = work[index].dispatch() {
        inFlight += 1
        effects.append(.process(work[index].term, object))
      }
    }
  }

  /// Owners died on this lease: its keys are tried one at a time, nothing beside them, each named in the lease first.
  private mutating func dispatchIsolated(_ index: Int, now: Timestamp, _ effects: inout [Effect]) {
    guard now >= isolationBegins, work.allSatisfy({ $0.inFlight == 0 }), work[index].hold.mayAct(now: now),
      work[index].hold.pending == nil,
      let object = work[index].next
    else { return }
    let lease = work[index].hold.lease
    if lease.attempting == object.key, work[index].attempting == object.key {
      _ = work[index].dispatch()
      let isPoison = lease.attempts > WorkLease.attemptsMax
      effects.append(isPoison ? .quarantine(work[index].term, object) : .process(work[index].term, object))
    } else {
      work[index].attempt()
      send(index, .beat(work[index].hold.hold, work[index].progress), now: now, &effects)
    }
  }

  /// The write that a lease is due for: done, release, or a beat.
  mutating func write(_ index: Int, now: Timestamp, _ effects: inout [Effect]) {
    let lease = work[index]
    guard lease.hold.pending == nil else { return }
    if lease.isFinished {
      send(index, .done(lease.hold.hold, lease.progress), now: now, &effects)
    } else if isDraining, lease.inFlight == 0 {
      send(index, .release(lease.hold.hold, lease.progress), now: now, &effects)
    } else if now >= lease.hold.nextBeat {
      send(index, .beat(lease.hold.hold, lease.progress), now: now, &effects)
    }
  }

  mutating func resend(_ index: Int, now: Timestamp, _ effects: inout [Effect]) {
    if let write = work[index].hold.resend(now: now) { effects.append(.write(write)) }
  }

  private mutating func send(
    _ index: Int, _ action: LeaseWrite.Action, now: Timestamp, _ effects: inout [Effect]
  ) {
    effects.append(.write(work[index].hold.send(action, operation: operations.next(), now: now)))
  }
}
