/// The lease store as a value: the executable specification that every real store is held against.
package struct LeaseTable: Sendable {
  private var jobs: [JobName: Job] = [:]
  private var leases: [JobName: [LeaseID: Lease]] = [:]

  package init() {}

  /// Creates the job with its plan lease where the name is free; returns the job that stands there afterwards.
  package mutating func create(_ job: Job, operation: OperationID) -> Job {
    if let existing = jobs[job.name] { return existing }
    jobs[job.name] = job
    let plan = Job.planLease(of: job, operation: operation)
    leases[job.name] = [plan.id: plan]
    return job
  }

  package func job(_ name: JobName) -> Job? {
    jobs[name]
  }

  /// All jobs in the order of their names.
  package func allJobs() -> [Job] {
    jobs.values.sorted { $0.name < $1.name }
  }

  /// All leases of the job's present pass in the order of their ids.
  package func leases(of name: JobName) -> [Lease] {
    (leases[name] ?? [:]).values.sorted { $0.id < $1.id }
  }

  package mutating func write(_ write: LeaseWrite) -> LeaseWriteOutcome {
    guard let current = leases[write.job]?[write.lease] else { return .refused(current: nil) }
    if current.operation == write.operation { return .applied(current) }
    let cuts = current.cutLeases(write)
    guard let next = current.applying(write), cuts.allSatisfy({ leases[write.job]?[$0.id] == nil }) else {
      return .refused(current: current)
    }
    leases[write.job]?[write.lease] = next
    for cut in cuts {
      leases[write.job]?[cut.id] = cut
    }
    return .applied(next)
  }

  /// Changes the job where `change`'s condition holds; returns the job that stands there afterwards, `nil` for none.
  package mutating func change(_ name: JobName, _ change: JobChange) -> JobChangeOutcome {
    guard let job = jobs[name] else { return .refused(current: nil) }
    guard let next = job.applying(change, leases: leases(of: name)) else { return .refused(current: job) }
    jobs[name] = next
    if case .reopen(_, let operation) = change {
      let plan = Job.planLease(of: next, operation: operation)
      leases[name] = [plan.id: plan]
    }
    return .applied(next)
  }
}
