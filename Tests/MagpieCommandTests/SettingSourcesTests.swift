import Foundation
import MagpieCore
import Testing

@testable import magpie

@Suite("Where settings come from")
struct SettingSourcesTests {
  /// A value for each setting that differs from its default.
  static let others: [String: String] = [
    "state.store": "sqlite", "state.file": "/tmp/x.sqlite", "lease.duration": "40s", "lease.beat": "9s",
    "lease.images": "10", "worker.decoders": "3", "worker.memory": "1GiB", "worker.grace": "5s",
    "worker.image_timeout": "7s", "worker.decoder": "/bin/true", "limits.pixels": "77", "limits.bytes": "1MiB",
    "recipe.preset": "seed", "recipe.size": "10x20", "recipe.fit": "cover", "recipe.gravity": "north",
    "recipe.enlarge": "true", "recipe.format": "webp", "recipe.quality": "42", "recipe.background": "#000000",
    "recipe.orient": "false", "recipe.output_key": "{key}",
  ]

  @Test(arguments: Setting.all.map(\.name)) func everySettingHasAVariable(_ name: String) throws {
    let setting = try #require(Setting.named(name))
    let value = try #require(Self.others[name])
    let changed = try ClusterConfiguration.load(file: Self.noFile, environment: [setting.variable: value])
    #expect(changed != ClusterConfiguration())
  }

  @Test(arguments: Setting.all.map(\.name)) func everyDefaultIsOne(_ name: String) throws {
    let setting = try #require(Setting.named(name))
    let text = setting.standard.filter { $0 != "\"" }
    let same = try ClusterConfiguration.load(file: Self.noFile, environment: [setting.variable: text])
    #expect(same == ClusterConfiguration())
  }

  @Test func anUnknownVariableOfAKnownSectionIsAnError() {
    let error = #expect(throws: MagpieError.self) {
      try ClusterConfiguration.load(file: Self.noFile, environment: ["MAGPIE_WORKER_DECODRS": "2"])
    }
    #expect(error?.message.contains("did you mean MAGPIE_WORKER_DECODERS?") == true)
    #expect(throws: Never.self) {
      try ClusterConfiguration.load(file: Self.noFile, environment: ["MAGPIE_STRICT": "1", "MAGPIES_LEASE_X": ""])
    }
  }

  @Test func flagBeforeVariableBeforeFile() throws {
    let file = try Self.file("[worker]\ndecoders = 1\ngrace = \"1s\"\n[recipe]\nquality = 10\n")
    defer { try? FileManager.default.removeItem(atPath: file) }
    let configuration = try ClusterConfiguration.load(
      file: file, environment: ["MAGPIE_WORKER_DECODERS": "2", "MAGPIE_RECIPE_QUALITY": "20"],
      flags: [("--decoders", "worker.decoders", "3")])
    #expect(configuration.worker.decoders == 3)
    #expect(configuration.worker.graceMilliseconds == 1_000)
    #expect(configuration.recipe.renditions[0].quality == 20)
  }

  @Test func aPresetReplacesTheConfiguredRecipe() throws {
    let configuration = try ClusterConfiguration.load(
      file: Self.noFile, environment: ["MAGPIE_RECIPE_FORMAT": "webp"],
      flags: [("--quality", "recipe.quality", "90"), ("--preset", "recipe.preset", "seed")])
    var expected = Recipe.seed
    expected.renditions[0].quality = 90
    #expect(configuration.recipe == expected)
  }

  @Test func aRecipeFileReplacesTheConfiguredRecipe() throws {
    let file = try Self.file("size = \"10x10\"\n")
    defer { try? FileManager.default.removeItem(atPath: file) }
    let configuration = try ClusterConfiguration.load(
      file: Self.noFile, environment: ["MAGPIE_RECIPE_FORMAT": "webp"], recipeFile: file,
      flags: [("--quality", "recipe.quality", "90")])
    let expected = Rendition(size: .box(width: 10, height: 10), quality: 90)
    #expect(configuration.recipe.renditions == [expected])
  }

  @Test func aSizeMaySayTheFit() throws {
    let configuration = try ClusterConfiguration.load(
      file: Self.noFile, environment: ["MAGPIE_RECIPE_FIT": "cover"], flags: [("size", "recipe.size", "30x20!")])
    #expect(configuration.recipe.renditions[0].fit == .fill)
    #expect(throws: MagpieError.self) {
      try ClusterConfiguration.load(
        file: Self.noFile, environment: [:],
        flags: [("size", "recipe.size", "30x20!"), ("--fit", "recipe.fit", "cover")])
    }
  }

  @Test func aBeatMustFitTwiceIntoTheDuration() {
    #expect(throws: MagpieError.self) {
      try ClusterConfiguration.load(file: Self.noFile, environment: ["MAGPIE_LEASE_BEAT": "15s"])
    }
  }

  @Test func dynamoDBIsNotHereYet() {
    #expect(throws: MagpieError.self) {
      try ClusterConfiguration.load(file: Self.noFile, environment: ["MAGPIE_STATE_STORE": "dynamodb"])
    }
  }

  /// An empty file, so that no ./cluster.conf is looked for.
  private static let noFile = "/dev/null"

  private static func file(_ text: String) throws -> String {
    let path = NSTemporaryDirectory() + "/magpie-settings-\(UInt64.random(in: 0...UInt64.max)).toml"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
