package import MagpieCore
package import MagpieStores

/// Lists a range and tells for each object whether it still needs work: the records are the truth, outputs must still
/// be there, and two sources never share an output.
package struct Examiner: Sendable {
  private let job: Job
  private let recipe: CanonicalRecipe
  private let source: any ObjectStore
  private let destination: any ObjectStore
  private let records: any RecordStore

  package init(
    job: Job, recipe: CanonicalRecipe, source: any ObjectStore, destination: any ObjectStore,
    records: any RecordStore
  ) {
    self.job = job
    self.recipe = recipe
    self.source = source
    self.destination = destination
    self.records = records
  }

  package struct Page: Sendable {
    package var objects: [ExaminedObject]
    /// Sources whose output belongs to another source.
    package var collisions: [ObjectKey: MagpieError]
    package var hasMore: Bool
  }

  package func page(_ range: KeyRange, limit: Int) async throws(MagpieError) -> Page {
    let listed = try await source.list(range, limit: limit)
    let known = try await records.records(of: job.name, keys: listed.objects.map(\.key))
    let missing = try await sourcesWithMissingOutputs(Array(known.values))
    let examined = listed.objects.map { object in
      ExaminedObject(object, verdict(object, record: known[object.key], isMissing: missing.contains(object.key)))
    }
    let toDo = examined.filter { $0.verdict == .process }.map(\.object.key)
    return Page(objects: examined, collisions: try await collisions(among: toDo), hasMore: listed.hasMore)
  }

  private func verdict(_ object: ObjectSummary, record: ImageRecord?, isMissing: Bool) -> ExaminedObject.Verdict {
    guard let record, record.sourceETag == object.etag, record.recipeDigest == recipe.digest, !isMissing else {
      return .process
    }
    let isOfThisPass = record.fence > job.epochFloor
    let bytesOut = record.outputs.reduce(0) { $0 + $1.bytes }
    switch record.status {
    case .done:
      let kind: ImageTally.Kind = isOfThisPass ? .done : .unchanged
      return .ended(ImageTally(kind, bytesIn: record.sourceSize, bytesOut: bytesOut), fence: record.fence)
    case .skipped:
      // Deciding it again would read the same bytes and say the same.
      return .ended(ImageTally(.skipped, bytesIn: record.sourceSize), fence: record.fence)
    case .failed:
      // Once a pass; the next pass tries again.
      return isOfThisPass ? .ended(ImageTally(.failed, bytesIn: record.sourceSize), fence: record.fence) : .process
    }
  }

  /// Sources recorded as done whose output is gone or has another size than recorded.
  private func sourcesWithMissingOutputs(_ known: [ImageRecord]) async throws(MagpieError) -> Set<ObjectKey> {
    let expected = known.filter { $0.status == .done }.flatMap { record in
      zip(recipe.recipe.renditions, record.outputs).map { rendition, output in
        (source: record.key, output: outputKey(record.key, rendition), bytes: output.bytes)
      }
    }
    guard !expected.isEmpty else { return [] }
    let sizes = try await destination.sizes(expected.map(\.output))
    return Set(zip(expected, sizes).filter { $0.bytes != $1 }.map(\.0.source))
  }

  /// Claims the outputs of those sources that could meet another, and names those that did.
  private func collisions(among keys: [ObjectKey]) async throws(MagpieError) -> [ObjectKey: MagpieError] {
    let claims = keys.flatMap { key in
      recipe.recipe.renditions.filter { recipe.recipe.outputKey.mayCollide(key, format: $0.format) }
        .map { OutputClaim(output: outputKey(key, $0), source: key) }
    }
    guard !claims.isEmpty else { return [:] }
    var holders = try await records.claim(claims, job: job.name)
    var result: [ObjectKey: MagpieError] = [:]
    for index in claims.indices where holders[index] != claims[index].source {
      // A claim outlives its source; where that is gone, the output is free.
      if try await source.sizes([holders[index]]).first == .some(nil) {
        holders[index] = try await records.reclaim(claims[index], from: holders[index], job: job.name)
      }
      if holders[index] != claims[index].source {
        result[claims[index].source] = MagpieError(
          .recipeCollision,
          "its output \(claims[index].output) is also that of \(holders[index]), which came first")
      }
    }
    return result
  }

  private func outputKey(_ key: ObjectKey, _ rendition: Rendition) -> ObjectKey {
    recipe.recipe.outputKey.key(of: key, rendition: rendition, sha256: Digest.sha256)
  }
}
