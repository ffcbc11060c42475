import MagpieCore
package import MagpieStores

/// What every lease store must do: the same as `LeaseTable`, in one atomic step, whoever else writes.
package enum LeaseStoreConformance {
  /// Makes a fresh, empty store; several handles stand for several processes on one store, one is enough.
  package typealias Factory = () async throws -> [any LeaseStore]

  /// - Throws: `ConformanceFailure`, or what the store throws.
  package static func run(seed: UInt64 = 1, steps: Int = 3000, _ make: Factory) async throws {
    try await life(try await make())
    try await random(try await make(), seed: seed, steps: steps)
    try await races(try await make())
  }

  static func job(_ name: String) -> Job {
    Job(
      name: JobName(name), source: "/source", destination: "/destination", recipe: "{}", recipeDigest: "00",
      leaseDurationMilliseconds: 30_000, created: "2026-01-02T03:04:05Z")
  }

  static func applied(_ outcome: LeaseWriteOutcome, _ what: String) throws(ConformanceFailure) -> Lease {
    guard case .applied(let lease) = outcome else { throw ConformanceFailure("\(what) was refused: \(outcome)") }
    return lease
  }

  static func hold(_ lease: Lease) -> LeaseWrite.Hold {
    LeaseWrite.Hold(owner: lease.owner ?? OwnerID(""), epoch: lease.epoch, hi: lease.range.hi)
  }

  // MARK: One job from its creation into its second pass

  static func life(_ stores: [any LeaseStore]) async throws {
    let (store, other) = try pair(stores)
    let name = JobName("life")
    try expect(try await store.job(name), equals: nil, "a job that was never created")
    try expect(try await store.leases(of: name), equals: [], "leases of a job that was never created")
    let job = job("life")
    try expect(try await store.create(job, operation: OperationID("c1")), equals: job, "creating a job")
    var later = job
    later.created = "later"
    try expect(
      try await other.create(later, operation: OperationID("c2")), equals: job, "creating a job that exists")
    try expect(try await other.job(name), equals: job, "reading the job")

    let planID = LeaseID.plan(pass: 1)
    let me = OwnerID("me")
    func write(_ lease: LeaseID, _ operation: String, _ action: LeaseWrite.Action) async throws -> LeaseWriteOutcome {
      try await store.write(LeaseWrite(job: name, lease: lease, operation: OperationID(operation), action: action))
    }
    let claim = try await write(planID, "p1", .claim(me, durationMilliseconds: 500))
    let plan = try applied(claim, "claiming the plan")
    try expect(
      try await write(planID, "p1", .claim(me, durationMilliseconds: 500)), equals: claim,
      "a claim whose reply was lost, sent again")
    let cuts = [
      LeaseCut(id: LeaseID("1-a"), hi: "k1", images: 3, bytes: 30),
      LeaseCut(id: LeaseID("1-b"), hi: nil, images: 2, bytes: 20),
    ]
    let chop = try await write(planID, "p2", .chop(hold(plan), from: nil, cuts: cuts))
    try expect(try applied(chop, "the chop").state, equals: .done, "the state of a plan chopped to its end")
    guard case .applied(let running) = try await store.change(name, .planned) else {
      throw ConformanceFailure("a planned job was refused")
    }
    try expect(running.state, equals: .running, "the state of a planned job")
    try expect(
      try await store.change(name, .seal), equals: .refused(current: running), "sealing with open leases")
    var epochs: [UInt64] = []
    for cut in cuts {
      let held = try applied(try await write(cut.id, "w-\(cut.id)", .claim(me, durationMilliseconds: 9)), "a claim")
      var counts = LeaseCounts()
      counts.done = cut.images
      let progress = LeaseProgress(position: held.position, dispatched: nil, counts: counts, progressed: true)
      guard held.range.lo != nil || held.position == nil else { throw ConformanceFailure("a lease begins past its lo") }
      epochs.append(try applied(try await write(cut.id, "d-\(cut.id)", .done(hold(held), progress)), "done").epoch)
    }
    guard case .applied(let sealed) = try await other.change(name, .seal) else {
      throw ConformanceFailure("sealing a finished job was refused")
    }
    try expect(sealed.sealedCounts?.done, equals: 5, "the sum of what the leases did")
    try await secondPass(stores, after: sealed, epochMax: epochs.max() ?? 0)
  }

  private static func secondPass(_ stores: [any LeaseStore], after sealed: Job, epochMax: UInt64) async throws {
    let (store, other) = try pair(stores)
    let reopen = JobChange.reopen(pass: 1, OperationID("r1"))
    guard case .applied(let second) = try await store.change(sealed.name, reopen) else {
      throw ConformanceFailure("reopening a sealed job was refused")
    }
    try expect(second.epochFloor >= epochMax, "epochs of a later pass must be greater than \(epochMax)")
    try expect(
      try await other.leases(of: sealed.name), equals: [Job.planLease(of: second, operation: OperationID("r1"))],
      "the leases after reopening")
    try expect(
      try await other.change(sealed.name, reopen), equals: .refused(current: second), "reopening the same pass again")
    let straggler = LeaseWrite(
      job: sealed.name, lease: LeaseID("1-a"), operation: OperationID("late"),
      action: .claim(OwnerID("straggler"), durationMilliseconds: 1))
    try expect(
      try await store.write(straggler), equals: .refused(current: nil), "a write to a lease of the earlier pass")
  }

  static func pair(_ stores: [any LeaseStore]) throws(ConformanceFailure) -> (any LeaseStore, any LeaseStore) {
    guard let first = stores.first, let last = stores.last else {
      throw ConformanceFailure("the factory made no store")
    }
    return (first, last)
  }

  // MARK: Races

  /// Many writers at once for one change of owner: exactly one wins.
  static func races(_ stores: [any LeaseStore]) async throws {
    let job = job("race")
    let (store, _) = try pair(stores)
    let created = try await everyWriter(stores) { store, writer in
      var mine = job
      mine.created = "by \(writer)"
      return try await store.create(mine, operation: OperationID("create-\(writer)"))
    }
    try expect(Set(created).count, equals: 1, "different jobs seen by those who create one at once")
    let plan = LeaseID.plan(pass: 1)
    for round in 0..<8 {
      let claims = try await everyWriter(stores) { store, writer in
        try await store.write(
          LeaseWrite(
            job: job.name, lease: plan, operation: OperationID("c-\(round)-\(writer)"),
            action: .claim(OwnerID("w\(writer)"), durationMilliseconds: 10)))
      }
      let claimed = try winner(claims, "claims of one open lease")
      let takeovers = try await everyWriter(stores) { store, writer in
        try await store.write(
          LeaseWrite(
            job: job.name, lease: plan, operation: OperationID("t-\(round)-\(writer)"),
            action: .takeOver(
              OwnerID("w\(writer)"), durationMilliseconds: 10, epoch: claimed.epoch, beat: claimed.beat)))
      }
      let taken = try winner(takeovers, "take-overs of one silent lease")
      try expect(taken.epoch, equals: claimed.epoch + 1, "the epoch after one take-over")
      let chops = try await everyWriter(stores) { store, writer in
        try await store.write(
          LeaseWrite(
            job: job.name, lease: plan, operation: OperationID("x-\(round)-\(writer)"),
            action: .chop(
              hold(taken), from: taken.position,
              cuts: [LeaseCut(id: LeaseID("\(round)"), hi: ObjectKey("k\(round)"), images: 1, bytes: 1)])))
      }
      let chopped = try winner(chops, "chops at one position")
      let progress = LeaseProgress(
        position: chopped.position, dispatched: nil, counts: chopped.counts, progressed: false)
      let release = LeaseWrite(
        job: job.name, lease: plan, operation: OperationID("r-\(round)"), action: .release(hold(chopped), progress))
      _ = try applied(try await store.write(release), "a release")
    }
    try expect(try await store.leases(of: job.name).count, equals: 9, "leases after eight chops")
  }

  private static let writers = 12

  private static func everyWriter<Value: Sendable>(
    _ stores: [any LeaseStore], _ body: @escaping @Sendable (any LeaseStore, Int) async throws -> Value
  ) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
      for writer in 0..<writers {
        let store = stores[writer % stores.count]
        group.addTask { try await body(store, writer) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
  }

  private static func winner(_ outcomes: [LeaseWriteOutcome], _ what: String) throws(ConformanceFailure) -> Lease {
    let winners = outcomes.compactMap { outcome in
      if case .applied(let lease) = outcome { lease } else { nil }
    }
    guard let winner = winners.first, winners.count == 1 else {
      throw ConformanceFailure("\(winners.count) of \(outcomes.count) \(what) won, not one")
    }
    return winner
  }
}
