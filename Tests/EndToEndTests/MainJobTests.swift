import Foundation
import Testing

extension EndToEnd {
  @Suite("The main job")
  struct MainJobTests {
    @Test("every good image has its output and record, every broken one its code, and the exit code says so")
    func variedTree() async throws {
      let workspace = try Workspace()
      let good = try await SampleImages.make("varied", "photos/good", in: workspace)
      let bad = try await SampleImages.make("broken", "photos/bad", in: workspace)
      // The default allows more pixels than the largest sample has.
      try Data("[limits]\npixels = 500000000\n".utf8).write(to: workspace.url("cluster.conf"))
      let run = try await workspace.magpie("run", "photos", "thumbs", "800x800")
      #expect(run.code == 3, "\(run.error)")
      #expect(run.output.isEmpty)
      for word in ["limit.pixels", "bomb"] {
        #expect(run.error.contains(word), "the summary names failures: \(run.error)")
      }

      let records = try await workspace.records("thumbs")
      let byName = Dictionary(grouping: records, by: \.name)
      let expected = good.map { ("good/", $0) } + bad.map { ("bad/", $0) }
      #expect(records.count == expected.count)
      for (folder, expectation) in expected {
        let name = FileName(folder + expectation.name.description)
        let found = byName[name] ?? []
        #expect(found.count == 1, "records of \(name)")
        guard let record = found.first else { continue }
        #expect(expectation.statuses.contains(record.status), "\(name): \(record)")
        if record.status == "failed" { #expect(expectation.codes.contains(record.error?.code ?? ""), "\(name)") }
      }
      try expectOutputs(of: records, workspace)

      for expectation in bad {
        try FileManager.default.removeItem(at: workspace.url("photos/bad/" + expectation.name.description))
      }
      let again = try await workspace.magpie("run", "photos", "thumbs", "800x800", "--json")
      #expect(again.code == 0, "without a broken file: \(again.error)")
      let summary = try again.events().summary
      #expect(summary?.unchanged == good.count)
      #expect(summary?.done == 0)
    }

    /// As many outputs as `done` records, as large as recorded, within the box.
    private func expectOutputs(of records: [ReportedRecord], _ workspace: Workspace) throws {
      let files = try workspace.contents("thumbs")
      let outputs = records.flatMap(\.outputs)
      #expect(files.count == outputs.count)
      for output in outputs {
        let data = try #require(files[FileName(output.key)], "\(output.key) is missing")
        let size = try #require(SampleImages.sizeOfJPEG(data), "\(output.key) is no JPEG")
        #expect(data.count == output.bytes)
        #expect(size.width == output.width && size.height == output.height, "\(output.key)")
        #expect((1...800).contains(size.width) && (1...800).contains(size.height), "\(output.key)")
      }
    }
  }
}
