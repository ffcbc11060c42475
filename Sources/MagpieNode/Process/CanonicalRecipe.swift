internal import Foundation
package import MagpieCore

/// A recipe with its canonical JSON and its digest: recipes that make the same outputs have the same digest.
package struct CanonicalRecipe: Sendable {
  package let recipe: Recipe
  /// With the limits, for the decoder.
  package let json: [UInt8]
  /// SHA-256, in lower-case hex, of the canonical JSON without limits: raising one must not make every image again.
  package let digest: String

  /// - Throws: `recipe.invalid` for a recipe that contradicts itself.
  package init(_ recipe: Recipe) throws(MagpieError) {
    try recipe.validate()
    var unlimited = recipe
    unlimited.pixelsMax = Recipe.pixelsMaxDefault
    self.recipe = recipe
    json = try CanonicalRecipe.encoded(recipe)
    digest = Digest.hex(Digest.sha256(try CanonicalRecipe.encoded(unlimited)))
  }

  private static func encoded(_ recipe: Recipe) throws(MagpieError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(recipe))
    } catch {
      throw MagpieError(.recipeInvalid, "the recipe cannot be written as JSON: \(error)")
    }
  }
}
