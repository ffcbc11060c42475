import MagpieCore

/// The JSON lines of `--json`, one object an event.
enum EventLine {
  static func started(_ job: Job, manner: JobOpening.Manner, decoders: Int) -> JSONValue {
    [
      "event": "started", "job": .string(job.name.text), "manner": .string(manner.rawValue), "pass": .integer(job.pass),
      "source": .string(job.source), "destination": .string(job.destination),
      "recipeDigest": .string(job.recipeDigest), "decoders": .integer(decoders),
    ]
  }

  static func image(_ record: ImageRecord) -> JSONValue {
    var line: JSONValue = ["event": "image", "key": .string(record.key.utf8 ?? record.key.description)]
    if record.key.utf8 == nil { line = line.adding(["keyHex": .string(Words.hex(record.key.bytes))]) }
    line = line.adding([
      "status": .string(record.status.rawValue), "code": .text(record.error?.code.rawValue),
      "message": .text(record.error?.message), "output": .text(record.outputs.first?.key),
      "width": record.outputs.first.map { .integer($0.width) } ?? .null,
      "height": record.outputs.first.map { .integer($0.height) } ?? .null, "bytesIn": .integer(record.sourceSize),
      "bytesOut": .integer(record.outputs.reduce(0) { $0 + $1.bytes }), "attempts": .integer(record.attempts),
      "millis": .integer(record.milliseconds),
    ])
    return line
  }

  static func progress(_ figures: ProgressFigures, tally: RunTally, milliseconds: Int) -> JSONValue {
    [
      "event": "progress", "ended": .integer(figures.ended), "planned": .integer(figures.planned),
      "planComplete": .boolean(figures.isPlanned), "done": .integer(tally.done), "unchanged": .integer(tally.unchanged),
      "failed": .integer(figures.failed), "skipped": .integer(tally.skipped),
      "imagesPerSecond": .number(figures.imagesPerSecond), "bytesPerSecond": .number(figures.bytesPerSecond),
      "secondsLeft": figures.secondsLeft.map { .integer($0) } ?? .null, "millis": .integer(milliseconds),
    ]
  }
}
