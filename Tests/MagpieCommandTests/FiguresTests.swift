import Testing

@testable import magpie

@Suite("Figures and words")
struct FiguresTests {
  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000")])
  func grouped(_ number: Int, _ text: String) { #expect(Figures.grouped(number) == text) }

  @Test(
    arguments: [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (12_345_678, "12.3 MB"), (999_999, "1.0 MB")])
  func bytes(_ number: Int, _ text: String) { #expect(Figures.bytes(number) == text) }

  @Test(
    arguments: [
      (999, "999 ms"), (1_000, "1 s"), (1_550, "1.6 s"), (59_000, "59 s"), (245_000, "4 min 05 s"),
      (7_380_000, "2 h 03 min"), (90_000_000, "1 d 01 h"),
    ])
  func milliseconds(_ number: Int, _ text: String) { #expect(Figures.milliseconds(number) == text) }

  @Test(arguments: [("plain", "plain"), ("a b", "'a b'"), ("it's", #"'it'\''s'"#), ("", "''"), ("$x", "'$x'")])
  func shell(_ text: String, _ quoted: String) { #expect(Words.shellQuoted(text) == quoted) }

  @Test func aTerminalSeesNoControlCharacters() {
    #expect(Words.printable("a\u{1B}[31m\\b\u{7F}\u{9B}é") == #"a\x1b[31m\b\x7f\xc2\x9bé"#)
  }

  @Test(
    arguments: [("decodrs", "decoders"), ("memroy", "memory"), ("imagetimeout", "image_timeout"), ("xyzzy", nil)]
      as [(String, String?)])
  func nearest(_ word: String, _ meant: String?) {
    #expect(Spelling.nearest(to: word, among: ["decoders", "memory", "image_timeout", "grace"]) == meant)
  }

  @Test func neighboursSwappedAreOneMistake() {
    #expect(Spelling.distance("memroy", "memory") == 1)
    #expect(Spelling.distance("", "abc") == 3)
    #expect(Spelling.distance("abc", "abc") == 0)
  }
}
