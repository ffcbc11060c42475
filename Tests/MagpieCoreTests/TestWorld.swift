import MagpieCore

/// A small world with virtual time in which the product's own machines run: nodes with latency, crashes, pauses and
/// lost replies around one lease table and one record table. Same seed, same history.
struct TestWorld {
  struct Faults {
    /// Chances in a thousand, per store call.
    var lostRequests = 0
    var lostReplies = 0
    /// Chances in a thousand, per processed image.
    var crashes = 0
    var pauses = 0
    /// Keys whose processing ends the node.
    var poison: Set<ObjectKey> = []
  }

  private enum Happening {
    case worker(WorkerMachine.Event)
    case coordinator(CoordinatorMachine.Event)
    case store(Call)
    case image(LeaseTerm, ObjectSummary, isQuarantine: Bool)
    case birth
    case drain
  }

  private enum Call {
    case look(forWorker: Bool)
    case write(LeaseWrite, forWorker: Bool)
    case change(JobChange)
    case listForWorker(LeaseTerm, KeyRange, Int)
    case listForCoordinator(LeaseTerm, KeyRange, Int)
  }

  private struct Entry {
    var time: Int
    var order: Int
    var node: Int
    var life: Int
    var what: Happening
  }

  private struct Node {
    var life = 0
    var isAlive = false
    var pausedUntil = 0
    var owner = OwnerID("")
    var worker: WorkerMachine?
    var coordinator: CoordinatorMachine?
    var isDone = false
    /// One timer a machine: when it rings.
    var workerWakes: Int?
    var coordinatorWakes: Int?
  }

  struct Record {
    var fence: UInt64
    var isDone: Bool
    var isPoison: Bool
  }

  let objects: [ObjectSummary]
  let faults: Faults
  var table = LeaseTable()
  var records: [ObjectKey: Record] = [:]
  var recordWrites: [ObjectKey: Int] = [:]
  var processed: [ObjectKey: Int] = [:]
  var violations: [String] = []
  var sealed: Job?
  private(set) var now = 0
  private(set) var crashes = 0
  private(set) var trace: UInt64 = 0xCBF2_9CE4_8422_2325
  private var random: Jitter
  private var queue: [Entry] = []
  private var order = 0
  private var nodes: [Node]
  private var gone: Set<OwnerID> = []
  private let timing = LeaseTiming(durationMilliseconds: 3_000, beatMilliseconds: 1_000, lookMilliseconds: 100)
  private let knowsTheDead: Bool
  static let job = JobName("job")

  init(seed: UInt64, images: Int, nodes: Int, faults: Faults = Faults(), knowsTheDead: Bool = true) {
    objects = (0..<images).map { ObjectSummary(key: ObjectKey("k\(100_000 + $0)"), size: 100_000, etag: "e") }
    self.faults = faults
    self.knowsTheDead = knowsTheDead
    random = Jitter(seed: seed)
    self.nodes = Array(repeating: Node(), count: nodes)
    let job = Job(
      name: TestWorld.job, source: "s", destination: "d", recipe: "{}", recipeDigest: "r",
      leaseDurationMilliseconds: timing.durationMilliseconds, created: "")
    _ = table.create(job, operation: OperationID("create"))
    for index in 0..<nodes { schedule(in: index * 50, node: index, .birth) }
  }

  /// Runs until every node is done or `limit` virtual milliseconds have passed.
  mutating func run(limit: Int = 600_000) {
    while let next = pop(), now < limit {
      now = max(now, next.time)
      guard next.life == nodes[next.node].life || isBirth(next.what) else { continue }
      if now < nodes[next.node].pausedUntil {
        push(Entry(time: nodes[next.node].pausedUntil, order: order, node: next.node, life: next.life, what: next.what))
        continue
      }
      happen(next.what, on: next.node)
    }
    sealed = table.job(TestWorld.job).flatMap { $0.state == .sealed ? $0 : nil }
  }

  /// Asks a node to drain at a time.
  mutating func drain(node: Int, at time: Int) {
    push(Entry(time: time, order: order, node: node, life: 1, what: .drain))
  }

  private func isBirth(_ what: Happening) -> Bool {
    if case .birth = what { true } else { false }
  }

  private mutating func happen(_ what: Happening, on node: Int) {
    mix(node, now)
    switch what {
    case .birth: birth(node)
    case .drain:
      send(.drain, to: node)
      tell(.drain, to: node)
    case .worker(let event): send(event, to: node)
    case .coordinator(let event): tell(event, to: node)
    case .store(let call): answer(call, for: node)
    case .image(let term, let object, let isQuarantine): end(term, object, isQuarantine: isQuarantine, on: node)
    }
  }

