import ArgumentParser
import MagpieCore

/// What is made of every image, on the command line.
struct RecipeOptions: ParsableArguments {
  @Option(help: ArgumentHelp("WxH, Wx, xH or N%; append ! to fill, ^ to cover. (default: 800x800)", valueName: "size"))
  var size: String?

  @Option(
    help: ArgumentHelp("How the image meets its box: inside, cover, fill, contain, outside.", valueName: "fit"),
    completion: .list(Fit.allCases.map(\.rawValue)))
  var fit: String?

  @Option(
    help: ArgumentHelp("jpeg, png or webp.", valueName: "format"),
    completion: .list(OutputFormat.allCases.map(\.rawValue)))
  var format: String?

  @Option(help: ArgumentHelp("Of JPEG and WebP, 1 to 100. (default: 80)", valueName: "number"))
  var quality: String?

  @Option(
    help: ArgumentHelp("What cover keeps: centre, north, northeast, …, attention, entropy.", valueName: "gravity"),
    completion: .list(Gravity.allCases.map(\.rawValue)))
  var gravity: String?

  @Flag(inversion: .prefixedNo, help: "Enlarge images that are smaller than the box.")
  var enlarge: Bool?

  @Option(help: ArgumentHelp("Under what is transparent and around contain, #RRGGBB.", valueName: "colour"))
  var background: String?

  @Option(
    help: ArgumentHelp("The outputs' names, for example {dir}{stem}-small.{ext}.", valueName: "template"))
  var outputKey: String?

  @Option(
    help: ArgumentHelp(
      "Begin with this instead of the configured recipe: standard, or seed (exactly 800x800 as Pillow makes it).",
      valueName: "name"),
    completion: .list(RecipePreset.allCases.map(\.rawValue)))
  var preset: String?

  @Option(
    help: ArgumentHelp("Begin with this TOML file, which has the keys of cluster.conf's [recipe].", valueName: "file"),
    completion: .file())
  var recipe: String?

  /// The settings these flags make.
  ///
  /// - Parameter positional: the size as an argument of its own.
  func settings(positional: String?) throws(MagpieError) -> [(flag: String, setting: String, value: String)] {
    if let size, let positional {
      throw MagpieError(.configInvalid, "the size is given twice, as “\(positional)” and as --size “\(size)”; give one")
    }
    if preset != nil, recipe != nil {
      throw MagpieError(.configInvalid, "--preset and --recipe both say what to begin with; give one")
    }
    let given: [(String, String, String?)] = [
      ("--preset", "recipe.preset", preset), (positional == nil ? "--size" : "size", "recipe.size", size ?? positional),
      ("--fit", "recipe.fit", fit), ("--format", "recipe.format", format), ("--quality", "recipe.quality", quality),
      ("--gravity", "recipe.gravity", gravity), ("--enlarge", "recipe.enlarge", enlarge.map { String($0) }),
      ("--background", "recipe.background", background), ("--output-key", "recipe.output_key", outputKey),
    ]
    return given.compactMap { flag, setting, value in value.map { (flag, setting, $0) } }
  }
}
