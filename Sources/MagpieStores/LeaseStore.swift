package import MagpieCore

/// Where jobs and leases live. Every write is conditional and atomic, as `LeaseTable` specifies.
///
/// All methods throw `store.unreachable` or `store.corrupt`; after a throw a write may or may not have happened, and
/// the writer tries again with the same operation id.
package protocol LeaseStore: Sendable {
  /// Creates the job with its plan lease where the name is free; returns the job that stands there afterwards.
  func create(_ job: Job, operation: OperationID) async throws(MagpieError) -> Job
  func job(_ name: JobName) async throws(MagpieError) -> Job?
  /// In the order of their names.
  func allJobs() async throws(MagpieError) -> [Job]
  /// All leases of the job's present pass, read consistently, in the order of their ids.
  func leases(of job: JobName) async throws(MagpieError) -> [Lease]
  /// Those of `leases` that are not done: what a node that looks for work reads, however long the job.
  func unfinishedLeases(of job: JobName) async throws(MagpieError) -> [Lease]
  func write(_ write: LeaseWrite) async throws(MagpieError) -> LeaseWriteOutcome
  func change(_ job: JobName, _ change: JobChange) async throws(MagpieError) -> JobChangeOutcome
}
