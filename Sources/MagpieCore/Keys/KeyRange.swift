/// A half-open range of keys `(lo, hi]`.
///
/// An absent `lo` is the start of the prefix, an absent `hi` its end. Open below, so that a store's "start after"
/// parameter takes `lo` as it is and no predecessor of a key is ever computed.
package struct KeyRange: Hashable, Sendable {
  package var lo: ObjectKey?
  package var hi: ObjectKey?

  package static let everything = KeyRange(lo: nil, hi: nil)

  package init(lo: ObjectKey?, hi: ObjectKey?) {
    self.lo = lo
    self.hi = hi
  }

  package func contains(_ key: ObjectKey) -> Bool {
    if let lo, key <= lo { return false }
    if let hi, key > hi { return false }
    return true
  }

  /// Whether the range can hold no key at all.
  package var isEmpty: Bool {
    guard let hi else { return false }
    guard let lo else { return false }
    return lo >= hi
  }

  /// Whether these ranges, in any order, cover `whole` without gap or overlap.
  package static func tile(_ ranges: some Sequence<KeyRange>, exactly whole: KeyRange) -> Bool {
    let sorted = ranges.sorted { startsBefore($0.lo, $1.lo) }
    guard let first = sorted.first, let last = sorted.last, first.lo == whole.lo, last.hi == whole.hi else {
      return false
    }
    return zip(sorted, sorted.dropFirst()).allSatisfy { left, right in
      left.hi != nil && left.hi == right.lo && !left.isEmpty
    }
  }

  private static func startsBefore(_ left: ObjectKey?, _ right: ObjectKey?) -> Bool {
    guard let right else { return false }
    guard let left else { return true }
    return left < right
  }
}

extension KeyRange: CustomStringConvertible {
  package var description: String {
    "(\(lo.map(String.init(describing:)) ?? "start"), \(hi.map(String.init(describing:)) ?? "end")]"
  }
}
