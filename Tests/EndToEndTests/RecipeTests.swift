import Foundation
import Testing

extension EndToEnd {
  @Suite("Recipes")
  struct RecipeTests {
    @Test("--preset seed makes exactly 800x800 under processed-{key}")
    func seedPreset() async throws {
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(4, "in", in: workspace)
      let run = try await workspace.magpie("run", "in", "out", "--preset", "seed")
      #expect(run.code == 0, "\(run.error)")
      let files = try workspace.contents("out")
      #expect(Set(files.keys) == Set(names.map { FileName("processed-\($0)") }))
      for (name, data) in files {
        let size = try #require(SampleImages.sizeOfJPEG(data), "\(name) is no JPEG")
        #expect(size.width == 800 && size.height == 800, "\(name)")
      }
    }

    @Test("two sources that meet on one output: one is made, the other refused by name, nothing overwritten")
    func collision() async throws {
      let workspace = try Workspace()
      let tiny = try await SampleImages.makeTiny(2, "tiny", in: workspace)
      try FileManager.default.createDirectory(at: workspace.url("in"), withIntermediateDirectories: true)
      for (from, to) in zip(tiny, ["a.png", "a.png.jpg"]) {
        try FileManager.default.copyItem(at: workspace.url("tiny/\(from)"), to: workspace.url("in/" + to))
      }
      for pass in 1...2 {
        let run = try await workspace.magpie("run", "in", "out", "100x100", "--format", "jpeg")
        #expect(run.code == 3, "pass \(pass): \(run.error)")
        let records = try await workspace.records("out")
        #expect(records.count == 2)
        let made = try #require(records.first { $0.status == "done" })
        let refused = try #require(records.first { $0.status == "failed" })
        #expect(refused.error?.code == "recipe.collision")
        let message = refused.error?.message ?? ""
        #expect(message.contains("a.png.jpg") && message.contains(made.key), "\(message)")
        #expect(run.error.contains(refused.key))
        let files = try workspace.contents("out")
        #expect(files.keys.map(\.description) == ["a.png.jpg"])
        #expect(files.values.first?.count == made.outputs.first?.bytes)
      }
    }
  }
}
