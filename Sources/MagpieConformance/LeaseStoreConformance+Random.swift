import MagpieCore
import MagpieStores

extension LeaseStoreConformance {
  /// A seeded sequence of writes in a small space of ids and keys, each compared with `LeaseTable`: stale epochs, wrong
  /// bounds, operations sent twice, chops that overlap, foreign owners.
  static func random(_ stores: [any LeaseStore], seed: UInt64, steps: Int) async throws {
    guard !stores.isEmpty else { throw ConformanceFailure("the factory made no store") }
    var writer = LeaseWriter(seed: seed)
    var table = LeaseTable()
    var appliedActions: Set<String> = []
    for step in 0..<steps {
      let store = stores[step % stores.count]
      let place = "step \(step) of seed \(seed)"
      if writer.generator.chance(4) {
        let job = job(writer.jobName.text)
        let operation = writer.operation()
        let wanted = table.create(job, operation: operation)
        try expect(try await store.create(job, operation: operation), equals: wanted, "\(place), create")
      } else if writer.generator.chance(8) {
        let name = writer.jobName
        let change = writer.change(table.job(name))
        let wanted = table.change(name, change)
        try expect(try await store.change(name, change), equals: wanted, "\(place), \(change)")
        if case .applied = wanted { appliedActions.insert(LeaseWriter.kind("\(change)")) }
      } else {
        let write = writer.write(table)
        let wanted = table.write(write)
        try expect(try await store.write(write), equals: wanted, "\(place), \(write)")
        if case .applied = wanted { appliedActions.insert(LeaseWriter.kind("\(write.action)")) }
      }
      guard step % 50 == 0 || step == steps - 1 else { continue }
      try expect(try await store.allJobs(), equals: table.allJobs(), "\(place), all jobs")
      for job in table.allJobs() {
        let leases = table.leases(of: job.name)
        try expect(try await store.leases(of: job.name), equals: leases, "\(place), all leases")
        try expect(
          try await store.unfinishedLeases(of: job.name), equals: leases.filter { $0.state != .done },
          "\(place), unfinished leases")
      }
    }
    // A sequence that does not reach a kind of write says nothing about it.
    for kind in ["claim", "takeOver", "beat", "release", "done", "chop", "planned", "seal", "reopen"]
    where steps >= 2000 && !appliedActions.contains(kind) {
      throw ConformanceFailure("seed \(seed) reached no successful \(kind): choose another")
    }
  }
}

/// Makes writes that fit the table's state often enough to get somewhere, and are wrong often enough to be refused in
/// every way.
private struct LeaseWriter {
  var generator: SeededGenerator
  private var operations = 0

