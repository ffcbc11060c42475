/// A lease as a node saw it, with what the node's own host can tell of the owner.
package struct LeaseSighting: Hashable, Sendable {
  package var lease: Lease
  /// The owner was a process of this host and boot that no longer exists: no need to wait for the lease to run out.
  package var ownerIsGone: Bool

  package init(_ lease: Lease, ownerIsGone: Bool = false) {
    self.lease = lease
    self.ownerIsGone = ownerIsGone
  }
}

/// What a node has seen of leases that others hold: it may try to take one over when epoch and beat stood still on the
/// node's own clock for the promised duration and a margin.
struct LeaseWatch: Hashable, Sendable {
  private struct Stillness: Hashable, Sendable {
    var epoch: UInt64
    var beat: UInt64
    var since: Timestamp
  }

  private var still: [LeaseID: Stillness] = [:]
  private let marginMilliseconds: Int

  init(marginMilliseconds: Int) {
    self.marginMilliseconds = marginMilliseconds
  }

  /// Notes what was seen at `now`, the time the answer came, and returns the leases whose owners are due.
  mutating func note(_ sightings: [LeaseSighting], now: Timestamp) -> [Lease] {
    let held = sightings.filter { $0.lease.state == .held }
    let seen = Set(held.map(\.lease.id))
    still = still.filter { seen.contains($0.key) }
    return held.compactMap { sighting in
      let lease = sighting.lease
      if let before = still[lease.id], before.epoch == lease.epoch, before.beat == lease.beat {
        let patience = lease.durationMilliseconds + marginMilliseconds
        return sighting.ownerIsGone || now >= before.since + patience ? lease : nil
      }
      still[lease.id] = Stillness(epoch: lease.epoch, beat: lease.beat, since: now)
      return sighting.ownerIsGone ? lease : nil
    }
  }
}
