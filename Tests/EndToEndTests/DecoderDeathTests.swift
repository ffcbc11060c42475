import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("Deaths of decoders")
  struct DecoderDeathTests {
    private static let kills = 6

    @Test("killed at random, they are replaced and their images tried again")
    func killedChildren() async throws {
      let seed = UInt64.random(in: 0...UInt64.max)
      print("deaths of decoders: seed \(seed)")
      var choice = SeededChoice(seed: seed)
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(120, "in", in: workspace)
      let run = try workspace.start(["run", "in", "out"] + SampleImages.slowRecipe + ["--json"])
      var killed = 0
      while killed < Self.kills {
        // So many images later, the last victim's image has had its second try.
        let due = 12 * killed + Int.random(in: 1...4, using: &choice)
        let isDue = try await run.wait { try RunEvent.lines(of: run.output).images.count >= due }
        guard isDue, let child = try ProcessTable.children(of: run.pid, named: .decoder).randomElement(using: &choice)
        else { break }
        kill(child, SIGKILL)
        killed += 1
      }
      #expect(killed == Self.kills, "seed \(seed): the run was over too soon")
      let outcome = try await run.outcome()
      #expect(outcome.code == 0, "seed \(seed): \(outcome.error)")
      let records = try await workspace.records("out")
      #expect(records.count == names.count)
      #expect(records.allSatisfy { $0.status == "done" && $0.attempts <= 2 }, "seed \(seed)")
      let retries = records.reduce(0) { $0 + $1.attempts - 1 }
      #expect(retries <= killed, "seed \(seed): images suffered that no dead decoder had")
      #expect(retries > 0, "seed \(seed): no kill met an image")
    }

    @Test("one that ends while it starts is seen at once")
    func deathAtStart() async throws {
      let workspace = try Workspace()
      _ = try await SampleImages.makeTiny(2, "in", in: workspace)
      let run = try await workspace.magpie("run", "in", "out", "50x50", "--decoder", "/bin/true")
      // No image's fault: the run stops and records no failure.
      #expect(run.code == 1, "\(run.error)")
      #expect(run.error.contains("decoder.unusable"), "\(run.error)")
      #expect(try await workspace.records("out").isEmpty)
      #expect(run.seconds < 30, "it took \(run.seconds) s")
    }

    @Test("an image that kills or stops its decoder is named, and nobody else suffers")
    func faultyImages() async throws {
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(20, "in", in: workspace)
      let faults = [
        "MAGPIE-ABORT": "crash.signal", "MAGPIE-EXIT": "crash.signal", "MAGPIE-HANG": "limit.time",
      ]
      var expected: [FileName: String] = [:]
      for (index, fault) in faults.sorted(by: { $0.key < $1.key }).enumerated() {
        let name = names[3 + 5 * index]
        let file = workspace.url("in/\(name)")
        try SampleImages.commented(try Data(contentsOf: file), fault.key).write(to: file)
        expected[name] = fault.value
      }
      let decoder = try BuiltProgram.path(.faultyDecoder)
      let command = ["run", "in", "out", "200x200", "--json", "--decoder", decoder, "--image-timeout", "2s"]
      let run = try await workspace.magpie(command)
      #expect(run.code == 3, "\(run.error)")
      let records = try await workspace.records("out")
      #expect(records.count == names.count)
      for record in records {
        let code = expected[record.name]
        #expect(record.status == (code == nil ? "done" : "failed"), "\(record)")
        #expect(record.error?.code == code, "\(record)")
        // A hang is certain to be the image's fault; a death may have been an accident and is tried again.
        #expect(record.attempts == (code == "crash.signal" ? 5 : 1), "\(record)")
        if code != nil { #expect(run.error.contains(record.key), "the summary names it") }
      }

      // With a decoder that can: the images themselves are good.
      let healed = try await workspace.magpie("run", "in", "out", "200x200", "--json")
      #expect(healed.code == 0, "\(healed.error)")
      #expect(try healed.events().images.count == expected.count)
    }
  }
}
