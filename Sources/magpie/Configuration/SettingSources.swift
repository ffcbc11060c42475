import Foundation
import MagpieCore

extension ClusterConfiguration {
  /// Flag > environment > file > default. `recipeFile` replaces the recipe below the flags.
  ///
  /// - Parameters:
  ///   - file: where settings are; `nil` takes `./cluster.conf` where there is one.
  ///   - flags: what was given on the command line, as (flag, setting, value).
  static func load(
    file: String?, environment: [String: String], recipeFile: String? = nil,
    flags: [(flag: String, setting: String, value: String)] = []
  ) throws(MagpieError) -> ClusterConfiguration {
    var configuration = ClusterConfiguration()
    if let path = file ?? (FileManager.default.fileExists(atPath: "cluster.conf") ? "cluster.conf" : nil) {
      try SettingsFile(path: path).apply(to: &configuration)
    }
    try configuration.apply(environment: environment)
    if let recipeFile {
      configuration.recipe = Recipe()
      try SettingsFile(path: recipeFile, section: "recipe").apply(to: &configuration)
    }
    for (flag, name, value) in flags {
      guard let setting = Setting.named(name) else { preconditionFailure("no setting \(name)") }
      do throws(MagpieError) {
        try setting.apply(.text(value), &configuration)
      } catch {
        throw MagpieError(error.code, "\(flag): \(error.message)")
      }
    }
    try configuration.settle()
    try configuration.validate()
    return configuration
  }

  /// `MAGPIE_SECTION_KEY` variables; one of a known section with an unknown key is an error.
  mutating func apply(environment: [String: String]) throws(MagpieError) {
    let known = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.variable, $0) })
    let prefixes = Setting.sections.map { "MAGPIE_\($0.name.uppercased())_" }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      if let setting = known[name] {
        do throws(MagpieError) {
          try setting.apply(.text(value), &self)
        } catch {
          throw MagpieError(error.code, "environment variable \(name): \(error.message)")
        }
      } else if prefixes.contains(where: name.hasPrefix) {
        let nearest = Spelling.nearest(to: name, among: Setting.all.map(\.variable))
        throw MagpieError(
          .configInvalid,
          "unknown environment variable \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ""))
      }
    }
    do throws(MagpieError) {
      try settle()
    } catch {
      throw MagpieError(error.code, "environment variables MAGPIE_RECIPE_…: \(error.message)")
    }
  }
}
