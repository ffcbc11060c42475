/// When owners beat and when others may conclude that one is dead. Times only ever trigger an attempt; the condition of
/// the write decides.
package struct LeaseTiming: Hashable, Sendable {
  package var durationMilliseconds: Int
  package var beatMilliseconds: Int
  /// How often a node without work looks for some.
  package var lookMilliseconds: Int

  /// Kept off an owner's deadline and added to an observer's patience: a tenth of the duration covers clocks that run
  /// 5 % apart and a slow request on either side.
  package var marginMilliseconds: Int { durationMilliseconds / 10 }
  /// How long a worker must have lived before it tries a suspected key. Workers that are killed again and again soon
  /// after their start, by a supervisor or a test, would else blame whatever image they had just begun.
  package var isolationMilliseconds: Int { beatMilliseconds / 3 }
  /// Before a write whose answer never came is sent again.
  package var retryMilliseconds: Int { max(50, beatMilliseconds / 20) }

  package init(durationMilliseconds: Int = 30_000, beatMilliseconds: Int = 10_000, lookMilliseconds: Int = 1_000) {
    self.durationMilliseconds = durationMilliseconds
    self.beatMilliseconds = beatMilliseconds
    self.lookMilliseconds = lookMilliseconds
  }
}

/// A small deterministic generator (SplitMix64), so that machines draw jitter without touching the system's.
package struct Jitter: Hashable, Sendable {
  private var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// `value` give or take 20 %.
  package mutating func around(_ value: Int) -> Int {
    let span = max(1, value * 2 / 5)
    return value - span / 2 + Int(next() % UInt64(span))
  }
}
