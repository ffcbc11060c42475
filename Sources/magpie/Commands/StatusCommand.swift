import ArgumentParser
import MagpieCore
import MagpieLocal
import MagpieStores

/// `magpie status`: how jobs stand and who works on them.
struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how jobs stand: progress, who works on them, failures by code, what to do next.",
    discussion: "Example: magpie status thumbs")

  @OptionGroup var options: StateOptions

  @Flag(help: "One JSON object a job, one a line.")
  var json = false

  func run() async throws {
    let (state, name) = try options.open()
    let jobs = try await options.jobs(in: state, named: name)
    if jobs.isEmpty { OutputChannel.error.line("magpie: the state \(Words.printable(state.path)) holds no job yet") }
    for (index, job) in jobs.enumerated() {
      let status = JobStatus(
        job: job, leases: try await state.leases(of: job.name),
        failures: try await FailureScan(records: state).codes(of: job), stateFile: state.path)
      if index > 0, !json { OutputChannel.output.line("") }
      OutputChannel.output.write(json ? status.json.text + "\n" : status.text)
    }
  }
}
