import Foundation
import MagpieCore

/// What came of a run, for people and for programs.
struct RunSummary {
  static let failuresMax = 20

  var job: Job
  /// Whether the job is finished, not only this run of it.
  var isFinished: Bool
  /// Of this pass, all processes together.
  var counts: LeaseCounts
  /// Of this process.
  var tally: RunTally
  var milliseconds: Int
  /// The first few.
  var failures: [ImageRecord]
  /// All failures of this pass by code, the most frequent first.
  var codes: [(code: ErrorCode, count: Int)]
  /// Where it is not in the destination.
  var stateFile: String
  /// What listings of the source left out: symbolic links and whatever else is no plain file.
  var skippedLinks: Int

  var text: String {
    var lines = [headline]
    lines.append(
      "  \(Figures.grouped(counts.done)) done, \(Figures.grouped(counts.unchanged)) unchanged, "
        + "\(Figures.grouped(counts.failed)) failed, \(Figures.grouped(counts.skipped)) skipped")
    lines.append(speed)
    if counts.skipped > 0 {
      lines.append(
        "  skipped: no images by name or content; list them with: \(reportCommand(status: "skipped"))")
    }
    if skippedLinks > 0 {
      lines.append(
        "  \(Figures.grouped(skippedLinks)) left out: symbolic links, which are not followed, or no plain files")
    }
    lines += failureLines
    if !isFinished { lines.append("magpie: to go on, run the same command again:\n  \(RunSummary.commandLine)") }
    return lines.map { $0 + "\n" }.joined()
  }

  private var headline: String {
    if !isFinished { return "magpie: job \(job.name) stopped; everything finished so far is recorded" }
    if job.state == .cancelled { return "magpie: job \(job.name) was cancelled" }
    if counts.ended == 0 {
      return "magpie: job \(job.name) finished: there is no file in \(Words.printable(job.source))"
    }
    return "magpie: job \(job.name) finished"
  }

  private var speed: String {
    let seconds = max(0.001, Double(milliseconds) / 1_000)
    let own = tally.ended
    let shared = counts.ended > own ? ", \(Figures.grouped(own)) of them by this run" : ""
    return "  \(Figures.milliseconds(milliseconds))\(shared), \(Figures.short(Double(own) / seconds)) images/s, "
      + "\(Figures.bytes(tally.bytesRead)) read, \(Figures.bytes(tally.bytesWritten)) written"
  }

  private var failureLines: [String] {
    guard counts.failed > 0 else { return [] }
    var lines = ["  failed:"]
    for record in failures {
      let code = record.error?.code.rawValue ?? "failed"
      lines.append(
        "    \(record.key): \(code): \(Words.printable(record.error?.message ?? "no reason recorded"))"
      )
    }
    let rest = counts.failed - failures.count
    if rest > 0 {
      lines.append("    and \(Figures.grouped(rest)) more; list all with: \(reportCommand(status: "failed"))")
    }
    lines += codes.map { "  \(Figures.grouped($0.count)) \($0.code.rawValue): \($0.code.advice)" }
    return lines
  }

  private func reportCommand(status: String) -> String {
    let place = stateFile.isEmpty ? Words.shellQuoted(job.destination) : "--state \(Words.shellQuoted(stateFile))"
    return Words.printable("magpie report \(place) --job \(job.name) --status \(status)")
  }

  var json: JSONValue {
    [
      "event": "summary", "job": .string(job.name.text), "state": .string(job.state.rawValue),
      "finished": .boolean(isFinished), "pass": .integer(job.pass), "done": .integer(counts.done),
      "unchanged": .integer(counts.unchanged), "failed": .integer(counts.failed), "skipped": .integer(counts.skipped),
      "bytesIn": .integer(counts.bytesIn), "bytesOut": .integer(counts.bytesOut),
      "ownEnded": .integer(tally.ended), "ownBytesRead": .integer(tally.bytesRead),
      "ownBytesWritten": .integer(tally.bytesWritten), "warnings": .integer(tally.warnings),
      "skippedLinks": .integer(skippedLinks),
      "millis": .integer(milliseconds),
      "failuresByCode": .array(
        codes.map { ["code": .string($0.code.rawValue), "count": .integer($0.count)] }),
      "failures": .array(
        failures.map { record in
          [
            "key": .string(record.key.utf8 ?? record.key.description), "code": .text(record.error?.code.rawValue),
            "message": .text(record.error?.message),
          ]
        }),
    ]
  }

  /// The command as it was given, to be given again.
  private static var commandLine: String {
    CommandLine.arguments.map { Words.printable(Words.shellQuoted($0)) }.joined(separator: " ")
  }
}
