package import MagpieCore
import MagpieStores
internal import Synchronization

/// The async shell around `CoordinatorMachine`.
package final class CoordinatorService: Sendable {
  private let machine: Mutex<CoordinatorMachine>
  private let job: JobName
  private let leases: any LeaseStore
  private let source: any ObjectStore
  private let observer: NodeObserver
  private let trouble: StoreTrouble
  private let loop = EventLoop<CoordinatorMachine.Event>()

  init(
    _ configuration: CoordinatorMachine.Configuration, leases: any LeaseStore, source: any ObjectStore,
    trouble: StoreTrouble, observer: @escaping NodeObserver
  ) {
    machine = Mutex(CoordinatorMachine(configuration))
    job = configuration.job
    self.leases = leases
    self.source = source
    self.trouble = trouble
    self.observer = observer
  }

  /// Plans and waits until the job is sealed; returns it, or `nil` after `drain`.
  package func run() async -> Job? {
    loop.send(.woke)
    let result = Mutex<Job?>(nil)
    await loop.run { event, group in
      let effects = self.machine.withLock { $0.handle(event, now: NodeClock.now) }
      var goesOn = true
      for effect in effects {
        if case .finished(let job) = effect {
          result.withLock { $0 = job }
          goesOn = false
        } else {
          self.perform(effect, in: &group)
        }
      }
      return goesOn
    }
    return result.withLock { $0 }
  }

  /// A worker of this node ended a lease: perhaps it was the last.
  package func nudge() {
    loop.send(.nudged)
  }

  /// Stop planning and release the plan lease.
  package func drain() {
    loop.send(.drain)
  }

  private func perform(_ effect: CoordinatorMachine.Effect, in group: inout DiscardingTaskGroup) {
    switch effect {
    case .look: group.addTask { await self.look() }
    case .write(let write): group.addTask { await self.write(write) }
    case .list(let term, let range, let limit): group.addTask { await self.list(term, range, limit: limit) }
    case .change(let change): group.addTask { await self.change(change) }
    case .wake(let time): loop.wake(.woke, at: time, in: &group)
    case .finished: break
    }
  }

  private func look() async {
    do throws(MagpieError) {
      guard let job = try await leases.job(job) else {
        throw MagpieError(.storeCorrupt, "job \(job) vanished from the state store")
      }
      try await observeEarlierCuts()
      let sightings = try await sight(leases, job: job.name)
      trouble.succeeded()
      observe(sightings.map(\.lease), isPlanned: job.state != .planning)
      loop.send(.looked(job, sightings))
    } catch {
      stopIfFatal(error)
      loop.send(.lookFailed)
    }
  }

  /// What others cut, told once; the planner's own cuts are told as they are written.
  private let observed = Mutex<Set<LeaseID>>([])
  private let hasObserved = Mutex(false)

  /// Leases that were done before this node came are read once, for the totals.
  private func observeEarlierCuts() async throws(MagpieError) {
    if hasObserved.withLock({ $0 }) { return }
    let all = try await leases.leases(of: job)
    observe(all, isPlanned: all.contains { $0.kind == .plan && $0.state == .done })
    hasObserved.withLock { $0 = true }
  }

  private func observe(_ leases: [Lease], isPlanned: Bool) {
    for lease in leases where lease.kind == .work && observed.withLock({ $0.insert(lease.id).inserted }) {
      observer(.planned(images: lease.estimatedImages, bytes: lease.estimatedBytes))
    }
    if isPlanned { observer(.planComplete) }
  }

  private func write(_ write: LeaseWrite) async {
    do throws(MagpieError) {
      let outcome = try await leases.write(write)
      trouble.succeeded()
      if case .applied(let plan) = outcome, case .chop(_, _, let cuts) = write.action {
        for cut in cuts where observed.withLock({ $0.insert(cut.id).inserted }) {
          observer(.planned(images: cut.images, bytes: cut.bytes))
        }
        if plan.state == .done { observer(.planComplete) }
      }
      loop.send(.wrote(write, outcome))
    } catch {
      stopIfFatal(error)
      loop.send(.writeFailed(write))
    }
  }

  private func list(_ term: LeaseTerm, _ range: KeyRange, limit: Int) async {
    do throws(MagpieError) {
      let page = try await source.list(range, limit: limit)
      loop.send(.listed(term, page.objects, hasMore: page.hasMore))
    } catch {
      stopIfFatal(error)
      loop.send(.listFailed(term))
    }
  }

  private func change(_ change: JobChange) async {
    do throws(MagpieError) {
      let outcome = try await leases.change(job, change)
      trouble.succeeded()
      loop.send(.changed(outcome))
    } catch {
      stopIfFatal(error)
      loop.send(.changeFailed)
    }
  }

  private func stopIfFatal(_ error: MagpieError) {
    if trouble.failed(error, now: NodeClock.now) { loop.finish() }
  }
}
