package import MagpieCore
import MagpieStores

/// Each write reads the rows it depends on, applies the pure functions of MagpieCore and writes, in one immediate
/// transaction: the same steps as `LeaseTable`.
extension SQLiteState: LeaseStore {
  package func create(_ job: Job, operation: OperationID) async throws(MagpieError) -> Job {
    try await write { db in
      if let existing = try SQLiteLeaseRows.job(db, job.name) { return existing }
      try SQLiteLeaseRows.put(db, job)
      try SQLiteLeaseRows.put(db, Job.planLease(of: job, operation: operation))
      return job
    }
  }

  package func job(_ name: JobName) async throws(MagpieError) -> Job? {
    try await read { db in try SQLiteLeaseRows.job(db, name) }
  }

  package func allJobs() async throws(MagpieError) -> [Job] {
    try await read { db in try SQLiteLeaseRows.jobs(db) }
  }

  package func leases(of job: JobName) async throws(MagpieError) -> [Lease] {
    try await read { db in try SQLiteLeaseRows.leases(db, job) }
  }

  package func unfinishedLeases(of job: JobName) async throws(MagpieError) -> [Lease] {
    try await read { db in try SQLiteLeaseRows.leases(db, job, isUnfinished: true) }
  }

  package func write(_ write: LeaseWrite) async throws(MagpieError) -> LeaseWriteOutcome {
    try await self.write { db in
      guard let current = try SQLiteLeaseRows.lease(db, write.job, write.lease) else { return .refused(current: nil) }
      if current.operation == write.operation { return .applied(current) }
      guard let next = current.applying(write) else { return .refused(current: current) }
      let cuts = current.cutLeases(write)
      for cut in cuts where try SQLiteLeaseRows.lease(db, write.job, cut.id) != nil {
        return .refused(current: current)
      }
      try SQLiteLeaseRows.put(db, next)
      for cut in cuts {
        try SQLiteLeaseRows.put(db, cut)
      }
      return .applied(next)
    }
  }

  package func change(_ job: JobName, _ change: JobChange) async throws(MagpieError) -> JobChangeOutcome {
    try await write { db in
      guard let current = try SQLiteLeaseRows.job(db, job) else { return .refused(current: nil) }
      let leases = try SQLiteLeaseRows.leases(db, job)
      guard let next = current.applying(change, leases: leases) else { return .refused(current: current) }
      try SQLiteLeaseRows.put(db, next)
      if case .reopen(_, let operation) = change {
        try SQLiteLeaseRows.delete(db, leasesOf: job)
        try SQLiteLeaseRows.put(db, Job.planLease(of: next, operation: operation))
      }
      return .applied(next)
    }
  }
}
