/// The worker's protocol: events in, effects out. It claims leases, lists them, hands their images to the pipeline,
/// raises the low-water mark, beats, takes over from the dead, and drains. No clock, no randomness, no I/O: the worker
/// service and the simulator run this same code.
package struct WorkerMachine: Hashable, Sendable {
  package struct Configuration: Hashable, Sendable {
    package var job: JobName
    /// The pass of the job that this worker works on.
    package var pass: Int
    package var owner: OwnerID
    package var timing: LeaseTiming
    /// Images between dispatch and the end of decoding at once, over all leases: what the decoders can hold and a few
    /// more. A worker that took more would take them from others.
    package var inFlightMax: Int
    /// Images that are decoded and wait for their records at once.
    package var recordingMax: Int
    /// Keys a listing page.
    package var pageMax: Int
    package var seed: UInt64

    package init(
      job: JobName, pass: Int, owner: OwnerID, timing: LeaseTiming, inFlightMax: Int, recordingMax: Int = 256,
      pageMax: Int = 1_000, seed: UInt64
    ) {
      self.job = job
      self.pass = pass
      self.owner = owner
      self.timing = timing
      self.inFlightMax = inFlightMax
      self.recordingMax = recordingMax
      self.pageMax = pageMax
      self.seed = seed
    }
  }

  /// What the worker does to find work.
  enum Search: Hashable, Sendable {
    /// Nothing asked; looks again at the time. Exits: looking.
    case resting(until: Timestamp)
    /// Waits for the answer to `look`. Exits: claiming, resting, over.
    case looking
    /// Waits for the answer to a claim or take-over sent at the time. Exits: held lease and resting, resting.
    case claiming(LeaseWrite, sentAt: Timestamp, resendAt: Timestamp?)
    /// The job is complete, paused for good or the worker drains. No exit.
    case over
  }

  let configuration: Configuration
  var work: [WorkLease] = []
  var search: Search
  var isDraining = false
  var isFinished = false
  var jitter: Jitter
  var operations: OperationCounter
  var watch: LeaseWatch
  /// When the first event came.
  var began: Timestamp?

  package init(_ configuration: Configuration) {
    self.configuration = configuration
    search = .resting(until: Timestamp(milliseconds: .min / 2))
    jitter = Jitter(seed: configuration.seed)
    operations = OperationCounter(owner: configuration.owner, role: "w")
    watch = LeaseWatch(marginMilliseconds: configuration.timing.marginMilliseconds)
  }

  /// Whether this worker may record under the term now: it holds the lease, at that epoch, within its own deadline.
  package func mayRecord(_ term: LeaseTerm, now: Timestamp) -> Bool {
    work.contains { $0.term == term && $0.hold.mayAct(now: now) }
  }

  /// How many owners may begin on one key before it is held to be what kills them.
  package static var poisonAttemptsMax: Int { WorkLease.attemptsMax }

  /// Leases held, for tests and the status page.
  package var heldLeases: [Lease] { work.map(\.hold.lease) }

  package mutating func handle(_ event: Event, now: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    if began == nil { began = now }
    switch event {
    case .woke: break
    case .looked(let job, let sightings): looked(job, sightings, now: now, &effects)
    case .lookFailed: rest(now: now)
    case .wrote(let write, let outcome): wrote(write, outcome, now: now, &effects)
    case .writeFailed(let write): writeFailed(write, now: now)
    case .listed(let term, let objects, let hasMore):
      update(term) { $0.append(objects, hasMore: hasMore) }
    case .listFailed(let term):
      let retryAt = now + jitter.around(configuration.timing.lookMilliseconds)
      update(term) { $0.listing = .failed(retryAt: retryAt) }
    case .decoded(let term, let key):
      update(term) { $0.decoded(key) }
    case .ended(let term, let key, let tally):
      update(term) { $0.end(key, tally) }
    case .abandoned(let term, let key):
      update(term) { $0.abandon(key) }
    case .drain:
      isDraining = true
    }
    advance(now: now, &effects)
    return effects
  }

  /// Everything that can be done now, is.
  private mutating func advance(now: Timestamp, _ effects: inout [Effect]) {
    guard !isFinished else { return }
    for index in work.indices {
      resend(index, now: now, &effects)
      list(index, now: now, &effects)
    }
    dispatch(now: now, &effects)
    for index in work.indices { write(index, now: now, &effects) }
    seek(now: now, &effects)
    if work.isEmpty, searchIsOver {
      isFinished = true
      effects.append(.finished)
    } else if let time = wakeAt(now) {
      effects.append(.wake(time))
    }
  }

  private var searchIsOver: Bool {
    switch search {
    case .over: true
    case .resting: isDraining
    case .looking: isDraining
    case .claiming: false
    }
  }

  /// When a worker that must isolate a lease may begin to.
  var isolationBegins: Timestamp {
    (began ?? Timestamp(milliseconds: 0)) + configuration.timing.isolationMilliseconds
  }

  private func wakeAt(_ now: Timestamp) -> Timestamp? {
    var times = work.compactMap(\.hold.wakeAt)
    for case .failed(let retryAt) in work.map(\.listing) { times.append(retryAt) }
    if now < isolationBegins, work.contains(where: \.isIsolated) { times.append(isolationBegins) }
    switch search {
    case .resting(let until) where wantsWork: times.append(until)
    case .claiming(_, _, let resendAt?): times.append(resendAt)
    default: break
    }
    return times.min()
  }

  mutating func update(_ term: LeaseTerm, _ change: (inout WorkLease) -> Void) {
    guard let index = work.firstIndex(where: { $0.term == term }) else { return }
    change(&work[index])
  }
}
