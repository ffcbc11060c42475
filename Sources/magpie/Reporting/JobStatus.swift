import MagpieCore
import MagpieNode

/// One job as it stands.
struct JobStatus {
  let job: Job
  let leases: [Lease]
  /// Of the present pass, by code, the most frequent first.
  let failures: [(code: ErrorCode, count: Int)]
  let stateFile: String

  private static let holdersMax = 50

  private var work: [Lease] { leases.filter { $0.kind == .work } }
  private var counts: LeaseCounts { job.sealedCounts ?? leases.reduce(into: LeaseCounts()) { $0 += $1.counts } }
  private var isPlanned: Bool { leases.allSatisfy { $0.kind == .work || $0.state == .done } }
  private var estimatedImages: Int { max(work.reduce(0) { $0 + $1.estimatedImages }, counts.ended) }
  private var holders: [Lease] { leases.filter { $0.state == .held } }

  private func number(_ state: Lease.State) -> Int { work.count { $0.state == state } }

  var text: String {
    var lines = [
      "job          \(job.name)", "source       \(Words.printable(job.source))",
      "destination  \(Words.printable(job.destination))", "recipe       \(RecipeText(json: job.recipe).text)",
      "state        \(job.state.rawValue), pass \(job.pass)", "created      \(job.created)",
      "progress     \(progress)",
      "             \(Figures.grouped(counts.done)) done, \(Figures.grouped(counts.unchanged)) unchanged, "
        + "\(Figures.grouped(counts.failed)) failed, \(Figures.grouped(counts.skipped)) skipped",
      "leases       \(Figures.grouped(number(.open))) open, \(Figures.grouped(number(.held))) held, "
        + "\(Figures.grouped(number(.done))) done",
    ]
    lines += holders.prefix(JobStatus.holdersMax).map { lease in
      let owner = lease.owner.map(ProcessIdentity.brief) ?? "nobody"
      let isGone = lease.owner.map(ProcessIdentity.isGone) ?? false
      let part =
        lease.kind == .plan ? "the listing" : "lease \(lease.id), \(Figures.count(lease.counts.ended, "image")) ended"
      return "  held       \(Words.printable(owner))\(isGone ? " (has ended)" : ""): \(part)"
    }
    if holders.count > JobStatus.holdersMax {
      lines.append("             and \(holders.count - JobStatus.holdersMax) more")
    }
    lines += failures.map { "  failed     \(Figures.grouped($0.count)) \($0.code.rawValue): \($0.code.advice)" }
    lines.append("next         \(next)")
    return lines.map { $0 + "\n" }.joined()
  }

  private var progress: String {
    if job.state == .sealed { return "\(Figures.count(counts.ended, "file")), all ended" }
    let total = "\(isPlanned ? "about " : "at least ")\(Figures.count(estimatedImages, "file"))"
    return "\(Figures.grouped(counts.ended)) of \(total) ended\(isPlanned ? "" : ", the listing still runs")"
  }

  /// What a person would do now.
  private var next: String {
    let again = "run the same command again"
    let report = Words.printable("magpie report \(Words.shellQuoted(stateFile)) --job \(job.name)")
    switch job.state {
    case .sealed where counts.failed > 0: return "see \(report) --status failed; then \(again) to retry what failed"
    case .sealed: return "nothing; \(again) to process what is new or changed since"
    case .cancelled, .paused: return "\(again) to go on"
    case .planning, .running:
      let living = holders.filter { $0.owner.map { !ProcessIdentity.isGone($0) } ?? false }
      return living.isEmpty
        ? "nobody works on it: \(again) to go on" : "wait; or \(again) elsewhere on this machine to help"
    }
  }

  var json: JSONValue {
    [
      "job": .string(job.name.text), "source": .string(job.source), "destination": .string(job.destination),
      "recipe": .string(job.recipe), "recipeDigest": .string(job.recipeDigest), "state": .string(job.state.rawValue),
      "pass": .integer(job.pass), "created": .string(job.created), "planComplete": .boolean(isPlanned),
      "estimatedImages": .integer(estimatedImages), "ended": .integer(counts.ended), "done": .integer(counts.done),
      "unchanged": .integer(counts.unchanged), "failed": .integer(counts.failed), "skipped": .integer(counts.skipped),
      "bytesIn": .integer(counts.bytesIn), "bytesOut": .integer(counts.bytesOut),
      "leases": [
        "open": .integer(number(.open)), "held": .integer(number(.held)), "done": .integer(number(.done)),
      ],
      "holders": .array(
        holders.map { lease in
          [
            "lease": .string(lease.id.text), "kind": .string(lease.kind.rawValue), "owner": .text(lease.owner?.text),
            "gone": .boolean(lease.owner.map(ProcessIdentity.isGone) ?? false), "ended": .integer(lease.counts.ended),
            "estimatedImages": .integer(lease.estimatedImages), "takeovers": .integer(lease.takeovers),
          ]
        }),
      "failures": .object(failures.map { JSONValue.Field(name: $0.code.rawValue, value: .integer($0.count)) }),
      "next": .string(next),
    ]
  }
}
