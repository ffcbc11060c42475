import MagpieCore
import Testing

@Suite struct RecordTests {
  private func record(
    _ status: ImageRecord.Status, fence: UInt64, etag: String = "e", digest: String = "d"
  ) -> ImageRecord {
    ImageRecord(
      key: "k", job: JobName("j"), sourceBucket: "s", destinationBucket: "d", processedAt: "", sourceETag: etag,
      sourceSize: 1, status: status, recipeDigest: digest, fence: fence, worker: OwnerID("w"), attempts: 1,
      milliseconds: 1, libvipsVersion: "")
  }

  @Test func aSuccessIsNeverReplacedForTheSameSourceAndRecipe() {
    let done = record(.done, fence: 3)
    #expect(!ImageRecord.accepts(record(.failed, fence: 9), over: done))
    #expect(!ImageRecord.accepts(record(.done, fence: 3), over: done))
    #expect(ImageRecord.accepts(record(.failed, fence: 3, etag: "new"), over: done))
    #expect(ImageRecord.accepts(record(.done, fence: 3, digest: "new"), over: done))
  }

  @Test func anOutputMadeAgainIsRecordedUnderItsNewerFence() {
    #expect(ImageRecord.accepts(record(.done, fence: 4), over: record(.done, fence: 3)))
  }

  @Test func aStragglerChangesNothing() {
    #expect(!ImageRecord.accepts(record(.done, fence: 2), over: record(.failed, fence: 3)))
    #expect(!ImageRecord.accepts(record(.done, fence: 2, etag: "old"), over: record(.done, fence: 3)))
    #expect(ImageRecord.accepts(record(.done, fence: 3), over: record(.failed, fence: 3)))
    #expect(ImageRecord.accepts(record(.failed, fence: 0), over: nil))
  }
}
