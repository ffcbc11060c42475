import MagpieCore

/// A recipe to begin with.
enum RecipePreset: String, CaseIterable, Sendable {
  case standard, seed

  var recipe: Recipe {
    switch self {
    case .standard: Recipe()
    case .seed: .seed
    }
  }
}

/// A size as written: `!` and `^` say the fit too.
struct SizeText: Equatable, Sendable {
  var text: String
  var size: SizeSpecification
  var fit: Fit?

  init(_ text: String) throws(MagpieError) {
    self.text = text
    (size, fit) = try SizeSpecification.parse(text)
  }
}

/// What one source of settings (file, environment, flags) says of the recipe.
struct RecipeLayer: Equatable, Sendable {
  /// Replaces what lower layers said; the rest modifies it.
  var preset: RecipePreset?
  var size: SizeText?
  var fit: Fit?
  var gravity: Gravity?
  var enlarge: Bool?
  var format: OutputFormat?
  var quality: Int?
  var background: Colour?
  var orient: Bool?
  var outputKey: OutputTemplate?

  /// - Throws: `recipe.invalid` where size and fit of this layer contradict each other.
  func apply(to recipe: inout Recipe) throws(MagpieError) {
    if let preset { recipe = preset.recipe }
    if let size, let said = size.fit, let fit, fit != said {
      throw MagpieError(
        .recipeInvalid, "size “\(size.text)” says fit “\(said.rawValue)”, beside it stands fit “\(fit.rawValue)”")
    }
    for index in recipe.renditions.indices { modify(&recipe.renditions[index]) }
    if let orient { recipe.orient = orient }
    if let outputKey { recipe.outputKey = outputKey }
  }

  private func modify(_ rendition: inout Rendition) {
    if let size { rendition.size = size.size }
    if let fit = fit ?? size?.fit { rendition.fit = fit }
    if let gravity { rendition.gravity = gravity }
    if let enlarge { rendition.enlarge = enlarge }
    if let format { rendition.format = format }
    if let quality { rendition.quality = quality }
    if let background { rendition.background = background }
  }
}
