import Foundation
import MagpieCore

/// A recipe in a few words: what differs from the usual is said.
struct RecipeText {
  let text: String

  /// Of a job's recipe, which is canonical JSON.
  init(json: String) {
    let recipe = try? JSONDecoder().decode(Recipe.self, from: Data(json.utf8))
    text = recipe.map { RecipeText($0).text } ?? Words.printable(json)
  }

  init(_ recipe: Recipe) {
    var parts = recipe.renditions.map(RecipeText.words)
    if !recipe.orient { parts.append("orientation ignored") }
    if recipe.outputKey != .standard { parts.append("to \(recipe.outputKey.text)") }
    if recipe.pixelsMax != Recipe.pixelsMaxDefault {
      parts.append("up to \(Figures.grouped(recipe.pixelsMax)) pixels")
    }
    text = Words.printable(parts.joined(separator: ", "))
  }

  private static func words(_ rendition: Rendition) -> String {
    let standard = Rendition()
    var parts = ["\(rendition.fit.rawValue) \(rendition.size)", rendition.format.recordName]
    if rendition.format != .png { parts[1] += " quality \(rendition.quality)" }
    if rendition.enlarge { parts.append("enlarging") }
    if rendition.gravity != standard.gravity { parts.append("gravity \(rendition.gravity.rawValue)") }
    if rendition.background != standard.background { parts.append("on \(rendition.background)") }
    return parts.joined(separator: ", ")
  }
}
