import Foundation
import Testing

extension EndToEnd {
  @Suite("What programs and people read")
  struct ReadingTests {
    @Test("--json: every line is an object, the last a summary whose counts add up")
    func jsonLines() async throws {
      let workspace = try Workspace()
      let good = try await SampleImages.makeTiny(20, "in", in: workspace)
      for (name, text) in [("in/readme.txt", "text"), ("in/broken.jpg", "no image"), ("in/empty.png", "")] {
        try Data(text.utf8).write(to: workspace.url(name))
      }
      let run = try await workspace.magpie("run", "in", "out", "100x100", "--json")
      #expect(run.code == 3, "\(run.error)")
      #expect(run.output.last == "\n")
      let events = try run.events()
      #expect(events.first?.event == "started")
      let summary = try #require(events.summary)
      #expect(summary.done == good.count && summary.failed == 2 && summary.skipped == 1 && summary.unchanged == 0)
      #expect(summary.ownEnded == good.count + 3)
      for status in ["done", "failed", "skipped"] {
        let count = events.images.count { $0.status == status }
        #expect(count == ["done": summary.done, "failed": summary.failed, "skipped": summary.skipped][status])
      }
    }

    @Test("report --format csv is RFC 4180, whatever a name holds")
    func csv() async throws {
      let workspace = try Workspace()
      let tiny = try await SampleImages.makeTiny(3, "in", in: workspace)
      let odd = ["comma, quote \" here.jpg", "line\nbreak.jpg", " spaces .jpg", "日本 🗻 \\ #?%+&.jpg"]
      for name in odd {
        try FileManager.default.copyItem(at: workspace.url("in/\(tiny[0])"), to: workspace.url("in/" + name))
      }
      #expect(try await workspace.magpie("run", "in", "out", "100x100").code == 0)
      let report = try await workspace.magpie("report", "out", "--format", "csv")
      #expect(report.code == 0)
      let rows = try CSVText.rows(report.output)
      let heading = try #require(rows.first)
      #expect(heading.first == "ImageKey" && heading.contains("Status"))
      #expect(rows.allSatisfy { $0.count == heading.count })
      #expect(Set(rows.dropFirst().map { FileName($0[0]) }) == Set(tiny + odd.map { FileName($0) }))
      let records = try await workspace.records("out")
      #expect(Set(records.map(\.name)) == Set(tiny + odd.map { FileName($0) }))
      #expect(try Set(records.flatMap(\.outputs).map { FileName($0.key) }) == Set(workspace.contents("out").keys))
    }

    @Test("status, report, try, doctor, the version and the completions answer with exit code 0")
    func answers() async throws {
      let workspace = try Workspace()
      let names = try await SampleImages.makeTiny(3, "in", in: workspace)
      #expect(try await workspace.magpie("run", "in", "out", "100x100").code == 0)
      let calls: [([String], String)] = [
        (["status", "out"], "3 done"), (["status", "out", "--json"], "\"done\":3"),
        (["report", "out", "--json"], "\"Status\":\"done\""), (["try", "in/\(names[0])", "50x50"], "after"),
        (["doctor"], "libvips"), (["doctor", "out", "--json"], "\"ok\":true"), (["doctor", "--settings"], "[worker]"),
        (["--version"], "."), (["--help"], "run"), (["run", "--help"], "Exit codes"),
        (["--generate-completion-script", "bash"], "complete"), (["--generate-completion-script", "zsh"], "#compdef"),
        (["--generate-completion-script", "fish"], "complete"),
      ]
      for (arguments, words) in calls {
        let answer = try await workspace.magpie(arguments)
        #expect(answer.code == 0, "\(arguments): \(answer.error)")
        #expect(answer.output.contains(words), "\(arguments): \(answer.output)")
        #expect(answer.error.isEmpty, "\(arguments): \(answer.error)")
      }
    }
  }
}

/// RFC 4180, read strictly.
enum CSVText {
  static func rows(_ text: String) throws -> [[String]] {
    var rows: [[String]] = []
    var row: [String] = []
    var field = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let next = rest.popFirst() {
      switch next {
      case "\"" where field.isEmpty:
        while let inner = rest.popFirst() {
          if inner == "\"" {
            guard rest.first == "\"" else { break }
            rest.removeFirst()
          }
          field.append(inner)
        }
      case ",":
        row.append(String(field))
        field = String.UnicodeScalarView()
      case "\r" where rest.first == "\n":
        rest.removeFirst()
        rows.append(row + [String(field)])
        row = []
        field = String.UnicodeScalarView()
      case "\"", "\r", "\n": throw Failure("a bare quote or line break in row \(rows.count + 1)")
      default: field.append(next)
      }
    }
    guard row.isEmpty, field.isEmpty else { throw Failure("the last row has no end") }
    return rows
  }
}
