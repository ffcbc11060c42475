/// Numbers for people.
enum Figures {
  /// `1,234,567`.
  static func grouped(_ number: Int) -> String {
    let digits = Array(String(number.magnitude).utf8)
    var text: [UInt8] = []
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text.append(UInt8(ascii: ",")) }
      text.append(digit)
    }
    return (number < 0 ? "-" : "") + String(decoding: text, as: UTF8.self)
  }

  /// `1 image`, `2 images`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(grouped(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  /// `512 B`, `1.5 MB`: powers of 1,000, as discs are sold and rates are given.
  static func bytes(_ number: Int) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var value = Double(number)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1_000
      unit += 1
    }
    return "\(unit == 0 ? grouped(number) : short(value)) \(units[unit])"
  }

  /// One decimal below a hundred, none above.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    if value >= 99.95 { return grouped(Int(value.rounded())) }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// `850 ms`, `12.3 s`, `4 min 05 s`, `2 h 03 min`.
  static func milliseconds(_ number: Int) -> String {
    if number < 1_000 { return "\(number) ms" }
    if number < 60_000 {
      let text = short(Double(number) / 1_000)
      return (text.hasSuffix(".0") ? String(text.dropLast(2)) : text) + " s"
    }
    return seconds(number / 1_000)
  }

  /// Whole seconds: `45 s`, `4 min 05 s`, `2 h 03 min`, `3 d 04 h`.
  static func seconds(_ number: Int) -> String {
    func two(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
    if number < 60 { return "\(number) s" }
    if number < 3_600 { return "\(number / 60) min \(two(number % 60)) s" }
    if number < 86_400 { return "\(number / 3_600) h \(two(number / 60 % 60)) min" }
    return "\(grouped(number / 86_400)) d \(two(number / 3_600 % 24)) h"
  }
}
