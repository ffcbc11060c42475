import Foundation
import MagpieCore
import Testing

@testable import magpie

@Suite("Rows of a report")
struct RecordRowTests {
  @Test(
    arguments: [
      ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""), ("two\nlines", "\"two\nlines\""),
      ("cr\r\nlf", "\"cr\r\nlf\""), (" edge", "\" edge\""), ("", ""), ("it's", "it's"),
    ])
  func quoting(_ field: String, _ quoted: String) { #expect(RecordRow.quoted(field) == quoted) }

  static func record(_ key: ObjectKey) -> ImageRecord {
    ImageRecord(
      key: key, job: JobName("j"), sourceBucket: "/in", destinationBucket: "/out",
      processedAt: "2026-11-24T09:30:00.125Z",
      sourceETag: "e", sourceSize: 5, status: .done,
      outputs: [OutputRecord(name: "default", key: "k", etag: "o", bytes: 3, width: 8, height: 6, format: "JPEG")],
      recipeDigest: "d", fence: 7, worker: OwnerID("w"), attempts: 1, milliseconds: 12, libvipsVersion: "8.14.1")
  }

  @Test func aRowOfCSV() {
    let row = RecordRow(record: Self.record("a, b.jpg")).csv
    let outputs =
      ##""[{""name"":""default"",""key"":""k"",""etag"":""o"",""bytes"":3,"##
      + ##"""width"":8,""height"":6,""format"":""JPEG""}]""##
    #expect(
      row == #""a, b.jpg",/in,/out,2026-11-24T09:30:00.125Z,8x6,JPEG,j,e,5,done,"# + outputs
        + ",,,d,7,w,1,12,8.14.1,\r\n")
  }

  @Test func aRowOfJSON() throws {
    var record = Self.record("a\"\n\u{1F426}.jpg")
    record.status = .failed
    record.outputs = []
    record.error = MagpieError(.inputCorrupt, "bad")
    let text = RecordRow(record: record).json
    #expect(text.filter { $0 == "\n" }.count == 1)
    let row = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(row["ImageKey"] as? String == "a\"\n\u{1F426}.jpg")
    #expect(row["Error"] as? [String: String] == ["code": "input.corrupt", "message": "bad"])
    #expect(row["ImageSize"] is NSNull)
    #expect(row["ImageKeyHex"] == nil)
    #expect(row["Fence"] as? Int == 7)
  }

  @Test func aKeyThatIsNotUTF8HasItsBytesToo() throws {
    let row = RecordRow(record: Self.record(ObjectKey(bytes: [0x61, 0xFF])))
    #expect(row.json.hasPrefix(#"{"ImageKey":"a\\xff","ImageKeyHex":"61ff""#))
    #expect(row.csv.hasSuffix(",61ff\r\n"))
    #expect(row.csv.hasPrefix(#"a\xff,"#))
  }
}
