import MagpieCore

/// One setting: what it is called, how it is written, where it takes effect. Files, variables, flags and the shipped
/// cluster.conf all come from this one table.
struct Setting: Sendable {
  var section: String
  var key: String
  /// As cluster.conf writes it.
  var standard: String
  /// One line of what it is for.
  var why: String
  var apply: @Sendable (SettingValue, inout ClusterConfiguration) throws(MagpieError) -> Void

  var name: String { "\(section).\(key)" }
  var variable: String { "MAGPIE_\(section)_\(key)".uppercased() }

  init<Value>(
    _ section: String, _ key: String, _ standard: String, _ why: String, _ grammar: SettingGrammar<Value>,
    _ set: @escaping @Sendable (inout ClusterConfiguration, Value) -> Void
  ) {
    self.section = section
    self.key = key
    self.standard = standard
    self.why = why
    apply = { value, configuration throws(MagpieError) in
      guard let parsed = try grammar.parse(value) else {
        throw MagpieError(.configInvalid, "expected \(grammar.expected), found \(value.quoted)")
      }
      set(&configuration, parsed)
    }
  }

  static let sections: [(name: String, why: String)] = [
    ("state", "where leases and records live"),
    ("lease", "how the work is divided, and how soon a dead worker's part is taken over"),
    ("worker", "what this machine gives to the work"),
    ("limits", "what no image may exceed"),
    ("recipe", "what is made of every image; each key that is set modifies the preset"),
  ]

  static func named(_ name: String) -> Setting? {
    all.first { $0.name == name }
  }

  static let all = states + leases + workers + limits + recipes

  private static let states = [
    Setting("state", "store", #""auto""#, "auto and sqlite: one SQLite file; other stores come later", .choice) {
      $0.state.store = $1
    },
    Setting("state", "file", #""""#, "the SQLite file; empty: DESTINATION/.magpie/state.sqlite", .string("a path")) {
      $0.state.file = $1
    },
  ]

  private static let leases = [
    Setting(
      "lease", "duration", #""30s""#, "silence after which an owner counts as dead", .duration(1_000...3_600_000)
    ) { $0.lease.durationMilliseconds = $1 },
    Setting(
      "lease", "beat", #""10s""#, "how often an owner shows that it lives; less than half of duration",
      .duration(100...1_800_000)
    ) { $0.lease.beatMilliseconds = $1 },
    Setting(
      "lease", "images", "2000", "images of a full lease; smaller ones balance better, larger ones cost less",
      .number(1...1_000_000, "a number from 1 to 1000000")
    ) { $0.lease.imagesMax = $1 },
  ]

  private static let workers = [
    Setting(
      "worker", "decoders", "0", "images decoded at once; 0: one a core", .number(0...1_024, "a number from 0 to 1024")
    ) { $0.worker.decoders = $1 },
    Setting(
      "worker", "memory", #""auto""#, "for decoding large images, all decoders together; auto: half of this machine's",
      .memory
    ) { $0.worker.memory = $1 },
    Setting(
      "worker", "grace", #""90s""#, "to finish what is in flight after Ctrl-C or SIGTERM", .duration(0...3_600_000)
    ) { $0.worker.graceMilliseconds = $1 },
    Setting(
      "worker", "image_timeout", #""120s""#, "after which the decoder of an image is killed and the image named",
      .duration(100...86_400_000)
    ) { $0.worker.imageTimeoutMilliseconds = $1 },
    Setting("worker", "decoder", #""""#, "the magpie-decoder program; empty: beside magpie", .string("a path")) {
      $0.worker.decoder = $1
    },
  ]

  private static let limits = [
    Setting(
      "limits", "pixels", "1000000000", "pixels of one image; more are a bomb rather than a photograph",
      .number(1...Int.max, "a number of at least 1")
    ) { $0.limits.pixels = $1 },
    Setting("limits", "bytes", #""512MiB""#, "bytes of one source file", .bytes(1...(64 << 30))) {
      $0.limits.bytes = $1
    },
  ]

  private static let recipes = [
    Setting(
      "recipe", "preset", #""standard""#, "standard, or seed: exactly 800x800 as image.resize((800, 800)) gives it",
      .choice
    ) { $0.recipeLayer.preset = $1 },
    Setting(
      "recipe", "size", #""800x800""#, "WxH, Wx, xH or N%; with ! fit is fill, with ^ it is cover", .size
    ) { $0.recipeLayer.size = $1 },
    Setting("recipe", "fit", #""inside""#, "inside, cover, fill, contain or outside", .choice) {
      $0.recipeLayer.fit = $1
    },
    Setting(
      "recipe", "gravity", #""centre""#, "what cover keeps: centre, north, …, attention, entropy", .choice
    ) { $0.recipeLayer.gravity = $1 },
    Setting("recipe", "enlarge", "false", "whether smaller images are enlarged", .boolean) {
      $0.recipeLayer.enlarge = $1
    },
    Setting("recipe", "format", #""jpeg""#, "jpeg, png or webp", .choice) { $0.recipeLayer.format = $1 },
    Setting(
      "recipe", "quality", "80", "of JPEG and WebP, 1 to 100", .number(1...100, "a number from 1 to 100")
    ) { $0.recipeLayer.quality = $1 },
    Setting(
      "recipe", "background", ##""#ffffff""##, "under what is transparent, and around what contain pads", .colour
    ) { $0.recipeLayer.background = $1 },
    Setting("recipe", "orient", "true", "whether EXIF orientation is applied", .boolean) {
      $0.recipeLayer.orient = $1
    },
    Setting(
      "recipe", "output_key", #""{dir}{base}""#,
      "{key} {dir} {base} {stem} {ext} {srcext} {name} {width} {height} {digest8}", .template
    ) { $0.recipeLayer.outputKey = $1 },
  ]
}
