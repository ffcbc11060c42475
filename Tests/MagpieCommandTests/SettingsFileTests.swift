import MagpieCore
import Testing

@testable import magpie

@Suite("Settings in a file")
struct SettingsFileTests {
  private func error(_ text: String, section: String? = nil) -> MagpieError? {
    var configuration = ClusterConfiguration()
    do throws(MagpieError) {
      try SettingsFile(path: "x.conf", section: section).apply(text, to: &configuration)
      return nil
    } catch {
      return error
    }
  }

  private func configuration(_ text: String) throws -> ClusterConfiguration {
    var configuration = ClusterConfiguration()
    try SettingsFile(path: "x.conf").apply(text, to: &configuration)
    return configuration
  }

  @Test(
    "A mistake names file, line and what was meant",
    arguments: [
      ("[worker]\n# decoders\ndecodrs = 2\n", "x.conf:3: unknown key “decodrs” in [worker]; did you mean “decoders”?"),
      ("\n[wroker]\n", "x.conf:2: unknown section [wroker]; did you mean “worker”?"),
      ("[lease]\ndecoders = 1", "x.conf:2: unknown key “decoders” in [lease]; it belongs to [worker]"),
      ("[lease]\n\nimages = \"many\"", "x.conf:3: lease.images: expected a number from 1 to 1000000, found “many”"),
      ("[worker]\ndecoders = -1", "x.conf:2: worker.decoders: expected a number from 0 to 1024, found -1"),
      ("[recipe]\nenlarge = 1", "x.conf:2: recipe.enlarge: expected true or false, found 1"),
      ("[recipe]\norient = []", "x.conf:2: recipe.orient: expected true or false, found a value of type array"),
      ("lease = 3", "x.conf:1: lease is a section: write [lease] and its keys below"),
      ("lease.images = true", "x.conf:1: lease.images: expected a number from 1 to 1000000, found true"),
      ("[recipe]\nfit = \"covr\"", "did you mean “cover”?"),
      ("[recipe]\nfit = \"cover\"\nsize = \"9x9!\"", "size “9x9!” says fit “fill”, beside it stands fit “cover”"),
      ("[recipe]\nbackground = \"white\"", "expected a colour such as “#ffffff”, found “white”"),
      ("[recipe]\noutput_key = \"{nmae}\"", "unknown variable “{nmae}”"),
    ])
  func mistakes(_ text: String, _ expected: String) {
    #expect(error(text)?.message.contains(expected) == true, "\(String(describing: error(text)))")
  }

  @Test func aSyntaxErrorNamesLineAndColumn() {
    #expect(error("[lease]\nduration = \n")?.message.hasPrefix("x.conf:2:12: no valid TOML: ") == true)
  }

  @Test func theFirstMistakeIsNamed() {
    #expect(error("[worker]\nzzzz = 1\naaaa = 2\n")?.message.hasPrefix("x.conf:2:") == true)
  }

  @Test func aRecipeFileHasNoSections() throws {
    #expect(error("size = \"9x9\"\nfit = \"fill\"", section: "recipe") == nil)
    #expect(error("qualty = 3", section: "recipe")?.message.contains("did you mean “quality”?") == true)
  }

  @Test func thePresetComesFirstWhereverItStands() throws {
    let recipe = try configuration("[recipe]\nquality = 90\npreset = \"seed\"\n").recipe
    #expect(recipe.renditions[0].quality == 90)
    #expect(recipe.renditions[0].fit == .fill)
    #expect(recipe.outputKey == .seed)
  }

  @Test(
    arguments: [
      ("\"500ms\"", 500), ("\"30s\"", 30_000), ("\"1.5s\"", 1_500), ("\"2m\"", 120_000), ("\"1h\"", 3_600_000),
    ])
  func durations(_ text: String, _ milliseconds: Int) throws {
    #expect(try configuration("[worker]\ngrace = \(text)").worker.graceMilliseconds == milliseconds)
  }

  @Test(arguments: ["30", "\"30\"", "\"s\"", "\"-1s\"", "\"1e3s\"", "\"99999999999999999999h\"", "\"2h\"", "\" 1s\""])
  func noDurations(_ text: String) {
    #expect(error("[worker]\ngrace = \(text)") != nil)
  }

  @Test(
    arguments: [
      ("\"512MiB\"", 512 << 20), ("\"2GiB\"", 2 << 30), ("\"1 GB\"", 1_000_000_000), ("\"100MB\"", 100_000_000),
      ("\"1.5GiB\"", 3 << 29), ("4096", 4_096), ("\"4096\"", 4_096),
    ])
  func amounts(_ text: String, _ bytes: Int) throws {
    #expect(try configuration("[limits]\nbytes = \(text)").limits.bytes == bytes)
  }

  @Test func memory() throws {
    #expect(try configuration("[worker]\nmemory = \"auto\"").worker.memory == .auto)
    #expect(try configuration("[worker]\nmemory = \"1GiB\"").worker.memory == .bytes(1 << 30))
    #expect(error("[worker]\nmemory = \"1MiB\"") != nil)
  }
}
