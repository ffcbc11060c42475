import MagpieCore

/// A record with the names of the results table's columns.
struct RecordRow {
  let record: ImageRecord

  /// ImageKeyHex comes last: it is filled only for keys that are not UTF-8, whose ImageKey shows escapes.
  static let columns = [
    "ImageKey", "SourceBucket", "DestinationBucket", "ProcessedAt", "ImageSize", "ImageFormat", "Job", "SourceETag",
    "SourceSize", "Status", "Outputs", "ErrorCode", "ErrorMessage", "RecipeDigest", "Fence", "Worker", "Attempts",
    "Millis", "LibvipsVersion", "ImageKeyHex",
  ]

  static let csvHeader = columns.joined(separator: ",") + "\r\n"

  /// One line of RFC 4180, in the order of `columns`.
  var csv: String {
    let fields = [
      key, record.sourceBucket, record.destinationBucket, record.processedAt, record.imageSize ?? "",
      record.imageFormat ?? "", record.job.text, record.sourceETag, String(record.sourceSize), record.status.rawValue,
      outputs.text, record.error?.code.rawValue ?? "", record.error?.message ?? "", record.recipeDigest,
      String(record.fence), record.worker.text, String(record.attempts), String(record.milliseconds),
      record.libvipsVersion, keyHex ?? "",
    ]
    return fields.map(RecordRow.quoted).joined(separator: ",") + "\r\n"
  }

  /// One JSON object on a line.
  var json: String {
    var row: JSONValue = ["ImageKey": .string(key)]
    if let keyHex { row = row.adding(["ImageKeyHex": .string(keyHex)]) }
    let error: JSONValue =
      record.error.map { ["code": .string($0.code.rawValue), "message": .string($0.message)] } ?? .null
    row = row.adding([
      "SourceBucket": .string(record.sourceBucket), "DestinationBucket": .string(record.destinationBucket),
      "ProcessedAt": .string(record.processedAt), "ImageSize": .text(record.imageSize),
      "ImageFormat": .text(record.imageFormat), "Job": .string(record.job.text),
      "SourceETag": .string(record.sourceETag), "SourceSize": .integer(record.sourceSize),
      "Status": .string(record.status.rawValue), "Outputs": outputs, "Error": error,
      "RecipeDigest": .string(record.recipeDigest), "Fence": .integer(Int(clamping: record.fence)),
      "Worker": .string(record.worker.text), "Attempts": .integer(record.attempts),
      "Millis": .integer(record.milliseconds), "LibvipsVersion": .string(record.libvipsVersion),
    ])
    return row.text + "\n"
  }

  /// A field of RFC 4180: quoted where it holds a comma, a quote or a line break, quotes doubled.
  static func quoted(_ field: String) -> String {
    let special: Set<UInt8> = [UInt8(ascii: ","), UInt8(ascii: "\""), 0x0A, 0x0D]
    let isEdgeSpace = field.first == " " || field.last == " "
    guard isEdgeSpace || field.utf8.contains(where: special.contains) else { return field }
    var text = "\""
    for scalar in field.unicodeScalars {
      if scalar == "\"" { text += "\"" }
      text.unicodeScalars.append(scalar)
    }
    return text + "\""
  }

  private var key: String { record.key.utf8 ?? record.key.description }
  private var keyHex: String? { record.key.utf8 == nil ? Words.hex(record.key.bytes) : nil }

  private var outputs: JSONValue {
    .array(
      record.outputs.map { output in
        [
          "name": .string(output.name), "key": .string(output.key), "etag": .string(output.etag),
          "bytes": .integer(output.bytes), "width": .integer(output.width), "height": .integer(output.height),
          "format": .string(output.format),
        ]
      })
  }
}
