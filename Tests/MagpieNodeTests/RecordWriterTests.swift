import MagpieCore
import MagpieNode
import MagpieStores
import Testing

@Suite struct RecordWriterTests {
  private func record(_ key: ObjectKey) -> ImageRecord {
    ImageRecord(
      key: key, job: JobName("j"), sourceBucket: "s", destinationBucket: "d", processedAt: "", sourceETag: "e",
      sourceSize: 1, status: .done, recipeDigest: "r", fence: 1, worker: OwnerID("w"), attempts: 1, milliseconds: 1,
      libvipsVersion: "")
  }

  @Test func everyWriterIsAnsweredAndOnlyTheLeaseHolderRecords() async throws {
    let records = MemoryRecordStore()
    let writer = RecordWriter(records: records, destination: MemoryObjectStore())
    let answers = await withTaskGroup(of: (Int, Bool).self) { group in
      let running = Task { await writer.run() }
      for index in 0..<600 {
        group.addTask {
          let answer = await writer.write(record(ObjectKey("k\(index)"))) { index % 3 != 0 }
          if case .written = answer { return (index, true) }
          return (index, false)
        }
      }
      var answers: [Int: Bool] = [:]
      for await (index, isWritten) in group { answers[index] = isWritten }
      writer.finish()
      await running.value
      return answers
    }
    #expect(answers.count == 600)
    let stored = try await records.records(of: JobName("j"), keys: (0..<600).map { ObjectKey("k\($0)") })
    for index in 0..<600 {
      #expect(answers[index] == (index % 3 != 0))
      #expect((stored[ObjectKey("k\(index)")] != nil) == (index % 3 != 0))
    }
  }
}