  private static let jobs = [JobName("alpha"), JobName("b\u{e9}ta"), JobName("be\u{301}ta")]
  private static let owners = [OwnerID("o1"), OwnerID("o2"), OwnerID("o3")]
  /// In byte order; among them NFC beside NFD, a NUL and bytes that are no UTF-8.
  private static let keys: [ObjectKey] = [
    ObjectKey(bytes: [0x01]), "a", ObjectKey(bytes: [0x61, 0x00, 0x62]), "a-b", "a/b", "m", "n#?%+& x", "z",
    "\u{e9}", ObjectKey(bytes: [0xff, 0xfe]),
  ]

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
  }

  static func kind(_ description: String) -> String {
    String(description.prefix { $0 != "(" })
  }

  var jobName: JobName {
    mutating get { LeaseWriter.jobs.randomElement(using: &generator) ?? LeaseWriter.jobs[0] }
  }

  /// Mostly new, sometimes one of the last ten: a write sent twice.
  mutating func operation() -> OperationID {
    if generator.chance(8) {
      return OperationID("op\(max(0, operations - Int.random(in: 0..<10, using: &generator)))")
    }
    operations += 1
    return OperationID("op\(operations)")
  }

  mutating func change(_ job: Job?) -> JobChange {
    let isSealed = job?.state == .sealed
    if generator.chance(isSealed ? 60 : 10) {
      let pass = job?.pass ?? 1
      return .reopen(pass: generator.chance(80) ? pass : pass - 1, operation())
    }
    return generator.chance(40) ? .planned : .seal
  }

  mutating func write(_ table: LeaseTable) -> LeaseWrite {
    let name = jobName
    let leases = table.leases(of: name)
    let unfinished = leases.filter { $0.state != .done }
    let lease = (generator.chance(90) ? unfinished : leases).randomElement(using: &generator)
    let id = generator.chance(97) ? lease?.id : nil
    return LeaseWrite(
      job: name, lease: id ?? LeaseID("none"), operation: operation(),
      action: action(lease, pass: table.job(name)?.pass ?? 1))
  }

  private mutating func action(_ lease: Lease?, pass: Int) -> LeaseWrite.Action {
    let duration = Int.random(in: 1...60_000, using: &generator)
    guard let lease, lease.state != .open || generator.chance(10) else {
      return .claim(owner(), durationMilliseconds: duration)
    }
    switch Int.random(in: 0..<12, using: &generator) {
    case 0: return .claim(owner(), durationMilliseconds: duration)
    case 1:
      return .takeOver(
        owner(), durationMilliseconds: duration, epoch: wrong(lease.epoch), beat: wrong(lease.beat))
    case 2, 10, 11: return .release(hold(lease), progress(lease))
    case 3, 4: return .beat(hold(lease), progress(lease))
    case 5...8 where lease.kind == .work || !isOrderly(lease) && generator.chance(3):
      return .done(hold(lease), progress(lease))
    default: return .chop(hold(lease), from: wrong(lease.position), cuts: cuts(lease, pass: pass))
    }
  }

  /// A plan whose position moves other than by a chop leaves a hole, and its job can never be sealed. One job's plan
  /// never does, so that every sequence reaches the seal and the passes after it.
  private func isOrderly(_ lease: Lease) -> Bool {
    lease.kind == .plan && lease.job == LeaseWriter.jobs[0]
  }

  private mutating func owner() -> OwnerID {
    LeaseWriter.owners.randomElement(using: &generator) ?? LeaseWriter.owners[0]
  }

  private mutating func key() -> ObjectKey? {
    generator.chance(10) ? nil : LeaseWriter.keys.randomElement(using: &generator)
  }

  private mutating func wrong(_ number: UInt64) -> UInt64 {
    generator.chance(88) || number == 0 ? number : number - 1
  }

  private mutating func wrong(_ value: ObjectKey?) -> ObjectKey? {
    generator.chance(92) ? value : key()
  }

  private mutating func hold(_ lease: Lease) -> LeaseWrite.Hold {
    LeaseWrite.Hold(
      owner: generator.chance(92) ? lease.owner ?? owner() : owner(), epoch: wrong(lease.epoch),
      hi: wrong(lease.range.hi))
  }

  private mutating func progress(_ lease: Lease) -> LeaseProgress {
    var counts = lease.counts
    counts.listed += Int.random(in: 0...5, using: &generator)
    counts.done += Int.random(in: 0...5, using: &generator)
    counts.bytesIn += Int.random(in: 0...1_000_000_000_000, using: &generator)
    let forward = LeaseWriter.keys.filter { KeyRange(lo: lease.position, hi: lease.range.hi).contains($0) }
    var position = lease.position
    if !isOrderly(lease), generator.chance(40) {
      position = generator.chance(80) ? forward.randomElement(using: &generator) ?? position : key()
    }
    return LeaseProgress(
      position: position, dispatched: key(), counts: counts, attempting: generator.chance(30) ? key() : nil,
      attempts: Int.random(in: 0...3, using: &generator), progressed: generator.chance(50))
  }

  private mutating func cuts(_ lease: Lease, pass: Int) -> [LeaseCut] {
    var bounds = LeaseWriter.keys.filter { key in
      generator.chance(25) && (generator.chance(5) || KeyRange(lo: lease.position, hi: lease.range.hi).contains(key))
    }.map { Optional($0) }
    if generator.chance(35) { bounds.append(nil) }
    return bounds.map { hi in
      LeaseCut(
        id: LeaseID("\(pass)-\(Int.random(in: 0..<60, using: &generator))"), hi: hi,
        images: Int.random(in: 0...2000, using: &generator), bytes: Int.random(in: 0...1 << 40, using: &generator))
    }
  }
}
