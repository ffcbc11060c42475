import MagpieCore
import MagpieStores

/// Finds or makes the job that a command means.
struct JobOpening {
  /// How the job was found, for people.
  enum Manner: String {
    case created, resumed, reopened
  }

  let leases: any LeaseStore
  let owner: OwnerID

  /// Other processes may seal or reopen the job at the same moment; each round reads what they did.
  private static let roundsMax = 16

  /// Creates the job, resumes it where it is unfinished, or opens its next pass where it is finished.
  ///
  /// - Throws: `config.invalid` where a job of that name has another source, destination or recipe.
  func open(_ wanted: Job) async throws(MagpieError) -> (job: Job, manner: Manner) {
    var job = try await leases.create(wanted, operation: OperationID("\(owner)-create"))
    try same(job, as: wanted)
    if job == wanted { return (job, .created) }
    for _ in 0..<JobOpening.roundsMax {
      switch job.state {
      case .planning, .running: return (job, .resumed)
      case .paused:
        throw MagpieError(.configInvalid, "job \(job.name) is paused")
      case .sealed, .cancelled:
        let reopen = JobChange.reopen(pass: job.pass, OperationID("\(owner)-reopen-\(job.pass)"))
        switch try await leases.change(job.name, reopen) {
        case .applied(let reopened): return (reopened, .reopened)
        case .refused(let current?): job = current
        case .refused(nil):
          throw MagpieError(.storeCorrupt, "job \(job.name) vanished from the state store")
        }
      }
    }
    throw MagpieError(.storeUnreachable, "job \(job.name) is opened and ended by others all the time; try again")
  }

  private func same(_ job: Job, as wanted: Job) throws(MagpieError) {
    let differences = [
      job.source == wanted.source ? nil : "source \(job.source)",
      job.destination == wanted.destination ? nil : "destination \(job.destination)",
      job.recipeDigest == wanted.recipeDigest ? nil : "another recipe",
    ].compactMap { $0 }
    guard differences.isEmpty else {
      let words = differences.joined(separator: " and ")
      throw MagpieError(
        .configInvalid, "a job named \(job.name) exists with \(words); give this one another --job NAME"
      )
    }
  }
}
