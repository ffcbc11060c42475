import ArgumentParser

/// `magpie`: the root of all subcommands.
struct MagpieCommand: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "magpie",
    abstract: "Reprocess millions of images, each recorded exactly once.",
    discussion: """
      Example: magpie run photos thumbs 800x800

      Settings come from flags, MAGPIE_SECTION_KEY variables, cluster.conf and defaults, in this order; \
      magpie doctor --settings lists them. Shell completions: magpie --generate-completion-script bash (or zsh, fish).
      """,
    version: version,
    subcommands: [RunCommand.self, StatusCommand.self, ReportCommand.self, TryCommand.self, DoctorCommand.self])
}
