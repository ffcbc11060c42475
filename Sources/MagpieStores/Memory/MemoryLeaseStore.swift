package import MagpieCore
import Synchronization

/// The executable specification behind the seam: for tests, and for a run that keeps no state.
package final class MemoryLeaseStore: LeaseStore {
  private let table = Mutex(LeaseTable())

  package init() {}

  package func create(_ job: Job, operation: OperationID) async throws(MagpieError) -> Job {
    table.withLock { $0.create(job, operation: operation) }
  }

  package func job(_ name: JobName) async throws(MagpieError) -> Job? {
    table.withLock { $0.job(name) }
  }

  package func allJobs() async throws(MagpieError) -> [Job] {
    table.withLock { $0.allJobs() }
  }

  package func leases(of job: JobName) async throws(MagpieError) -> [Lease] {
    table.withLock { $0.leases(of: job) }
  }

  package func unfinishedLeases(of job: JobName) async throws(MagpieError) -> [Lease] {
    table.withLock { $0.leases(of: job).filter { $0.state != .done } }
  }

  package func write(_ write: LeaseWrite) async throws(MagpieError) -> LeaseWriteOutcome {
    table.withLock { $0.write(write) }
  }

  package func change(_ job: JobName, _ change: JobChange) async throws(MagpieError) -> JobChangeOutcome {
    table.withLock { $0.change(job, change) }
  }
}
