import Foundation
import Testing

extension EndToEnd {
  @Suite("The same command again")
  struct AgainTests {
    @Test("decodes nothing on a finished job, then exactly what was touched, added or lost")
    func whatNeedsDoing() async throws {
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(40, "in", in: workspace)
      let command = ["run", "in", "out", "200x200", "--json"]
      let first = try await workspace.magpie(command)
      #expect(first.code == 0, "\(first.error)")
      #expect(try first.events().summary?.done == 40)

      // With a decoder that cannot work, whatever is decoded fails.
      let second = try await workspace.magpie(command + ["--decoder", "/bin/false"])
      let summary = try second.events().summary
      #expect(second.code == 0, "\(second.error)")
      #expect(summary?.done == 0 && summary?.unchanged == 40 && summary?.failed == 0)
      #expect(summary?.ownBytesRead == 0)
      #expect(try second.events().images.isEmpty)

      let (touched, copied, lost) = (names[3], names[11], names[20])
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSince1970: 1_700_000_000)],
        ofItemAtPath: workspace.url("in/\(touched)").path)
      try FileManager.default.copyItem(at: workspace.url("in/\(copied)"), to: workspace.url("in/added.jpg"))
      try FileManager.default.removeItem(at: workspace.url("out/\(lost)"))
      let third = try await workspace.magpie(command)
      #expect(third.code == 0, "\(third.error)")
      #expect(try Set(third.events().imageNames) == [touched, FileName("added.jpg"), lost])
      #expect(try third.events().images.count == 3)
      #expect(try third.events().summary?.unchanged == 38)
      #expect(try await workspace.records("out").count == 41)
      #expect(try workspace.contents("out").count == 41)
    }
  }
}
