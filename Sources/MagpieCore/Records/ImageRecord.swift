/// One output of an image.
package struct OutputRecord: Hashable, Sendable, Codable {
  /// The rendition's name.
  package var name: String
  package var key: String
  package var etag: String
  package var bytes: Int
  package var width: Int
  package var height: Int
  /// As Pillow names it: `JPEG`, `PNG`, `WEBP`.
  package var format: String

  package init(name: String, key: String, etag: String, bytes: Int, width: Int, height: Int, format: String) {
    self.name = name
    self.key = key
    self.etag = etag
    self.bytes = bytes
    self.width = width
    self.height = height
    self.format = format
  }
}

/// The truth about one image of one job: what was made of which version of it, or why not.
package struct ImageRecord: Hashable, Sendable {
  package enum Status: String, Hashable, Sendable {
    case done
    case failed
    /// Neither suffix nor content is an image's: counted and listed, no failure.
    case skipped
  }

  package var key: ObjectKey
  package var job: JobName
  package var sourceBucket: String
  package var destinationBucket: String
  /// ISO 8601, UTC.
  package var processedAt: String
  package var sourceETag: String
  package var sourceSize: Int
  package var status: Status
  package var outputs: [OutputRecord]
  package var error: MagpieError?
  package var recipeDigest: String
  /// The epoch of the lease under which this was written.
  package var fence: UInt64
  package var worker: OwnerID
  /// How many tries it took.
  package var attempts: Int
  /// Wall time from fetch to store.
  package var milliseconds: Int
  package var libvipsVersion: String

  package init(
    key: ObjectKey, job: JobName, sourceBucket: String, destinationBucket: String, processedAt: String,
    sourceETag: String, sourceSize: Int, status: Status, outputs: [OutputRecord] = [], error: MagpieError? = nil,
    recipeDigest: String, fence: UInt64, worker: OwnerID, attempts: Int, milliseconds: Int, libvipsVersion: String
  ) {
    self.key = key
    self.job = job
    self.sourceBucket = sourceBucket
    self.destinationBucket = destinationBucket
    self.processedAt = processedAt
    self.sourceETag = sourceETag
    self.sourceSize = sourceSize
    self.status = status
    self.outputs = outputs
    self.error = error
    self.recipeDigest = recipeDigest
    self.fence = fence
    self.worker = worker
    self.attempts = attempts
    self.milliseconds = milliseconds
    self.libvipsVersion = libvipsVersion
  }

  /// `800x600`, of the first output; the column the small Python original writes.
  package var imageSize: String? {
    outputs.first.map { "\($0.width)x\($0.height)" }
  }

  /// `JPEG`, of the first output.
  package var imageFormat: String? {
    outputs.first?.format
  }
}
