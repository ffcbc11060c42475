/// Rates over the last seconds: long enough to be steady, short enough to follow a change.
struct ProgressMeter: Sendable {
  private struct Sample {
    var milliseconds: Int
    var ended: Int
    var processed: Int
    var bytes: Int
  }

  private static let windowMilliseconds = 15_000
  private static let spacingMilliseconds = 500
  private var samples: [Sample] = []

  /// Notes the present state and gives the figures for it.
  mutating func figures(_ tally: RunTally, milliseconds now: Int) -> ProgressFigures {
    let sample = Sample(
      milliseconds: now, ended: tally.endedOfAll, processed: tally.ended, bytes: tally.bytesRead)
    let oldest = samples.first ?? sample
    if samples.last.map({ now - $0.milliseconds >= ProgressMeter.spacingMilliseconds }) ?? true {
      samples.append(sample)
    }
    while samples.count > 2, samples[1].milliseconds < now - ProgressMeter.windowMilliseconds { samples.removeFirst() }
    let seconds = Double(now - oldest.milliseconds) / 1_000
    func rate(_ change: Int) -> Double { seconds > 0 ? Double(max(0, change)) / seconds : 0 }
    let speed = rate(sample.ended - oldest.ended)
    let left = max(0, tally.plannedImages - sample.ended)
    return ProgressFigures(
      ended: sample.ended, planned: max(tally.plannedImages, sample.ended), isPlanned: tally.isPlanned,
      failed: tally.failedOfAll, imagesPerSecond: rate(sample.processed - oldest.processed),
      bytesPerSecond: rate(sample.bytes - oldest.bytes),
      secondsLeft: tally.isPlanned && speed > 0 ? Int((Double(left) / speed).rounded(.up)) : nil)
  }
}

/// One look at a run.
struct ProgressFigures: Equatable, Sendable {
  var ended: Int
  /// Images known so far.
  var planned: Int
  /// Whether more may be found.
  var isPlanned: Bool
  var failed: Int
  /// By this process.
  var imagesPerSecond: Double
  /// Read by this process.
  var bytesPerSecond: Double
  /// Unknown while the listing runs or nothing moves.
  var secondsLeft: Int?
}
