import ArgumentParser
import Foundation
import MagpieCore
import MagpieNode

/// `magpie try`: one image, before and after.
struct TryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "try",
    abstract: "Process one image and compare before and after.",
    discussion: """
      Example: magpie try photos/IMG_0001.jpg 800x800 --quality 70

      Writes ./try-IMG_0001.jpg and records nothing. Exit codes: 0 made; 1 could not run; 3 the image is bad.
      """)

  @Argument(help: "The image.", completion: .file())
  var image: String

  @Argument(help: "The size, as --size.")
  var size: String?

  @OptionGroup(title: "Recipe")
  var recipe: RecipeOptions

  @Option(help: ArgumentHelp("Where to write. (default: ./try-NAME.SUFFIX)", valueName: "file"), completion: .file())
  var output: String?

  @OptionGroup(title: "This machine")
  var node: NodeOptions

  @Flag(help: "One JSON object on standard output.")
  var json = false

  func run() async throws {
    let flags = try recipe.settings(positional: size) + node.settings
    let configuration = try ClusterConfiguration.load(
      file: node.config, environment: ProcessInfo.processInfo.environment, recipeFile: recipe.recipe, flags: flags)
    let trial = try ImageTrial(configuration: configuration, image: image, output: output)
    let result = try await trial.run()
    switch result {
    case .success(let made):
      OutputChannel.output.write(json ? made.json.text + "\n" : made.text)
    case .failure(let error):
      if json {
        let line: JSONValue = [
          "status": "failed", "image": .string(image), "code": .string(error.code.rawValue),
          "message": .string(error.message),
        ]
        OutputChannel.output.line(line.text)
      }
      Program.complain(error)
      throw ExitCode(RunSession.someFailed)
    }
  }
}