  private mutating func birth(_ node: Int) {
    nodes[node].life += 1
    nodes[node].isAlive = true
    nodes[node].workerWakes = nil
    nodes[node].coordinatorWakes = nil
    nodes[node].owner = OwnerID("node\(node)-\(nodes[node].life)")
    let seed = random.next()
    nodes[node].worker = WorkerMachine(
      WorkerMachine.Configuration(
        job: TestWorld.job, pass: 1, owner: nodes[node].owner, timing: timing, inFlightMax: 4, pageMax: 7, seed: seed))
    nodes[node].coordinator = CoordinatorMachine(
      CoordinatorMachine.Configuration(
        job: TestWorld.job, pass: 1, owner: nodes[node].owner, timing: timing,
        cuts: CutPolicy(imagesMax: 20, imagesMin: 3),
        pageMax: 13, seed: seed))
    send(.woke, to: node)
    tell(.woke, to: node)
  }

  private mutating func send(_ event: WorkerMachine.Event, to node: Int) {
    guard nodes[node].isAlive, var machine = nodes[node].worker else { return }
    if case .woke = event { nodes[node].workerWakes = nil }
    nodes[node].worker = nil  // The only copy, so that its arrays are changed in place.
    let effects = machine.handle(event, now: Timestamp(milliseconds: now))
    nodes[node].worker = machine
    for effect in effects {
      switch effect {
      case .look: call(.look(forWorker: true), node)
      case .write(let write): call(.write(write, forWorker: true), node)
      case .list(let term, let range, let limit): call(.listForWorker(term, range, limit), node)
      case .process(let term, let object):
        schedule(in: 20 + draw(200), node: node, .image(term, object, isQuarantine: false))
      case .quarantine(let term, let object):
        schedule(in: 1, node: node, .image(term, object, isQuarantine: true))
      case .wake(let time):
        if nodes[node].workerWakes.map({ time.milliseconds < $0 }) ?? true {
          nodes[node].workerWakes = time.milliseconds
          schedule(in: max(0, time.milliseconds - now), node: node, .worker(.woke))
        }
      case .drop: break
      case .finished: tell(.nudged, to: node)
      }
    }
  }

  private mutating func tell(_ event: CoordinatorMachine.Event, to node: Int) {
    guard nodes[node].isAlive, var machine = nodes[node].coordinator else { return }
    if case .woke = event { nodes[node].coordinatorWakes = nil }
    nodes[node].coordinator = nil
    let effects = machine.handle(event, now: Timestamp(milliseconds: now))
    nodes[node].coordinator = machine
    for effect in effects {
      switch effect {
      case .look: call(.look(forWorker: false), node)
      case .write(let write): call(.write(write, forWorker: false), node)
      case .list(let term, let range, let limit): call(.listForCoordinator(term, range, limit), node)
      case .change(let change): call(.change(change), node)
      case .wake(let time):
        if nodes[node].coordinatorWakes.map({ time.milliseconds < $0 }) ?? true {
          nodes[node].coordinatorWakes = time.milliseconds
          schedule(in: max(0, time.milliseconds - now), node: node, .coordinator(.woke))
        }
      case .finished: nodes[node].isDone = true
      }
    }
  }

  private mutating func call(_ call: Call, _ node: Int) {
    schedule(in: 1 + draw(10), node: node, .store(call))
  }

  private mutating func answer(_ call: Call, for node: Int) {
    let isRequestLost = chance(faults.lostRequests)
    let isReplyLost = isRequestLost || chance(faults.lostReplies)
    let reply: Happening
    switch call {
    case .look(let forWorker):
      guard let job = table.job(TestWorld.job) else { return }
      let sightings = table.leases(of: TestWorld.job).map { lease in
        LeaseSighting(lease, ownerIsGone: knowsTheDead && lease.owner.map { gone.contains($0) } ?? false)
      }
      if forWorker {
        reply = .worker(isReplyLost ? .lookFailed : .looked(job, sightings))
      } else {
        reply = .coordinator(isReplyLost ? .lookFailed : .looked(job, sightings))
      }
    case .write(let write, let forWorker):
      let outcome = isRequestLost ? nil : table.write(write)
      checkTiling()
      let answer = isReplyLost ? nil : outcome
      if forWorker {
        reply = .worker(answer.map { .wrote(write, $0) } ?? .writeFailed(write))
      } else {
        reply = .coordinator(answer.map { .wrote(write, $0) } ?? .writeFailed(write))
      }
    case .change(let change):
      let outcome = isRequestLost ? nil : table.change(TestWorld.job, change)
      reply = .coordinator(isReplyLost ? .changeFailed : outcome.map { .changed($0) } ?? .changeFailed)
    case .listForWorker(let term, let range, let limit):
      let page = page(range, limit)
      reply = .worker(
        isReplyLost ? .listFailed(term) : .listed(term, page.objects.map(examined), hasMore: page.hasMore))
    case .listForCoordinator(let term, let range, let limit):
      let page = page(range, limit)
      reply = .coordinator(isReplyLost ? .listFailed(term) : .listed(term, page.objects, hasMore: page.hasMore))
    }
    schedule(in: 1 + draw(10), node: node, reply)
  }

