import MagpieCore
import Testing

@Suite struct KeyTests {
  @Test func keysAreOrderedAndComparedByBytes() {
    let composed = ObjectKey("caf\u{E9}")
    let decomposed = ObjectKey("cafe\u{301}")
    #expect(composed != decomposed)
    #expect(["a-b", "a/b", "a.b", "a"].map { ObjectKey($0) }.sorted() == ["a", "a-b", "a.b", "a/b"])
  }

  @Test func partsOfAKey() {
    let key: ObjectKey = "a/b/IMG.1.CR2.PNG"
    #expect(String(decoding: key.directory, as: UTF8.self) == "a/b/")
    #expect(String(decoding: key.stem, as: UTF8.self) == "IMG.1.CR2")
    #expect(key.suffix == "png")
    #expect(ObjectKey(".hidden").suffix == "")
  }

  @Test func aKeyForPeopleIsOneLineAndNeverAmbiguous() {
    #expect(ObjectKey("a\nb\u{1B}[31m").description == "a\\x0ab\\x1b[31m")
    #expect(ObjectKey(bytes: [0x61, 0xFF, 0x5C]).description == "a\\xff\\\\")
    #expect(ObjectKey(bytes: [0xFF]).utf8 == nil)
  }

  @Test func rangesAreOpenBelowAndClosedAbove() {
    let range = KeyRange(lo: "b", hi: "d")
    #expect([ObjectKey("b"), "c", "d", "e"].map(range.contains) == [false, true, true, false])
    #expect(KeyRange.everything.contains(""))
  }

  @Test func tilingSeesGapsAndOverlaps() {
    let first = KeyRange(lo: nil, hi: "k")
    let second = KeyRange(lo: "k", hi: nil)
    #expect(KeyRange.tile([second, first], exactly: .everything))
    #expect(!KeyRange.tile([first], exactly: .everything))
    #expect(!KeyRange.tile([first, KeyRange(lo: "l", hi: nil)], exactly: .everything))
    #expect(!KeyRange.tile([first, KeyRange(lo: "j", hi: nil)], exactly: .everything))
    #expect(!KeyRange.tile([first, first, second], exactly: .everything))
  }
}
