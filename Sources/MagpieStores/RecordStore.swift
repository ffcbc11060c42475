package import MagpieCore

/// A source's claim on an output key, for templates that could let two sources meet.
package struct OutputClaim: Hashable, Sendable {
  package var output: ObjectKey
  package var source: ObjectKey

  package init(output: ObjectKey, source: ObjectKey) {
    self.output = output
    self.source = source
  }
}

/// Where the records live: one row per image and job. Throws as `LeaseStore` does.
package protocol RecordStore: Sendable {
  /// The records of these keys; keys without one are absent.
  func records(of job: JobName, keys: [ObjectKey]) async throws(MagpieError) -> [ObjectKey: ImageRecord]

  /// Puts each record where `ImageRecord.accepts` allows it; returns which were accepted, in the order given.
  func put(_ records: [ImageRecord]) async throws(MagpieError) -> [Bool]

  /// Records of a job with keys after `key` in byte order, at most `limit`; of one status where one is given.
  func scan(
    _ job: JobName, status: ImageRecord.Status?, after key: ObjectKey?, limit: Int
  ) async throws(MagpieError) -> [ImageRecord]

  /// Claims outputs for their sources, the first claim of an output standing for good; returns for each the source that
  /// holds the output now.
  func claim(_ claims: [OutputClaim], job: JobName) async throws(MagpieError) -> [ObjectKey]

  /// Moves a claim from a source that is gone to another.
  func reclaim(_ claim: OutputClaim, from gone: ObjectKey, job: JobName) async throws(MagpieError) -> ObjectKey
}
