package import MagpieCore
package import MagpieStores
internal import Synchronization

/// Coordinator and worker in one process, as `magpie run` needs them.
package final class Node: Sendable {
  package struct Configuration: Sendable {
    package var decoderPath: String
    package var decoders: Int
    /// For decoding and inputs above what ordinary images need, in bytes.
    package var memoryBytes: Int
    package var timing: LeaseTiming
    package var cuts: CutPolicy
    package var imageTimeoutMilliseconds: Int
    package var imageBytesMax: Int
    package var graceMilliseconds: Int

    package init(
      decoderPath: String, decoders: Int, memoryBytes: Int, timing: LeaseTiming, cuts: CutPolicy,
      imageTimeoutMilliseconds: Int, imageBytesMax: Int, graceMilliseconds: Int
    ) {
      self.decoderPath = decoderPath
      self.decoders = decoders
      self.memoryBytes = memoryBytes
      self.timing = timing
      self.cuts = cuts
      self.imageTimeoutMilliseconds = imageTimeoutMilliseconds
      self.imageBytesMax = imageBytesMax
      self.graceMilliseconds = graceMilliseconds
    }
  }

  package enum Ending: Sendable {
    /// The job is sealed or was cancelled.
    case finished(Job)
    /// Drained: everything ended is recorded and all leases are released.
    case drained
    case failed(MagpieError)
  }

  private let pool: DecoderPool
  private let writer: RecordWriter
  private let coordinator: CoordinatorService
  private let worker: WorkerService
  private let trouble: StoreTrouble
  private let graceMilliseconds: Int
  private let isStopping = Mutex(false)

  /// Images on their way to a slot beside those that have one.
  private static let waitingMax = 2
  /// How long the state store may be unreachable.
  private static let storePatienceMilliseconds = 60_000

  /// - Throws: where the decoders' shared memory cannot be had.
  package init(
    _ configuration: Configuration, job: Job, recipe: CanonicalRecipe, source: any ObjectStore,
    destination: any ObjectStore, leases: any LeaseStore, records: any RecordStore, owner: OwnerID,
    observer: @escaping NodeObserver
  ) throws(MagpieError) {
    var decoders = DecoderPool.Configuration(
      path: configuration.decoderPath, decoders: configuration.decoders, recipe: recipe.json,
      budgetBytes: configuration.memoryBytes * 3 / 4)
    decoders.timeoutMilliseconds = configuration.imageTimeoutMilliseconds
    pool = try DecoderPool(decoders)
    writer = RecordWriter(records: records, destination: destination)
    trouble = StoreTrouble(patienceMilliseconds: Node.storePatienceMilliseconds)
    graceMilliseconds = configuration.graceMilliseconds
    let pipeline = ImagePipeline(
      settings: ImagePipeline.Settings(
        job: job.name, sourceName: job.source, destinationName: job.destination, recipe: recipe, worker: owner,
        bytesMax: configuration.imageBytesMax),
      source: source, destination: destination, decoders: pool,
      inputBudget: MemoryBudget(totalBytes: configuration.memoryBytes / 4), records: writer)
    let examiner = Examiner(
      job: job, recipe: recipe, source: source, destination: destination, records: records)
    let seed = UInt64.random(in: 0...UInt64.max)
    worker = WorkerService(
      WorkerMachine.Configuration(
        job: job.name, pass: job.pass, owner: owner, timing: configuration.timing,
        inFlightMax: pool.slotCount + Node.waitingMax,
        seed: seed),
      leases: leases, examiner: examiner, pipeline: pipeline, trouble: trouble, observer: observer)
    coordinator = CoordinatorService(
      CoordinatorMachine.Configuration(
        job: job.name, pass: job.pass, owner: owner, timing: configuration.timing, cuts: configuration.cuts,
        seed: seed),
      leases: leases, source: source, trouble: trouble, observer: observer)
  }

  /// Plans and works until the job is sealed, `drain` has taken effect, or going on is pointless.
  package func run() async -> Ending {
    let job = await withTaskGroup(of: Job?.self) { group in
      group.addTask {
        await self.writer.run()
        return nil
      }
      async let planned = plan()
      await worker.run()
      // The worker returns when it sees nothing left; then the coordinator can seal, or must stop too.
      if isStopping.withLock({ $0 }) || trouble.fatal != nil { coordinator.drain() } else { coordinator.nudge() }
      let job = await planned
      writer.finish()
      await group.waitForAll()
      return job
    }
    pool.stop()
    if let error = trouble.fatal { return .failed(error) }
    return job.map { .finished($0) } ?? .drained
  }

  /// A coordinator that ends without a sealed job stops for good, and then the worker must not wait for more leases.
  private func plan() async -> Job? {
    let job = await coordinator.run()
    if job == nil { worker.drain() }
    return job
  }

  /// Claim nothing more, finish what is in flight within the grace, record, release.
  package func drain() async {
    isStopping.withLock { $0 = true }
    worker.drain()
    coordinator.drain()
    pool.close()
    do {
      try await Task.sleep(for: .milliseconds(graceMilliseconds), clock: .continuous)
      // What is still being decoded goes back: its lease is released without it.
      pool.stop()
    } catch {
      return  // The run ended within the grace.
    }
  }

  package var libvipsVersion: String { pool.libvipsVersion }
}
