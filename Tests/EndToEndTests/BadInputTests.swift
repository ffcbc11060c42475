import Foundation
import Testing

extension EndToEnd {
  /// A command that cannot be carried out, and words its one sentence must hold.
  struct BadCall: Sendable, CustomTestStringConvertible {
    var arguments: [String]
    var words: [String]

    var testDescription: String { arguments.joined(separator: " ") }
  }

  @Suite("Bad input to the program")
  struct BadInputTests {
    static let calls = [
      BadCall(arguments: ["run", "nowhere", "out"], words: ["nowhere"]),
      BadCall(arguments: ["run", "in", "in/thumbs"], words: ["inside the source"]),
      BadCall(arguments: ["run", "in/sub", "in"], words: ["inside the destination"]),
      BadCall(arguments: ["run", "in", "in"], words: ["the same directory"]),
      BadCall(arguments: ["run", "in", "out", "--colour", "red"], words: ["--colour"]),
      BadCall(arguments: ["run", "in", "out", "--qualty", "80"], words: ["--qualty", "--quality"]),
      BadCall(
        arguments: ["run", "in", "out", "--config", "bad.conf"], words: ["bad.conf:3:", "decodrs", "decoders"]),
      BadCall(arguments: ["run", "in", "out", "800by800"], words: ["800by800"]),
      BadCall(arguments: ["run", "in", "out", "0x0"], words: ["0x0"]),
      BadCall(arguments: ["run", "s3://photos", "out"], words: ["s3", "directories"]),
      BadCall(arguments: ["run", "in", "s3://thumbs/x"], words: ["s3", "directories"]),
      BadCall(arguments: ["run", "in", "file"], words: ["file"]),
      BadCall(arguments: ["run", "file", "out"], words: ["file"]),
      BadCall(arguments: ["run", "in", "file/below"], words: ["file"]),
      BadCall(arguments: ["run", "in"], words: ["destination"]),
      BadCall(arguments: ["run", "in", "out", "--decoder", "nowhere"], words: ["nowhere", "decoder"]),
      BadCall(arguments: ["run", "in", "garbled"], words: ["state.sqlite", "damaged"]),
      BadCall(arguments: ["status", "garbled"], words: ["state.sqlite"]),
      BadCall(arguments: ["report", "nowhere"], words: ["nowhere"]),
      BadCall(arguments: ["try", "nowhere.jpg"], words: ["nowhere.jpg"]),
      BadCall(arguments: ["rnu", "in", "out"], words: ["rnu"]),
    ]

    @Test("is answered by a clear sentence and exit code 1", arguments: calls)
    func badCall(_ call: BadCall) async throws {
      let workspace = try Workspace()
      try prepare(workspace)
      expectRefusal(try await workspace.magpie(call.arguments), call.words)
      #expect(!FileManager.default.fileExists(atPath: workspace.path + "/in/thumbs"))
    }

    @Test(
      "a read-only destination is named", .enabled(if: SmallDisk.canMount, "mounting a tmpfs needs root"))
    func readOnly() async throws {
      let workspace = try Workspace()
      try prepare(workspace)
      let disk = try SmallDisk(workspace.url("disk").path, options: "size=1m")
      try disk.remount("ro")
      expectRefusal(try await workspace.magpie("run", "in", "disk/out"), ["sink.denied", "disk"])
    }

    private func prepare(_ workspace: Workspace) throws {
      for folder in ["in/sub", "garbled/.magpie"] {
        try FileManager.default.createDirectory(at: workspace.url(folder), withIntermediateDirectories: true)
      }
      let texts = [
        "in/a.jpg": "no image", "file": "text",
        "garbled/.magpie/state.sqlite": String(repeating: "garbage ", count: 999),
        "bad.conf": "[worker]\n# cores\ndecodrs = 2\n",
      ]
      for (name, text) in texts { try Data(text.utf8).write(to: workspace.url(name)) }
    }

    private func expectRefusal(_ outcome: RunningProgram.Outcome, _ words: [String]) {
      #expect(outcome.code == 1, "\(outcome.error)")
      #expect(outcome.output.isEmpty)
      for word in words { #expect(outcome.error.contains(word), "“\(word)” in: \(outcome.error)") }
      for trace in ["Fatal error", "Stack dump", "Current stack trace", "MagpieError("] {
        #expect(!outcome.error.contains(trace), "\(outcome.error)")
      }
      let lines = outcome.error.split(separator: "\n")
      #expect((1...5).contains(lines.count), "\(outcome.error)")
    }
  }
}
