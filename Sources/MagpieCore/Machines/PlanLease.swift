/// The plan lease in the hands of a coordinator: what is listed and not yet cut off.
struct PlanLease: Hashable, Sendable {
  var hold: LeaseHold
  var listing = WorkLease.Listing.due
  /// Cuts ready to be written, in order.
  private(set) var cuts: [LeaseCut] = []
  private let pass: Int
  private var lastListed: ObjectKey?
  private var images = 0
  private var bytes = 0
  private var cost = 0
  private var listedImages: Int
  private var listedCost: Int
  private var nextNumber: Int

  /// Cuts a transaction: DynamoDB allows 100 actions, and a small transaction seldom meets a conflict.
  static let cutsMax = 24

  /// - Parameter cutBefore: the work leases that are cut already.
  init(_ hold: LeaseHold, pass: Int, cutBefore: [Lease], policy: CutPolicy) {
    self.hold = hold
    self.pass = pass
    lastListed = hold.lease.position
    listedImages = cutBefore.reduce(0) { $0 + $1.estimatedImages }
    listedCost = cutBefore.reduce(0) { $0 + $1.estimatedBytes + $1.estimatedImages * policy.bytesPerImage }
    // Ids hold the epoch, so a planner that lost the lease and its successor never mint the same.
    nextNumber = 0
  }

  var term: LeaseTerm { LeaseTerm(lease: hold.lease.id, epoch: hold.lease.epoch) }
  var unlisted: KeyRange { KeyRange(lo: lastListed, hi: hold.lease.range.hi) }

  var wakeAt: Timestamp? {
    if case .failed(let retryAt) = listing { return [hold.wakeAt, retryAt].compactMap { $0 }.min() }
    return hold.wakeAt
  }

  mutating func append(_ objects: [ObjectSummary], hasMore: Bool, policy: CutPolicy) {
    for object in objects {
      let price = policy.cost(object)
      images += 1
      bytes += object.size
      cost += price
      listedImages += 1
      listedCost += price
      lastListed = object.key
      if policy.isDue(images: images, cost: cost, listed: listedImages, listedCost: listedCost) { cut(at: object.key) }
    }
    if hasMore, !objects.isEmpty {
      listing = .due
    } else {
      listing = .complete
      cut(at: hold.lease.range.hi)
    }
  }

  /// The next cuts to write in one transaction.
  func nextCuts() -> [LeaseCut] {
    Array(cuts.prefix(PlanLease.cutsMax))
  }

  /// These cuts are written; others may have been made since they were sent.
  mutating func chopped(_ written: [LeaseCut]) {
    cuts.removeFirst(written.count)
  }

  private mutating func cut(at hi: ObjectKey?) {
    nextNumber += 1
    let digits = String(nextNumber)
    let number = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    let id = LeaseID("\(pass)-\(hold.lease.epoch)-\(number)")
    cuts.append(LeaseCut(id: id, hi: hi, images: images, bytes: bytes))
    images = 0
    bytes = 0
    cost = 0
  }
}
