import MagpieCore

/// All settings with their defaults; `Setting.all` says what they are called and how they are written.
struct ClusterConfiguration: Equatable, Sendable {
  enum StateKind: String, CaseIterable, Sendable {
    case auto, sqlite
    case dynamoDB = "dynamodb"
  }

  enum Memory: Equatable, Sendable {
    /// Half of what this process may use.
    case auto
    case bytes(Int)
  }

  struct State: Equatable, Sendable {
    var store = StateKind.auto
    /// Empty: `.magpie/state.sqlite` in the destination.
    var file = ""
  }

  struct Lease: Equatable, Sendable {
    var durationMilliseconds = 30_000
    var beatMilliseconds = 10_000
    var imagesMax = 2_000
  }

  struct Worker: Equatable, Sendable {
    /// 0: one a core.
    var decoders = 0
    var memory = Memory.auto
    var graceMilliseconds = 90_000
    var imageTimeoutMilliseconds = 120_000
    /// Empty: beside `magpie`.
    var decoder = ""
  }

  struct Limits: Equatable, Sendable {
    var pixels = Recipe.pixelsMaxDefault
    var bytes = 512 << 20
  }

  var state = State()
  var lease = Lease()
  var worker = Worker()
  var limits = Limits()
  var recipe = Recipe()
  /// What the source being read says of the recipe; `settle` makes it part of the recipe.
  var recipeLayer = RecipeLayer()

  /// Ends one source of settings: its words on the recipe take effect together, so that `preset` comes before what
  /// modifies it in whatever order they stand.
  mutating func settle() throws(MagpieError) {
    try recipeLayer.apply(to: &recipe)
    recipeLayer = RecipeLayer()
  }

  /// What no single setting can say.
  func validate() throws(MagpieError) {
    guard lease.beatMilliseconds * 2 < lease.durationMilliseconds else {
      throw MagpieError(
        .configInvalid,
        "lease.beat (\(lease.beatMilliseconds) ms) must be less than half of lease.duration "
          + "(\(lease.durationMilliseconds) ms), so that one lost beat costs no lease")
    }
    guard state.store != .dynamoDB else {
      throw MagpieError(.configInvalid, "state.store “dynamodb” is not in this version; write “sqlite” or “auto”")
    }
  }

  /// The recipe with the limits that apply to it, checked and in its canonical form's terms.
  var limitedRecipe: Recipe {
    var limited = recipe
    limited.pixelsMax = limits.pixels
    return limited
  }
}
