import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("kill -9")
  struct KillTests {
    private static let kills = 20
    private static let images = 120

    @Test("twenty times at random moments: one record an image, outputs as of an undisturbed run, nothing left behind")
    func killedTwentyTimes() async throws {
      let seed = UInt64.random(in: 0...UInt64.max)
      print("kill -9: seed \(seed)")
      var choice = SeededChoice(seed: seed)
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(Self.images, "in", in: workspace)
      let undisturbed = try await workspace.magpie(["run", "in", "calm"] + SampleImages.slowRecipe)
      #expect(undisturbed.code == 0, "\(undisturbed.error)")

      let command = ["run", "in", "out"] + SampleImages.slowRecipe + ["--json"]
      // From before the first lease is taken to well into the work; together less than the whole job takes.
      let longest = undisturbed.seconds * 1.5 / Double(Self.kills)
      var events: [RunEvent] = []
      var hits = 0
      for _ in 0..<Self.kills {
        let run = try workspace.start(command)
        let moment = Double.random(in: 0.02...max(0.1, longest), using: &choice)
        try await Task.sleep(for: .seconds(moment))
        run.send(SIGKILL)
        let outcome = try await run.outcome()
        hits += outcome.signal == SIGKILL ? 1 : 0
        events += try outcome.events()
        try await expectNoDecoder(startedBy: run.pid)
      }
      #expect(hits == Self.kills, "seed \(seed): the job ended before the last kill")

      let last = try await workspace.magpie(command)
      events += try last.events()
      #expect(last.code == 0, "seed \(seed): \(last.error)")
      try await expectComplete(names, workspace, seed: seed)
      #expect(
        Set(events.imageNames).count == events.imageNames.count, "seed \(seed): an image was made after its record")
    }

    /// The kernel ends the children of a killed process, though not in the same instant.
    private func expectNoDecoder(startedBy parent: pid_t) async throws {
      let deadline = ContinuousClock.now + .seconds(10)
      while try !ProcessTable.decoders(startedBy: parent).isEmpty {
        guard ContinuousClock.now < deadline else {
          Issue.record("a decoder outlives its magpie")
          return
        }
        try await Task.sleep(for: .milliseconds(10))
      }
    }

    private func expectComplete(_ names: [FileName], _ workspace: Workspace, seed: UInt64) async throws {
      let records = try await workspace.records("out")
      #expect(records.count == names.count)
      #expect(Set(records.map(\.name)) == Set(names))
      #expect(records.allSatisfy { $0.status == "done" && $0.fence > 0 && (1...2).contains($0.attempts) })
      #expect(Set(records.map(\.worker)).count > 1, "seed \(seed): one process did it all")
      #expect(!records.contains { $0.worker.isEmpty })
      #expect(try workspace.contents("out") == workspace.contents("calm"), "seed \(seed): outputs differ")
      #expect(try workspace.temporaries("out").isEmpty)
    }
  }
}
