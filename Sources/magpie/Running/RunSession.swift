import Foundation
import MagpieCore
import MagpieLocal
import MagpieNode

/// One run from the opened job to the summary.
struct RunSession {
  private let setup: RunSetup
  private let owner = ProcessIdentity.makeOwner()
  private let display: ProgressDisplay
  private let isJSON: Bool
  private let signals = SignalWatch()

  static let someFailed: Int32 = 3
  /// How often the leases are asked what other processes did.
  private static let lookSeconds = 2

  init(_ setup: RunSetup, isJSON: Bool) {
    self.setup = setup
    self.isJSON = isJSON
    display = ProgressDisplay(isJSON: isJSON)
  }

  /// Returns the exit code.
  func run() async throws(MagpieError) -> Int32 {
    _ = await setup.destination.removeAbandonedTemporaries()
    let (job, manner) = try await JobOpening(leases: setup.state, owner: owner).open(setup.wanted)
    let configuration = setup.node
    let node = try Node(
      configuration, job: job, recipe: setup.recipe, source: setup.source, destination: setup.destination,
      leases: setup.state, records: setup.state, owner: owner, observer: display.observe)
    if manner == .resumed { try await noteWorkBefore(job) }
    display.say(
      RunSession.greeting(job, manner), event: EventLine.started(job, manner: manner, decoders: configuration.decoders))
    let ending = await attended(node, job: job)
    display.finish()
    _ = await setup.destination.removeAbandonedTemporaries()
    let code = try await conclude(ending, job: job)
    setup.state.close()
    return code
  }

  /// Runs the node while signals are heeded and the leases are watched.
  private func attended(_ node: Node, job: Job) async -> Node.Ending {
    let (requests, request) = AsyncStream<Void>.makeStream()
    signals.start { [display, setup] name in
      // First: saying it may wait for a reader that has stopped reading.
      request.yield()
      let grace = Figures.milliseconds(setup.configuration.worker.graceMilliseconds)
      display.say(
        "magpie: \(name): finishing what is in flight, up to \(grace); a second one stops at once",
        event: ["event": "stopping", "signal": .string(name)])
    }
    return await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await _ in requests {
          await node.drain()
          return
        }
      }
      group.addTask { await watchLeases(of: job) }
      group.addTask { await display.run() }
      let ending = await node.run()
      // Ends the drain's wait too: nothing is in flight any more.
      group.cancelAll()
      return ending
    }
  }

  private func watchLeases(of job: Job) async {
    while true {
      do {
        try await Task.sleep(for: .seconds(RunSession.lookSeconds))
        let counts = try await storedCounts(job)
        display.update { $0.stored = counts }
      } catch is CancellationError {
        return
      } catch {
        // The node meets the same trouble and says so.
      }
    }
  }

  private func noteWorkBefore(_ job: Job) async throws(MagpieError) {
    let counts = try await storedCounts(job)
    display.update { $0.before = counts }
  }

  private func storedCounts(_ job: Job) async throws(MagpieError) -> LeaseCounts {
    try await setup.state.leases(of: job.name).reduce(into: LeaseCounts()) { $0 += $1.counts }
  }

  private func conclude(_ ending: Node.Ending, job: Job) async throws(MagpieError) -> Int32 {
    switch ending {
    case .failed(let error):
      if isJSON {
        OutputChannel.output.line(
          JSONValue.object([]).adding([
            "event": "error", "code": .string(error.code.rawValue), "message": .string(error.message),
          ]).text)
      }
      throw error
    case .finished(let sealed):
      let summary = try await summary(of: sealed, isFinished: true)
      report(summary)
      return summary.counts.failed > 0 ? RunSession.someFailed : 0
    case .drained:
      let current = try await setup.state.job(job.name) ?? job
      let summary = try await summary(of: current, isFinished: false)
      report(summary)
      return signals.received.map(SignalWatch.exitCode) ?? Program.couldNotRun
    }
  }

  private func report(_ summary: RunSummary) {
    OutputChannel.error.write(summary.text)
    if isJSON { OutputChannel.output.line(summary.json.text) }
  }

  private func summary(of job: Job, isFinished: Bool) async throws(MagpieError) -> RunSummary {
    let counts: LeaseCounts
    if let sealed = job.sealedCounts { counts = sealed } else { counts = try await storedCounts(job) }
    let scan = FailureScan(records: setup.state)
    let failures = counts.failed > 0 ? try await scan.first(RunSummary.failuresMax, of: job) : []
    let codes = counts.failed > 0 ? try await scan.codes(of: job) : []
    return RunSummary(
      job: job, isFinished: isFinished, counts: counts, tally: display.tally,
      milliseconds: display.elapsedMilliseconds, failures: failures, codes: codes,
      stateFile: setup.configuration.state.file,
      skippedLinks: setup.source.skippedLinks)
  }

  private static func greeting(_ job: Job, _ manner: JobOpening.Manner) -> String {
    switch manner {
    case .created: "magpie: job \(job.name): \(job.source) -> \(job.destination)"
    case .resumed: "magpie: job \(job.name): going on with pass \(job.pass)"
    case .reopened: "magpie: job \(job.name): pass \(job.pass), doing what is new, changed or failed"
    }
  }
}
