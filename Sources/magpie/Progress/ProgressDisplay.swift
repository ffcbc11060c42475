import CSystem
import Foundation
import MagpieCore
import MagpieNode
import Synchronization

/// Shows a run while it goes on: a bar on a terminal, a line now and then elsewhere, JSON lines for programs.
final class ProgressDisplay: Sendable {
  enum Style: Sendable {
    case bar, lines, quiet

    /// A bar only where it cannot mix with JSON lines on the same terminal.
    static func fitting(isJSON: Bool) -> Style {
      if OutputChannel.error.isTerminal { return isJSON && OutputChannel.output.isTerminal ? .quiet : .bar }
      return isJSON ? .quiet : .lines
    }
  }

  private struct State {
    var tally = RunTally()
    var meter = ProgressMeter()
    var isBarShown = false
    var lastBar = ""
    var nextLine = 0
    var nextEvent = 0
    var isOver = false
  }

  private static let drawMilliseconds = 100
  private static let lineMilliseconds = 5_000
  private static let eventMilliseconds = 1_000
  private static let columnsDefault = 80

  private let style: Style
  private let isJSON: Bool
  private let began = NodeClock.now
  private let state = Mutex(State())

  init(isJSON: Bool) {
    self.isJSON = isJSON
    style = .fitting(isJSON: isJSON)
  }

  /// Shows until the task is cancelled.
  func run() async {
    state.withLock { state in
      state.nextLine = ProgressDisplay.lineMilliseconds
      state.nextEvent = ProgressDisplay.eventMilliseconds
    }
    while true {
      tick()
      do {
        try await Task.sleep(for: .milliseconds(ProgressDisplay.drawMilliseconds))
      } catch {
        return
      }
    }
  }

  var elapsedMilliseconds: Int { NodeClock.now.milliseconds - began.milliseconds }
  var tally: RunTally { state.withLock { $0.tally } }

  func update(_ change: (inout RunTally) -> Void) {
    state.withLock { change(&$0.tally) }
  }

  func observe(_ event: NodeEvent) {
    update { $0.note(event) }
    switch event {
    case .warning(let text): say("magpie: warning: \(text)", event: ["event": "warning", "message": .string(text)])
    case .ended(_, let record) where isJSON: OutputChannel.output.line(EventLine.image(record).text)
    default: break
    }
  }

  /// A sentence for people, above the bar, and the same for programs.
  func say(_ text: String, event: JSONValue? = nil) {
    if isJSON, let event { OutputChannel.output.line(event.text) }
    state.withLock { state in
      clear(&state)
      OutputChannel.error.line(text.split(separator: "\n").map { Words.printable(String($0)) }.joined(separator: "\n"))
    }
  }

  /// Ends the showing; the bar is gone when this returns.
  func finish() {
    state.withLock { state in
      state.isOver = true
      clear(&state)
    }
  }

  private func tick() {
    let now = elapsedMilliseconds
    state.withLock { state in
      guard !state.isOver else { return }
      let figures = state.meter.figures(state.tally, milliseconds: now)
      if isJSON, now >= state.nextEvent {
        state.nextEvent = now + ProgressDisplay.eventMilliseconds
        OutputChannel.output.line(EventLine.progress(figures, tally: state.tally, milliseconds: now).text)
      }
      switch style {
      case .bar: draw(figures, &state)
      case .lines:
        guard now >= state.nextLine else { return }
        state.nextLine = now + ProgressDisplay.lineMilliseconds
        OutputChannel.error.line("magpie: \(ProgressLine.plain(figures))")
      case .quiet: break
      }
    }
  }

  private func draw(_ figures: ProgressFigures, _ state: inout State) {
    let bar = ProgressLine.bar(figures, columns: columns)
    guard bar != state.lastBar || !state.isBarShown else { return }
    state.lastBar = bar
    state.isBarShown = true
    OutputChannel.error.write("\r\(bar)\u{1B}[K")
  }

  private func clear(_ state: inout State) {
    guard state.isBarShown else { return }
    state.isBarShown = false
    OutputChannel.error.write("\r\u{1B}[K")
  }

  private var columns: Int {
    let columns = Int(magpie_terminal_columns(2))
    if columns > 0 { return columns }
    let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) } ?? 0
    return named > 0 ? named : ProgressDisplay.columnsDefault
  }
}
