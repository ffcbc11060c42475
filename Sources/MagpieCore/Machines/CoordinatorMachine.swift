/// The coordinator's protocol: it holds the plan lease, lists the source and chops it into work leases, and seals the
/// job when all are done. Events in, effects out, as `WorkerMachine`. Two coordinators at once are safe: only one can
/// hold the plan lease, and sealing is conditional.
package struct CoordinatorMachine: Hashable, Sendable {
  package struct Configuration: Hashable, Sendable {
    package var job: JobName
    /// The pass of the job that this coordinator plans.
    package var pass: Int
    package var owner: OwnerID
    package var timing: LeaseTiming
    package var cuts: CutPolicy
    package var pageMax: Int
    package var seed: UInt64

    package init(
      job: JobName, pass: Int, owner: OwnerID, timing: LeaseTiming, cuts: CutPolicy, pageMax: Int = 1_000, seed: UInt64
    ) {
      self.job = job
      self.pass = pass
      self.owner = owner
      self.timing = timing
      self.cuts = cuts
      self.pageMax = pageMax
      self.seed = seed
    }
  }

  package enum Event: Hashable, Sendable {
    case woke
    /// Somebody finished something: look now rather than at the next interval.
    case nudged
    case looked(Job, [LeaseSighting])
    case lookFailed
    case wrote(LeaseWrite, LeaseWriteOutcome)
    case writeFailed(LeaseWrite)
    case listed(LeaseTerm, [ObjectSummary], hasMore: Bool)
    case listFailed(LeaseTerm)
    case changed(JobChangeOutcome)
    case changeFailed
    case drain
  }

  package enum Effect: Hashable, Sendable {
    case look
    case write(LeaseWrite)
    case list(LeaseTerm, KeyRange, limit: Int)
    case change(JobChange)
    case wake(Timestamp)
    /// The job is sealed or cancelled, as given; `nil` after a drain.
    case finished(Job?)
  }

  enum Step: Hashable, Sendable {
    /// Looks again at the time. Exits: looking.
    case resting(until: Timestamp)
    /// Exits: resting, claiming, changing, over.
    case looking
    /// Waits for the plan lease. Exits: planning, resting.
    case claiming(LeaseWrite, sentAt: Timestamp, resendAt: Timestamp?)
    /// Holds the plan lease. Exits: resting.
    case planning(PlanLease)
    /// Waits for the answer to a change of the job. Exits: over, resting.
    case changing
    /// No exit.
    case over
  }

  let configuration: Configuration
  var step: Step
  var isDraining = false
  var jitter: Jitter
  var operations: OperationCounter
  var watch: LeaseWatch
  /// As of the last look: what a planner that wins the lease continues from.
  var cutLeases: [Lease] = []

  package init(_ configuration: Configuration) {
    self.configuration = configuration
    step = .resting(until: Timestamp(milliseconds: .min / 2))
    jitter = Jitter(seed: configuration.seed ^ 0x00C0_FFEE)
    operations = OperationCounter(owner: configuration.owner, role: "c")
    watch = LeaseWatch(marginMilliseconds: configuration.timing.marginMilliseconds)
  }

  package mutating func handle(_ event: Event, now: Timestamp) -> [Effect] {
    var effects: [Effect] = []
    switch event {
    case .woke: break
    case .nudged: if case .resting = step { step = .resting(until: now) }
    case .looked(let job, let sightings): looked(job, sightings, now: now, &effects)
    case .lookFailed, .changeFailed: rest(now: now)
    case .wrote(let write, let outcome): wrote(write, outcome, now: now, &effects)
    case .writeFailed(let write): writeFailed(write, now: now)
    case .listed(let term, let objects, let hasMore):
      let policy = configuration.cuts
      updatePlan(term) { $0.append(objects, hasMore: hasMore, policy: policy) }
    case .listFailed(let term):
      let retryAt = now + jitter.around(configuration.timing.lookMilliseconds)
      updatePlan(term) { $0.listing = .failed(retryAt: retryAt) }
    case .changed(let outcome): changed(outcome, now: now, &effects)
    case .drain: isDraining = true
    }
    advance(now: now, &effects)
    return effects
  }

  private mutating func advance(now: Timestamp, _ effects: inout [Effect]) {
    if isDraining {
      switch step {
      case .resting, .looking, .changing:
        step = .over
        effects.append(.finished(nil))
      default: break
      }
    }
    switch step {
    case .resting(let until) where now >= until:
      step = .looking
      effects.append(.look)
    case .claiming(let write, let sentAt, let resendAt?) where now >= resendAt:
      step = .claiming(write, sentAt: sentAt, resendAt: nil)
      effects.append(.write(write))
    case .planning(var plan):
      advance(&plan, now: now, &effects)
      writePlan(&plan, now: now, &effects)
      step = .planning(plan)
    default: break
    }
    if let time = wakeAt { effects.append(.wake(time)) }
  }

  private var wakeAt: Timestamp? {
    switch step {
    case .resting(let until): until
    case .claiming(_, _, let resendAt): resendAt
    case .planning(let plan): plan.wakeAt
    case .looking, .changing, .over: nil
    }
  }
}
