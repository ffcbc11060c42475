/// Progress in words, for one line.
enum ProgressLine {
  /// A bar for a terminal: at most `columns` wide, the less important parts left out first.
  static func bar(_ figures: ProgressFigures, columns: Int) -> String {
    let parts = self.parts(figures)
    // The last column stays free: a terminal may wrap behind it.
    let room = max(1, columns - 1)
    for barWidth in [24, 16, 10, 0] {
      let text = ([meter(figures, width: barWidth)] + parts).filter { !$0.isEmpty }.joined(separator: "  ")
      if text.count <= room { return text }
    }
    for count in stride(from: parts.count - 1, through: 1, by: -1) {
      let text = parts.prefix(count).joined(separator: "  ")
      if text.count <= room { return text }
    }
    return String((parts.first ?? "").prefix(room))
  }

  /// The same for a log: no bar.
  static func plain(_ figures: ProgressFigures) -> String {
    parts(figures).joined(separator: ", ")
  }

  /// Most important first.
  private static func parts(_ figures: ProgressFigures) -> [String] {
    var parts = [
      "\(Figures.grouped(figures.ended))/\(Figures.grouped(figures.planned))\(figures.isPlanned ? "" : "…") images"
    ]
    if figures.failed > 0 { parts.append("\(Figures.grouped(figures.failed)) failed") }
    if let left = figures.secondsLeft, figures.ended < figures.planned { parts.append("\(Figures.seconds(left)) left") }
    parts.append("\(Figures.short(figures.imagesPerSecond)) images/s")
    parts.append("\(Figures.short(figures.bytesPerSecond / 1_000_000)) MB/s")
    return parts
  }

  private static func meter(_ figures: ProgressFigures, width: Int) -> String {
    guard width > 0 else { return "" }
    // Without a total there is nothing to fill; an empty bar says so.
    let part = figures.isPlanned && figures.planned > 0 ? Double(figures.ended) / Double(figures.planned) : 0
    let filled = min(width, Int(part * Double(width)))
    let percent = figures.isPlanned ? " \(Int(part * 100))%" : ""
    return "[" + String(repeating: "#", count: filled) + String(repeating: "-", count: width - filled) + "]" + percent
  }
}
