import Foundation

/// One line of `magpie report --format ndjson`.
struct ReportedRecord: Decodable, Sendable {
  struct Output: Decodable, Sendable {
    var key: String
    var bytes: Int
    var width: Int
    var height: Int
    var format: String
  }

  struct Problem: Decodable, Sendable {
    var code: String
    var message: String
  }

  var key: String
  var status: String
  var outputs: [Output]
  var error: Problem?
  var fence: Int
  var worker: String
  var attempts: Int
  var sourceSize: Int

  private enum CodingKeys: String, CodingKey {
    case key = "ImageKey"
    case status = "Status"
    case outputs = "Outputs"
    case error = "Error"
    case fence = "Fence"
    case worker = "Worker"
    case attempts = "Attempts"
    case sourceSize = "SourceSize"
  }

  var name: FileName { FileName(key) }
}

/// One line of `magpie run --json`, as far as the tests look at it.
struct RunEvent: Decodable, Sendable {
  var event: String
  var key: String?
  var status: String?
  var code: String?
  var finished: Bool?
  var done: Int?
  var unchanged: Int?
  var failed: Int?
  var skipped: Int?
  var ownEnded: Int?
  var ownBytesRead: Int?

  /// Every whole line; a last one that was cut by a kill is left out.
  static func lines(of output: String) throws -> [RunEvent] {
    let whole = output.last == "\n" ? output[...] : output[..<(output.lastIndex(of: "\n") ?? output.startIndex)]
    return try whole.split(separator: "\n").map { try JSONDecoder().decode(RunEvent.self, from: Data($0.utf8)) }
  }
}

extension [RunEvent] {
  var images: [RunEvent] { filter { $0.event == "image" } }
  var imageNames: [FileName] { images.compactMap { $0.key.map { FileName($0) } } }
  var summary: RunEvent? { last?.event == "summary" ? last : nil }
}
