import MagpieCore
import MagpieStores

/// Reads the failed images of a job's present pass, page by page.
struct FailureScan {
  let records: any RecordStore

  private static let pageMax = 500

  /// The first failures in the order of their keys.
  func first(_ limit: Int, of job: Job) async throws(MagpieError) -> [ImageRecord] {
    var found: [ImageRecord] = []
    try await each(of: job) { record in
      found.append(record)
      return found.count < limit
    }
    return found
  }

  /// How many failed with which code, the most frequent first.
  func codes(of job: Job) async throws(MagpieError) -> [(code: ErrorCode, count: Int)] {
    var counts: [ErrorCode: Int] = [:]
    try await each(of: job) { record in
      if let code = record.error?.code { counts[code, default: 0] += 1 }
      return true
    }
    return counts.map { (code: $0.key, count: $0.value) }.sorted {
      $0.count != $1.count ? $0.count > $1.count : $0.code.rawValue < $1.code.rawValue
    }
  }

  /// Calls `body` for each until it returns `false`.
  private func each(of job: Job, _ body: (ImageRecord) -> Bool) async throws(MagpieError) {
    var last: ObjectKey?
    while true {
      let page = try await records.scan(job.name, status: .failed, after: last, limit: FailureScan.pageMax)
      // What failed in an earlier pass and is gone from the source keeps its record and is no failure of this pass.
      for record in page where record.fence > job.epochFloor {
        guard body(record) else { return }
      }
      guard page.count == FailureScan.pageMax else { return }
      last = page.last?.key
    }
  }
}
