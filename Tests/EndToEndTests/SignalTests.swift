import Foundation
import Glibc
import Testing

extension EndToEnd {
  @Suite("Signals")
  struct SignalTests {
    private struct Status: Decodable {
      struct Leases: Decodable { var held: Int }
      var state: String
      var leases: Leases
      var next: String
    }

    @Test(
      "stop a run within its grace, with its leases released; the same command goes on",
      arguments: [(SIGTERM, Int32(143)), (SIGINT, Int32(130)), (SIGHUP, Int32(129))])
    func stopAndGoOn(signal: Int32, code: Int32) async throws {
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(60, "in", in: workspace)
      let command = ["run", "in", "out"] + SampleImages.slowRecipe + ["--json", "--grace", "20s"]
      let run = try workspace.start(command)
      let hasBegun = try await run.wait { try RunEvent.lines(of: run.output).images.count >= 5 }
      #expect(hasBegun)
      let asked = ContinuousClock.now
      run.send(signal)
      let stopped = try await run.outcome()
      #expect(asked.duration(to: .now) < .seconds(20))
      #expect(stopped.code == code, "\(stopped.error)")
      #expect(stopped.error.contains("run the same command again"))
      #expect(try stopped.events().summary?.finished == false)
      #expect(try workspace.temporaries("out").isEmpty)

      let answer = try await workspace.magpie("status", "out", "--json")
      let status = try JSONDecoder().decode(Status.self, from: Data(answer.output.utf8))
      #expect(status.leases.held == 0)
      #expect(status.state == "running" || status.state == "planning")
      #expect(status.next.contains("run the same command again"))

      let resumed = try await workspace.magpie(command)
      #expect(resumed.code == 0, "\(resumed.error)")
      let images = try stopped.events().imageNames + resumed.events().imageNames
      #expect(images.count == names.count, "nothing twice, nothing left out")
      #expect(Set(images) == Set(names))
      #expect(try await workspace.records("out").count == names.count)
    }
  }
}
