import ArgumentParser
import MagpieCore
import MagpieLocal
import MagpieStores

/// `magpie report`: the records of a job, for programs and spreadsheets.
struct ReportCommand: AsyncParsableCommand {
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case ndjson, csv
  }

  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Print the records of a job, one image a line, in the order of their names.",
    discussion: "Example: magpie report thumbs --status failed --format csv > failed.csv")

  @OptionGroup var options: StateOptions

  @Option(help: "ndjson: one JSON object a line; csv: with a heading.")
  var format = Format.ndjson

  @Option(
    help: "Only images of this status: done, failed or skipped.", completion: .list(["done", "failed", "skipped"]))
  var status: ImageRecord.Status?

  @Flag(help: "The same as --format ndjson.")
  var json = false

  /// Records a page: enough to make a query cheap, few enough to hold.
  private static let pageMax = 1_000

  func run() async throws {
    let (state, name) = try options.open()
    let jobs = try await options.jobs(in: state, named: name)
    guard let job = jobs.first else { throw MagpieError(.configInvalid, "the state \(state.path) holds no job yet") }
    guard jobs.count == 1 else {
      let names = jobs.map(\.name.text).joined(separator: ", ")
      throw MagpieError(.configInvalid, "the state \(state.path) holds several jobs; choose one with --job: \(names)")
    }
    let isCSV = format == .csv && !json
    if isCSV { OutputChannel.output.write(RecordRow.csvHeader) }
    var last: ObjectKey?
    while !OutputChannel.output.isClosed {
      let page = try await state.scan(job.name, status: status, after: last, limit: ReportCommand.pageMax)
      let rows = page.map { record in isCSV ? RecordRow(record: record).csv : RecordRow(record: record).json }
      OutputChannel.output.write(rows.joined())
      // One page at a time is in memory, however slow the reader is.
      OutputChannel.output.flush()
      guard page.count == ReportCommand.pageMax else { return }
      last = page.last?.key
    }
  }
}

extension ImageRecord.Status: ExpressibleByArgument {}
