extension ImageRecord {
  /// Whether a store that holds `existing` accepts `new` in its place. The specification of the conditional put:
  /// absent, or (its fence is not newer and it is not already done for this source and recipe).
  ///
  /// So a straggler cannot undo what its successor wrote, and a failure never replaces a success for the same source.
  package static func accepts(_ new: ImageRecord, over existing: ImageRecord?) -> Bool {
    guard let existing else { return true }
    return existing.fence <= new.fence && !existing.isDone(sourceETag: new.sourceETag, recipeDigest: new.recipeDigest)
  }

  /// Whether this records a success for exactly this source and recipe.
  package func isDone(sourceETag: String, recipeDigest: String) -> Bool {
    status == .done && self.sourceETag == sourceETag && self.recipeDigest == recipeDigest
  }
}
