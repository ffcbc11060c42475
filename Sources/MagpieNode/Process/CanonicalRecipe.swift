internal import Foundation
package import MagpieCore

/// A recipe with its canonical JSON and the digest of that: equal recipes have equal bytes.
package struct CanonicalRecipe: Sendable {
  package let recipe: Recipe
  package let json: [UInt8]
  package let digest: String

  /// - Throws: `recipe.invalid` for a recipe that contradicts itself.
  package init(_ recipe: Recipe) throws(MagpieError) {
    try recipe.validate()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      json = Array(try encoder.encode(recipe))
    } catch {
      throw MagpieError(.recipeInvalid, "the recipe cannot be written as JSON: \(error)")
    }
    self.recipe = recipe
    digest = Digest.hex(Digest.sha256(json))
  }
}
