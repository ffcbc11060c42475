import ArgumentParser

/// What this machine gives to the work, on the command line.
struct NodeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Settings; ./cluster.conf where there is one.", valueName: "file"), completion: .file())
  var config: String?

  @Option(help: ArgumentHelp("Images decoded at once; 0 is one a core. (default: 0)", valueName: "number"))
  var decoders: String?

  @Option(help: ArgumentHelp("For decoding, all decoders together, such as 2GiB. (default: auto)", valueName: "amount"))
  var memory: String?

  @Option(help: ArgumentHelp("Longest time for one image. (default: 120s)", valueName: "duration"))
  var imageTimeout: String?

  @Option(help: ArgumentHelp("The magpie-decoder program; beside magpie if not given.", valueName: "file"))
  var decoder: String?

  var settings: [(flag: String, setting: String, value: String)] {
    let given: [(String, String, String?)] = [
      ("--decoders", "worker.decoders", decoders), ("--memory", "worker.memory", memory),
      ("--image-timeout", "worker.image_timeout", imageTimeout), ("--decoder", "worker.decoder", decoder),
    ]
    return given.compactMap { flag, setting, value in value.map { (flag, setting, $0) } }
  }
}
