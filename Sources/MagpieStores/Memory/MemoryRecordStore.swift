package import MagpieCore
import Synchronization

/// Records and claims in memory: the plain reading of `RecordStore` that others are compared with.
package final class MemoryRecordStore: RecordStore {
  private struct State {
    var records: [JobName: [ObjectKey: ImageRecord]] = [:]
    var claims: [JobName: [ObjectKey: ObjectKey]] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package func records(of job: JobName, keys: [ObjectKey]) async throws(MagpieError) -> [ObjectKey: ImageRecord] {
    state.withLock { state in
      guard let records = state.records[job] else { return [:] }
      return keys.reduce(into: [:]) { $0[$1] = records[$1] }
    }
  }

  package func put(_ records: [ImageRecord]) async throws(MagpieError) -> [Bool] {
    state.withLock { state in
      records.map { record in
        let accepted = ImageRecord.accepts(record, over: state.records[record.job]?[record.key])
        if accepted { state.records[record.job, default: [:]][record.key] = record }
        return accepted
      }
    }
  }

  package func scan(
    _ job: JobName, status: ImageRecord.Status?, after key: ObjectKey?, limit: Int
  ) async throws(MagpieError) -> [ImageRecord] {
    let after = KeyRange(lo: key, hi: nil)
    let records = state.withLock { $0.records[job] ?? [:] }
    let fitting = records.values.filter { after.contains($0.key) && (status == nil || $0.status == status) }
    return Array(fitting.sorted { $0.key < $1.key }.prefix(max(0, limit)))
  }

  package func claim(_ claims: [OutputClaim], job: JobName) async throws(MagpieError) -> [ObjectKey] {
    state.withLock { state in
      claims.map { claim in
        if let holder = state.claims[job]?[claim.output] { return holder }
        state.claims[job, default: [:]][claim.output] = claim.source
        return claim.source
      }
    }
  }

  package func reclaim(
    _ claim: OutputClaim, from gone: ObjectKey, job: JobName
  ) async throws(MagpieError) -> ObjectKey {
    state.withLock { state in
      let holder = state.claims[job]?[claim.output] ?? gone
      guard holder == gone else { return holder }
      state.claims[job, default: [:]][claim.output] = claim.source
      return claim.source
    }
  }
}