  private func page(_ range: KeyRange, _ limit: Int) -> (objects: [ObjectSummary], hasMore: Bool) {
    let first = range.lo.map { lo in objects.firstIndex { $0.key > lo } ?? objects.count } ?? 0
    let all = objects[first...].prefix(limit + 1).prefix { range.contains($0.key) }
    return (Array(all.prefix(limit)), all.count > limit)
  }

  private func examined(_ object: ObjectSummary) -> ExaminedObject {
    guard let record = records[object.key] else { return ExaminedObject(object, .process) }
    return ExaminedObject(object, .ended(ImageTally(record.isPoison ? .failed : .done), fence: record.fence))
  }

  private mutating func end(_ term: LeaseTerm, _ object: ObjectSummary, isQuarantine: Bool, on node: Int) {
    if !isQuarantine {
      processed[object.key, default: 0] += 1
      if faults.poison.contains(object.key) || chance(faults.crashes) { return crash(node) }
      if chance(faults.pauses) { nodes[node].pausedUntil = now + 1_000 + draw(9_000) }
    }
    let time = Timestamp(milliseconds: now)
    guard let worker = nodes[node].worker, worker.mayRecord(term, now: time), now >= nodes[node].pausedUntil else {
      if now < nodes[node].pausedUntil {
        schedule(in: 1, node: node, .image(term, object, isQuarantine: true))
        return
      }
      return send(.abandoned(term, object.key), to: node)
    }
    commit(term, object, isPoison: isQuarantine && faults.poison.contains(object.key), on: node)
    send(.ended(term, object.key, ImageTally(records[object.key]?.isPoison == true ? .failed : .done)), to: node)
  }

  private mutating func commit(_ term: LeaseTerm, _ object: ObjectSummary, isPoison: Bool, on node: Int) {
    let lease = table.leases(of: TestWorld.job).first { $0.id == term.lease }
    if lease?.epoch != term.epoch || lease?.owner != nodes[node].owner {
      violations.append("\(object.key) recorded under epoch \(term.epoch) of \(term.lease), now \(lease?.epoch ?? 0)")
    }
    if let standing = records[object.key], standing.fence > term.epoch || standing.isDone { return }
    records[object.key] = Record(fence: term.epoch, isDone: !isPoison, isPoison: isPoison)
    recordWrites[object.key, default: 0] += 1
  }

  private mutating func crash(_ node: Int) {
    crashes += 1
    gone.insert(nodes[node].owner)
    nodes[node].isAlive = false
    nodes[node].life += 1
    schedule(in: 100 + draw(2_000), node: node, .birth)
  }

  private mutating func checkTiling() {
    let leases = table.leases(of: TestWorld.job)
    if !KeyRange.tile(leases.compactMap(\.tile), exactly: .everything) {
      violations.append("leases do not tile at \(now): \(leases.compactMap(\.tile))")
    }
  }

  private mutating func draw(_ below: Int) -> Int { Int(random.next() % UInt64(max(1, below))) }
  private mutating func chance(_ inThousand: Int) -> Bool { inThousand > 0 && draw(1_000) < inThousand }

  private mutating func schedule(in delay: Int, node: Int, _ what: Happening) {
    push(Entry(time: now + delay, order: order, node: node, life: nodes[node].life, what: what))
  }

  private mutating func mix(_ values: Int...) {
    for value in values { trace = (trace ^ UInt64(truncatingIfNeeded: value)) &* 0x0100_0000_01B3 }
  }

  // A binary heap by (time, order).
  private mutating func push(_ entry: Entry) {
    order += 1
    queue.append(entry)
    var child = queue.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      queue.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func pop() -> Entry? {
    guard let first = queue.first, let last = queue.popLast() else { return nil }
    if queue.isEmpty { return first }
    queue[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < queue.count else { return first }
      let least = left + 1 < queue.count && precedes(left + 1, left) ? left + 1 : left
      guard precedes(least, parent) else { return first }
      queue.swapAt(least, parent)
      parent = least
    }
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    (queue[left].time, queue[left].order) < (queue[right].time, queue[right].order)
  }
}
