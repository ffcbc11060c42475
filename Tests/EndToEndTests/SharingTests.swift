import Foundation
import Testing

extension EndToEnd {
  @Suite("Two processes")
  struct SharingTests {
    @Test("share one job: both work, none does what the other did")
    func twoAtOnce() async throws {
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(120, "in", in: workspace)
      let command = ["run", "in", "out"] + SampleImages.slowRecipe + ["--json", "--decoders", "1"]
      let runs = [try workspace.start(command), try workspace.start(command)]
      var images: [FileName] = []
      for run in runs {
        let outcome = try await run.outcome()
        #expect(outcome.code == 0, "\(outcome.error)")
        let summary = try outcome.events().summary
        #expect(summary?.done == names.count, "each sums up the whole job")
        #expect((summary?.ownEnded ?? 0) > 0)
        images += try outcome.events().imageNames
      }
      #expect(images.count == names.count, "an image was done by both")
      #expect(Set(images) == Set(names))
      let records = try await workspace.records("out")
      #expect(records.count == names.count)
      #expect(Set(records.map(\.worker)).count == 2)
      #expect(records.allSatisfy { $0.status == "done" })
      #expect(try workspace.temporaries("out").isEmpty)
    }
  }
}
