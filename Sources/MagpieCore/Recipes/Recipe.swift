/// What is made of every image. Two equal recipes have one canonical form and so one digest.
package struct Recipe: Hashable, Sendable {
  package var renditions: [Rendition]
  /// Whether EXIF orientation is applied.
  package var orient: Bool
  /// The outputs' names; see `OutputTemplate`.
  package var outputKey: OutputTemplate
  /// Pixels of one image, all frames together.
  package var pixelsMax: Int

  /// One gigapixel: a 31,622-pixel square, past what any camera makes and below what a decompression bomb asks for.
  package static let pixelsMaxDefault = 1_000_000_000

  package init(
    renditions: [Rendition] = [Rendition()], orient: Bool = true, outputKey: OutputTemplate = .standard,
    pixelsMax: Int = Recipe.pixelsMaxDefault
  ) {
    self.renditions = renditions
    self.orient = orient
    self.outputKey = outputKey
    self.pixelsMax = pixelsMax
  }

  /// What `image.resize((800, 800))` of the small Python original gives: exactly 800x800, proportions lost, orientation
  /// ignored, key `processed-{key}`. JPEG quality 75 is Pillow's default.
  package static let seed = Recipe(
    renditions: [
      Rendition(size: .box(width: 800, height: 800), fit: .fill, enlarge: true, format: .jpeg, quality: 75)
    ],
    orient: false, outputKey: OutputTemplate.seed)

  /// - Throws: `recipe.invalid` for settings that contradict each other or that no image could satisfy.
  package func validate() throws(MagpieError) {
    guard renditions.count == 1 else {
      throw MagpieError(.recipeInvalid, "a recipe has one rendition, this one has \(renditions.count)")
    }
    guard pixelsMax >= 1 else {
      throw MagpieError(.recipeInvalid, "the pixel limit must be at least 1, not \(pixelsMax)")
    }
    for rendition in renditions {
      try rendition.validate()
    }
  }
}

extension Rendition {
  fileprivate func validate() throws(MagpieError) {
    guard (1...100).contains(quality) else {
      throw MagpieError(.recipeInvalid, "quality must be between 1 and 100, not \(quality)")
    }
    switch size {
    case .box(let width, let height):
      if fit == .cover || fit == .fill || fit == .contain || fit == .outside, width == nil || height == nil {
        throw MagpieError(.recipeInvalid, "fit “\(fit.rawValue)” needs both width and height, the size is “\(size)”")
      }
      for axis in [width, height].compactMap({ $0 }) where axis > format.axisMax {
        throw MagpieError(
          .recipeInvalid, "\(format.rawValue) holds at most \(format.axisMax) pixels an axis, the size is “\(size)”")
      }
    case .scale:
      guard fit == .inside else {
        throw MagpieError(.recipeInvalid, "fit “\(fit.rawValue)” needs a size in pixels, the size is “\(size)”")
      }
    }
    if gravity == .attention || gravity == .entropy, fit != .cover {
      throw MagpieError(
        .recipeInvalid, "gravity “\(gravity.rawValue)” cuts, so it needs fit “cover”, not “\(fit.rawValue)”")
    }
  }
}
