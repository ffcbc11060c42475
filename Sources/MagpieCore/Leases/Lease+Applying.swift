extension Lease {
  /// The lease after `write`, or `nil` where its condition does not hold. This is the specification of every
  /// conditional write; a store is right when it does the same in one atomic step.
  ///
  /// A chop's cuts are the store's to insert beside this (`cutLeases`), and to refuse where an id is taken.
  package func applying(_ write: LeaseWrite) -> Lease? {
    var next = self
    next.operation = write.operation
    next.beat += 1
    switch write.action {
    case .chop(let hold, let from, let cuts):
      guard kind == .plan, holds(hold), position == from, Lease.ascend(from: from, cuts: cuts, through: range.hi),
        let last = cuts.last, Set(cuts.map(\.id)).count == cuts.count
      else { return nil }
      next.position = last.hi
      if last.hi == range.hi { next.end() }
    case .claim(let claimant, let duration):
      guard state == .open else { return nil }
      next.change(owner: claimant, durationMilliseconds: duration)
    case .takeOver(let claimant, let duration, let epochSeen, let beatSeen):
      guard state == .held, epoch == epochSeen, beat == beatSeen else { return nil }
      next.change(owner: claimant, durationMilliseconds: duration)
      next.takeovers += 1
    case .beat(let hold, let progress):
      guard holds(hold), allows(progress) else { return nil }
      next.take(progress)
    case .release(let hold, let progress):
      guard holds(hold), allows(progress) else { return nil }
      next.take(progress)
      next.state = .open
      next.owner = nil
    case .done(let hold, let progress):
      guard kind == .work, holds(hold), allows(progress) else { return nil }
      next.take(progress)
      next.end()
    }
    return next
  }

  /// The open work leases that a chop cuts off this plan lease, `self` being the plan lease before it.
  package func cutLeases(_ write: LeaseWrite) -> [Lease] {
    guard case .chop(_, _, let cuts) = write.action else { return [] }
    var lo = position
    return cuts.map { cut in
      defer { lo = cut.hi }
      return Lease(
        id: cut.id, job: job, kind: .work, range: KeyRange(lo: lo, hi: cut.hi), epoch: epoch,
        durationMilliseconds: durationMilliseconds, estimatedBytes: cut.bytes, estimatedImages: cut.images,
        operation: write.operation)
    }
  }

  private func holds(_ hold: LeaseWrite.Hold) -> Bool {
    state == .held && owner == hold.owner && epoch == hold.epoch && range.hi == hold.hi
  }

  /// A low-water mark never falls and never leaves the range. That of a plan lease moves by chopping alone, or keys
  /// would be left that no lease answers for.
  private func allows(_ progress: LeaseProgress) -> Bool {
    if kind == .plan { return progress.position == position }
    guard let new = progress.position else { return position == nil }
    if let position, new < position { return false }
    return new == range.lo || range.contains(new)
  }

  private mutating func take(_ progress: LeaseProgress) {
    position = progress.position
    dispatched = progress.dispatched
    counts = progress.counts
    if progress.progressed { takeovers = 0 }
    attempting = progress.attempting
    attempts = progress.attempts
  }

  private mutating func change(owner new: OwnerID, durationMilliseconds: Int) {
    state = .held
    owner = new
    epoch += 1
    self.durationMilliseconds = durationMilliseconds
  }

  private mutating func end() {
    state = .done
    position = range.hi
    dispatched = range.hi
    owner = nil
    attempting = nil
    attempts = 0
  }

  private static func ascend(from: ObjectKey?, cuts: [LeaseCut], through end: ObjectKey?) -> Bool {
    var lo = from
    for (index, cut) in cuts.enumerated() {
      guard let hi = cut.hi else { return index == cuts.count - 1 && end == nil }
      if let lo, hi <= lo { return false }
      if let end, hi > end { return false }
      lo = hi
    }
    return true
  }
}
