/// The name of a job: given by the user or derived from source, destination and recipe, so that the same command finds
/// its job again.
package struct JobName: Hashable, Comparable, Sendable, CustomStringConvertible {
  package let text: String

  package init(_ text: String) {
    self.text = text
  }

  package var description: String { text }

  /// Byte by byte like the order and like every store, so NFC and NFD are two names.
  package static func == (left: JobName, right: JobName) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 {
      hasher.combine(byte)
    }
    hasher.combine(UInt8(0xff))
  }

  package static func < (left: JobName, right: JobName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

/// A job as it stands in the lease store.
package struct Job: Hashable, Sendable {
  package enum State: String, Hashable, Sendable {
    /// The plan lease is not done: the listing still runs. Exits: running, paused, cancelled.
    case planning
    /// All ranges are cut into work leases. Exits: sealed, paused, cancelled.
    case running
    /// No lease may be claimed. Exits: the state before, cancelled.
    case paused
    /// Nothing more is done. Exits: planning, by a new pass.
    case cancelled
    /// Every lease is done and they tile the key space. Exits: planning, by a new pass.
    case sealed
  }

  package var name: JobName
  /// The source as the user would write it: a directory or `s3://bucket/prefix`.
  package var source: String
  package var destination: String
  /// The recipe as canonical JSON.
  package var recipe: String
  /// SHA-256 of the canonical recipe, in lower-case hex.
  package var recipeDigest: String
  package var state: State
  /// Which pass over the source this is, from 1. Running a finished job again opens the next pass.
  package var pass: Int
  /// Epochs of this pass are greater than this one, so a record's fence tells which pass wrote it and a later pass
  /// is never refused for an earlier one's fence.
  package var epochFloor: UInt64
  /// How long an owner promises to beat within; relative, never a wall-clock time.
  package var leaseDurationMilliseconds: Int
  /// ISO 8601, for people.
  package var created: String
  /// The sums of all leases, written when the job is sealed.
  package var sealedCounts: LeaseCounts?

  package init(
    name: JobName, source: String, destination: String, recipe: String, recipeDigest: String, state: State = .planning,
    pass: Int = 1, epochFloor: UInt64 = 0, leaseDurationMilliseconds: Int, created: String,
    sealedCounts: LeaseCounts? = nil
  ) {
    self.name = name
    self.source = source
    self.destination = destination
    self.recipe = recipe
    self.recipeDigest = recipeDigest
    self.state = state
    self.pass = pass
    self.epochFloor = epochFloor
    self.leaseDurationMilliseconds = leaseDurationMilliseconds
    self.created = created
    self.sealedCounts = sealedCounts
  }
}
