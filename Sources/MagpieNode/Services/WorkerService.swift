import MagpieCore
import MagpieStores
internal import Synchronization

/// The async shell around `WorkerMachine`.
package final class WorkerService: Sendable {
  private let machine: Mutex<WorkerMachine>
  private let job: JobName
  private let leases: any LeaseStore
  private let examiner: Examiner
  private let pipeline: ImagePipeline
  private let observer: NodeObserver
  private let trouble: StoreTrouble
  private let loop = EventLoop<WorkerMachine.Event>()
  /// Sources whose output another source holds, as their page was examined.
  private let collisions = Mutex<[ObjectKey: MagpieError]>([:])

  init(
    _ configuration: WorkerMachine.Configuration, leases: any LeaseStore, examiner: Examiner,
    pipeline: ImagePipeline, trouble: StoreTrouble, observer: @escaping NodeObserver
  ) {
    machine = Mutex(WorkerMachine(configuration))
    job = configuration.job
    self.leases = leases
    self.examiner = examiner
    self.pipeline = pipeline
    self.trouble = trouble
    self.observer = observer
  }

  /// Works until the job is complete, or after `drain` until all leases are released.
  package func run() async {
    loop.send(.woke)
    await loop.run { event, group in
      let effects = self.machine.withLock { $0.handle(event, now: NodeClock.now) }
      var goesOn = true
      for effect in effects {
        if case .finished = effect { goesOn = false } else { self.perform(effect, in: &group) }
      }
      return goesOn
    }
  }

  /// Claim nothing more, finish what is in flight, release.
  package func drain() {
    loop.send(.drain)
  }

  private func perform(_ effect: WorkerMachine.Effect, in group: inout DiscardingTaskGroup) {
    switch effect {
    case .look: group.addTask { await self.look() }
    case .write(let write): group.addTask { await self.write(write) }
    case .list(let term, let range, let limit): group.addTask { await self.list(term, range, limit: limit) }
    case .process(let term, let object): group.addTask { await self.process(term, object) }
    case .quarantine(let term, let object): group.addTask { await self.quarantine(term, object) }
    case .drop(let term):
      observer(.warning("lease \(term.lease) was taken over by another worker; its images go on there"))
    case .wake(let time): loop.wake(.woke, at: time, in: &group)
    case .finished: break
    }
  }

  private func look() async {
    do throws(MagpieError) {
      guard let job = try await leases.job(job) else {
        throw MagpieError(.storeCorrupt, "job \(job) vanished from the state store")
      }
      let sightings = try await sight(leases, job: job.name)
      trouble.succeeded()
      loop.send(.looked(job, sightings))
    } catch {
      stopIfFatal(error)
      loop.send(.lookFailed)
    }
  }

  private func write(_ write: LeaseWrite) async {
    do throws(MagpieError) {
      let outcome = try await leases.write(write)
      trouble.succeeded()
      loop.send(.wrote(write, outcome))
    } catch {
      stopIfFatal(error)
      loop.send(.writeFailed(write))
    }
  }

  private func list(_ term: LeaseTerm, _ range: KeyRange, limit: Int) async {
    do throws(MagpieError) {
      let page = try await examiner.page(range, limit: limit)
      for case .ended(let tally, _) in page.objects.map(\.verdict) { observer(.found(tally)) }
      collisions.withLock { $0.merge(page.collisions) { _, new in new } }
      loop.send(.listed(term, page.objects, hasMore: page.hasMore))
    } catch {
      stopIfFatal(error)
      loop.send(.listFailed(term))
    }
  }

  private func process(_ term: LeaseTerm, _ object: ObjectSummary) async {
    let collision = collisions.withLock { $0[object.key] }
    let outcome = await pipeline.process(
      object, fence: term.epoch, refused: collision,
      decoded: { self.loop.send(.decoded(term, object.key)) }, mayRecord: mayRecord(term))
    conclude(outcome, term, object)
  }

  private func quarantine(_ term: LeaseTerm, _ object: ObjectSummary) async {
    let outcome = await pipeline.quarantine(object, fence: term.epoch, mayRecord: mayRecord(term))
    conclude(outcome, term, object)
  }

  private func conclude(_ outcome: ImageOutcome, _ term: LeaseTerm, _ object: ObjectSummary) {
    switch outcome {
    case .ended(let tally, let record):
      // Not before: an image that is abandoned comes again.
      collisions.withLock { $0[object.key] = nil }
      observer(.ended(tally, record))
      loop.send(.ended(term, object.key, tally))
    case .abandoned:
      loop.send(.abandoned(term, object.key))
    case .fatal(let error):
      trouble.report(fatal: error)
      loop.send(.abandoned(term, object.key))
      loop.send(.drain)
    }
  }

  private func mayRecord(_ term: LeaseTerm) -> @Sendable () -> Bool {
    { self.machine.withLock { $0.mayRecord(term, now: NodeClock.now) } }
  }

  private func stopIfFatal(_ error: MagpieError) {
    guard trouble.failed(error, now: NodeClock.now) else { return }
    // The state store itself is at fault, so nothing can be released there: leases are found abandoned later.
    loop.finish()
  }
}

/// The unfinished leases of a job with what this host can tell of their owners.
func sight(_ leases: any LeaseStore, job: JobName) async throws(MagpieError) -> [LeaseSighting] {
  try await leases.unfinishedLeases(of: job).map { lease in
    LeaseSighting(lease, ownerIsGone: lease.state == .held && lease.owner.map(ProcessIdentity.isGone) ?? false)
  }
}
