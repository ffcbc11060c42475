extension ImageRecord {
  /// Whether a store that holds `existing` accepts `new` in its place. The specification of the conditional put:
  /// absent, or (its fence is not newer and it is not already done for this source and recipe). A success of a newer
  /// fence also replaces a success: its output had vanished and was made again.
  ///
  /// So a straggler cannot undo what its successor wrote, and a failure never replaces a success for the same source.
  package static func accepts(_ new: ImageRecord, over existing: ImageRecord?) -> Bool {
    guard let existing else { return true }
    if existing.isDone(sourceETag: new.sourceETag, recipeDigest: new.recipeDigest) {
      return new.status == .done && existing.fence < new.fence
    }
    return existing.fence <= new.fence
  }

  /// Whether this records a success for exactly this source and recipe.
  package func isDone(sourceETag: String, recipeDigest: String) -> Bool {
    status == .done && self.sourceETag == sourceETag && self.recipeDigest == recipeDigest
  }
}
