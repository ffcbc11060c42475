import MagpieCore
import Testing

/// The machines against the lease table, in a world that breaks.
@Suite struct ProtocolTests {
  private func expectComplete(_ world: TestWorld, seed: UInt64) {
    #expect(world.violations.isEmpty, "seed \(seed): \(world.violations.first ?? "")")
    if world.sealed == nil {
      let left = world.table.leases(of: TestWorld.job).filter { $0.state != .done }
      Issue.record("seed \(seed): not sealed after \(world.now) ms; \(left.prefix(2))")
      return
    }
    let isComplete = Set(world.records.keys) == Set(world.objects.map(\.key))
    #expect(isComplete, "seed \(seed): \(world.records.count) records for \(world.objects.count) images")
    let counts = world.sealed?.sealedCounts ?? LeaseCounts()
    #expect(counts.listed == world.objects.count, "seed \(seed): \(counts)")
    #expect(counts.ended == world.objects.count, "seed \(seed): \(counts)")
    #expect(world.recordWrites.values.allSatisfy { $0 == 1 }, "seed \(seed): a record was written twice")
  }

  @Test func undisturbedNodesDoEveryImageOnce() {
    for seed in UInt64(0)..<20 {
      var world = TestWorld(seed: seed, images: 150, nodes: 3)
      world.run()
      expectComplete(world, seed: seed)
      #expect(world.processed.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    }
  }

  @Test func emptySourceIsSealed() {
    var world = TestWorld(seed: 1, images: 0, nodes: 2)
    world.run()
    expectComplete(world, seed: 1)
  }

  @Test func lostRequestsAndRepliesLoseAndDoubleNothing() {
    for seed in UInt64(0)..<60 {
      var world = TestWorld(
        seed: seed, images: 100, nodes: 3, faults: TestWorld.Faults(lostRequests: 60, lostReplies: 60))
      world.run()
      expectComplete(world, seed: seed)
    }
  }

  @Test func crashesAreTakenOverWhetherSeenOrWaitedFor() {
    for seed in UInt64(0)..<60 {
      var world = TestWorld(
        seed: seed, images: 100, nodes: 3, faults: TestWorld.Faults(crashes: 15), knowsTheDead: seed % 2 == 0)
      world.run()
      expectComplete(world, seed: seed)
    }
  }

  @Test func pausesLongerThanALeaseRecordNothingUnderALostEpoch() {
    for seed in UInt64(0)..<60 {
      var world = TestWorld(seed: seed, images: 100, nodes: 3, faults: TestWorld.Faults(pauses: 25))
      world.run()
      expectComplete(world, seed: seed)
    }
  }

  @Test func everythingAtOnce() {
    for seed in UInt64(0)..<60 {
      let faults = TestWorld.Faults(lostRequests: 30, lostReplies: 30, crashes: 8, pauses: 8)
      var world = TestWorld(seed: seed, images: 80, nodes: 4, faults: faults, knowsTheDead: seed % 3 == 0)
      world.run()
      expectComplete(world, seed: seed)
    }
  }

  @Test func theImageThatKillsNodesIsNamedAndTheRestIsDone() {
    for seed in UInt64(0)..<20 {
      let poison: ObjectKey = "k100017"
      var world = TestWorld(seed: seed, images: 60, nodes: 2, faults: TestWorld.Faults(poison: [poison]))
      world.run()
      expectComplete(world, seed: seed)
      #expect(world.records[poison]?.isPoison == true, "seed \(seed)")
      #expect(world.records.values.filter(\.isPoison).count == 1, "seed \(seed): an innocent image was quarantined")
      // Some with the whole lease, eight in isolation.
      #expect(world.crashes <= 20, "seed \(seed): \(world.crashes) crashes")
    }
  }

  @Test func aDrainedNodeReleasesAndOthersGoOnAtOnce() {
    for seed in UInt64(0)..<20 {
      var world = TestWorld(seed: seed, images: 120, nodes: 2)
      world.drain(node: 0, at: 700)
      world.run()
      expectComplete(world, seed: seed)
      #expect(world.processed.values.allSatisfy { $0 == 1 }, "seed \(seed)")
    }
  }

  @Test func theSameSeedIsTheSameHistory() {
    let faults = TestWorld.Faults(lostRequests: 30, lostReplies: 30, crashes: 8, pauses: 8)
    var first = TestWorld(seed: 7, images: 80, nodes: 4, faults: faults)
    var second = TestWorld(seed: 7, images: 80, nodes: 4, faults: faults)
    first.run()
    second.run()
    #expect(first.trace == second.trace)
  }
}
