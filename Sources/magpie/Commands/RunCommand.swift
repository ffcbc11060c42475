import ArgumentParser
import Foundation
import MagpieCore

/// `magpie run`: plan and process on this machine.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Process every image of a directory here.",
    discussion: """
      Example: magpie run photos thumbs 800x800

      Writes a smaller version of every image under photos to the same path under thumbs and records each in \
      thumbs/.magpie. Running the same command again resumes an unfinished job; on a finished one it does what is new, \
      changed or failed. Several processes may run the same command at once and share the work.

      Exit codes: 0 all done; 1 could not run; 3 finished, some images failed; 130, 143 or 129 stopped by Ctrl-C, \
      SIGTERM or SIGHUP after finishing what was in flight.
      """)

  @Argument(help: "The directory with the images.", completion: .directory)
  var source: String

  @Argument(help: "The directory for the results; created where missing.", completion: .directory)
  var destination: String

  @Argument(help: "The size, as --size.")
  var size: String?

  @OptionGroup(title: "Recipe")
  var recipe: RecipeOptions

  @Option(help: ArgumentHelp("The job's name; derived from source, destination and recipe.", valueName: "name"))
  var job: String?

  @Option(
    help: ArgumentHelp("The state file. (default: DESTINATION/.magpie/state.sqlite)", valueName: "file"),
    completion: .file())
  var state: String?

  @Option(help: ArgumentHelp("To finish what is in flight when stopped. (default: 90s)", valueName: "duration"))
  var grace: String?

  @OptionGroup(title: "This machine")
  var node: NodeOptions

  @Flag(help: "One JSON object a line on standard output, for programs.")
  var json = false

  func run() async throws {
    let setup = try prepare()
    throw ExitCode(try await RunSession(setup, isJSON: json).run())
  }

  private func prepare() throws(MagpieError) -> RunSetup {
    var flags = try recipe.settings(positional: size) + node.settings
    if let state {
      flags.append(state == "dynamodb" ? ("--state", "state.store", state) : ("--state", "state.file", state))
    }
    if let grace { flags.append(("--grace", "worker.grace", grace)) }
    let configuration = try ClusterConfiguration.load(
      file: node.config, environment: ProcessInfo.processInfo.environment, recipeFile: recipe.recipe, flags: flags)
    return try RunSetup(configuration: configuration, source: source, destination: destination, job: job)
  }
}
