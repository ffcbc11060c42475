/// Every way in which an image, a recipe, a setting or a store can fail: one list for records, logs and exit messages.
package enum ErrorCode: String, Hashable, Sendable, CaseIterable {
  case inputEmpty = "input.empty"
  case inputUnknownFormat = "input.unknown_format"
  case inputTruncated = "input.truncated"
  case inputCorrupt = "input.corrupt"
  case inputUnsupported = "input.unsupported"
  case inputBlocked = "input.blocked"
  case limitPixels = "limit.pixels"
  case limitFrames = "limit.frames"
  case limitBytes = "limit.bytes"
  case limitMemory = "limit.memory"
  case limitTime = "limit.time"
  case crashSignal = "crash.signal"
  case crashNode = "crash.node"
  case decoderUnusable = "decoder.unusable"
  case encodeFailed = "encode.failed"
  case encodeTooLarge = "encode.too_large"
  case sourceChanged = "source.changed"
  case sourceMissing = "source.missing"
  case sourceDenied = "source.denied"
  case sourceUnreadable = "source.unreadable"
  case sinkDenied = "sink.denied"
  case sinkFull = "sink.full"
  case sinkConflict = "sink.conflict"
  case sinkName = "sink.name"
  case sinkUnwritable = "sink.unwritable"
  case recipeInvalid = "recipe.invalid"
  case recipeCollision = "recipe.collision"
  case configInvalid = "config.invalid"
  case storeUnreachable = "store.unreachable"
  case storeCorrupt = "store.corrupt"

  /// Whether doing the same again, unchanged, may succeed.
  package var retryCanHelp: Bool {
    switch self {
    case .crashSignal, .sourceUnreadable, .sinkUnwritable, .storeUnreachable: true
    default: false
    }
  }

  /// Whether the fault is the node's or the destination's rather than the image's: every further image would fail
  /// alike, so the run stops instead of recording ten million failures.
  package var stopsTheRun: Bool {
    switch self {
    case .decoderUnusable, .sinkFull, .storeUnreachable, .storeCorrupt: true
    default: false
    }
  }

  /// What the user should do, as a sentence without its full stop.
  package var advice: String {
    switch self {
    case .inputEmpty: "the file has no bytes; restore it from its origin"
    case .inputUnknownFormat: "the content is no known image; check what wrote the file"
    case .inputTruncated: "the file ends too early; upload or copy it again"
    case .inputCorrupt: "the content is damaged; restore it from its origin"
    case .inputUnsupported: "this variant of the format cannot be read by the libvips at hand"
    case .inputBlocked: "this format is not opened because its decoder is not safe for unknown input"
    case .limitPixels: "the image has more pixels than allowed; raise limits.pixels if you trust it"
    case .limitFrames: "the image has more frames than allowed"
    case .limitBytes: "the file is larger than allowed; raise limits.bytes if you trust it"
    case .limitMemory: "decoding needs more memory than the budget; raise worker.memory"
    case .limitTime: "decoding took longer than allowed; raise worker.image_timeout if you trust it"
    case .crashSignal: "the decoder died on this image each time it was tried; keep the file for a bug report"
    case .crashNode: "whole workers died on this image; keep the file for a bug report"
    case .decoderUnusable: "magpie doctor tells what is missing"
    case .encodeFailed: "the output could not be encoded; see the message"
    case .encodeTooLarge: "the output is too large for its format; choose another format or a smaller size"
    case .sourceChanged: "the source changed while the job ran; run the same command again"
    case .sourceMissing: "the source vanished while the job ran; run the same command again"
    case .sourceDenied: "the source may not be read; check its permissions"
    case .sourceUnreadable: "the source could not be read; see the message and run the same command again"
    case .sinkDenied: "the destination may not be written; check its permissions"
    case .sinkFull: "the destination is full; free space and run the same command again"
    case .sinkConflict: "something else stands at the output's place; move it or change --output-key"
    case .sinkName: "the output's name is not possible in the destination; change --output-key"
    case .sinkUnwritable: "the destination could not be written; see the message and run the same command again"
    case .recipeInvalid: "correct the recipe"
    case .recipeCollision:
      "two sources meet on one output; change --output-key, for example to {dir}{stem}-{srcext}.{ext}"
    case .configInvalid: "correct the setting"
    case .storeUnreachable: "the state store could not be used; see the message"
    case .storeCorrupt: "the state file is damaged; move it away and run the same command again to rebuild it"
    }
  }
}
