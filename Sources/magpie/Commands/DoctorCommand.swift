import ArgumentParser
import Foundation
import MagpieCore

/// `magpie doctor`: whether everything that a run needs is there.
struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check what a run needs: decoder, libvips, formats, memory, kernel, state.",
    discussion: """
      Example: magpie doctor thumbs

      Exit codes: 0 all there; 1 something needed is missing.
      """)

  @Argument(help: "A destination directory, whose state is checked too.", completion: .directory)
  var directory: String?

  @OptionGroup(title: "This machine")
  var node: NodeOptions

  @Flag(help: "Print all settings with their defaults, as a cluster.conf, and check nothing.")
  var settings = false

  @Flag(help: "One JSON object on standard output.")
  var json = false

  func run() async throws {
    if settings {
      OutputChannel.output.write(SettingsDocument.text)
      return
    }
    let configuration = try ClusterConfiguration.load(
      file: node.config, environment: ProcessInfo.processInfo.environment, flags: node.settings)
    let diagnosis = await Diagnosis.make(configuration, directory: directory)
    OutputChannel.output.write(json ? diagnosis.json.text + "\n" : diagnosis.text)
    if !diagnosis.isWell { throw ExitCode(Program.couldNotRun) }
  }
}
