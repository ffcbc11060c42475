import MagpieCore
import MagpieNode
import Testing

@testable import magpie

@Suite("Progress")
struct ProgressLineTests {
  static let halfway = ProgressFigures(
    ended: 1_234, planned: 5_000, isPlanned: true, failed: 3, imagesPerSecond: 123.4, bytesPerSecond: 45_600_000,
    secondsLeft: 75)

  @Test func aBarHasEverythingWhereThereIsRoom() {
    let expected =
      "[#####-------------------] 24%  1,234/5,000 images  3 failed  1 min 15 s left  123 images/s  45.6 MB/s"
    #expect(ProgressLine.bar(Self.halfway, columns: 120) == expected)
  }

  @Test(arguments: 10...130) func aBarFits(_ columns: Int) {
    let bar = ProgressLine.bar(Self.halfway, columns: columns)
    #expect(bar.count < columns)
    #expect(!bar.isEmpty)
    if columns > 20 { #expect(bar.contains("1,234/5,000 images")) }
  }

  @Test func whileTheListingRunsThereIsNoTotal() {
    var figures = Self.halfway
    figures.isPlanned = false
    figures.secondsLeft = nil
    figures.failed = 0
    #expect(ProgressLine.plain(figures) == "1,234/5,000… images, 123 images/s, 45.6 MB/s")
    #expect(!ProgressLine.bar(figures, columns: 120).contains("%"))
  }

  @Test func ratesAreThoseOfTheLastSeconds() {
    var meter = ProgressMeter()
    var tally = RunTally()
    tally.note(.planned(images: 300, bytes: 0))
    tally.note(.planComplete)
    _ = meter.figures(tally, milliseconds: 0)
    for second in 1...20 {
      for _ in 0..<10 { tally.note(.found(ImageTally(.unchanged))) }
      let figures = meter.figures(tally, milliseconds: second * 1_000)
      #expect(abs(figures.imagesPerSecond - 10) < 0.01)
    }
    let figures = meter.figures(tally, milliseconds: 20_000)
    #expect(figures.secondsLeft == 10)
    #expect(figures.bytesPerSecond == 0)
  }

  @Test func whatWasDoneBeforeAndByOthersCounts() {
    var tally = RunTally()
    tally.before.done = 10
    tally.note(.found(ImageTally(.failed)))
    #expect(tally.endedOfAll == 11)
    tally.stored.done = 30
    #expect(tally.endedOfAll == 30)
    #expect(tally.failedOfAll == 1)
  }
}
