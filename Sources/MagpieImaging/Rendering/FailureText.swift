import MagpieCore

/// libvips has no error codes: what it says is matched here, in one place, and Magpie's code follows.
enum FailureText {
  /// Where in the work of one image a call failed.
  enum Stage {
    case opening
    /// Decoding, scaling and encoding: they run together.
    case rendering
  }

  /// - Parameter looksCutShort: whether the file lacks the end that its format demands.
  static func error(_ failure: VipsFailure, stage: Stage, looksCutShort: Bool) -> MagpieError {
    let text = failure.text.asciiLowercase
    return MagpieError(code(text, stage: stage, looksCutShort: looksCutShort), message(failure.text))
  }

  private static func code(_ text: String, stage: Stage, looksCutShort: Bool) -> ErrorCode {
    if containsAny(text, memoryTexts) { return .limitMemory }
    if stage == .rendering, containsAny(text, encoderTexts) {
      return containsAny(text, ["too large", "too big", "dimension"]) ? .encodeTooLarge : .encodeFailed
    }
    if containsAny(text, ["blocked"]) { return .inputBlocked }
    if containsAny(text, ["image too large", "exceeds the maximum", "exceed user limits", "security limit"]) {
      return .limitPixels
    }
    if looksCutShort || containsAny(text, truncationTexts) { return .inputTruncated }
    if containsAny(text, unsupportedTexts) { return .inputUnsupported }
    return .inputCorrupt
  }

  private static let memoryTexts = [
    "out of memory", "insufficient memory", "memory allocation", "unable to allocate", "cannot allocate",
    "failed to allocate", "backing store not supported", "enomem", "error creating thread",
  ]

  private static let encoderTexts = [
    "vips2jpeg", "vips2png", "vips2webp", "jpegsave", "pngsave", "webpsave", "wbuffer",
  ]

  private static let truncationTexts = [
    "premature end", "truncated", "unexpected end", "end of stream", "end of data", "end of file",
  ]

  private static let unsupportedTexts = [
    "unsupported", "not supported", "not implemented", "no codec", "unknown compression", "compression scheme",
    "no decoding plugin",
  ]

  /// One line: the first that says something, without the "Vips: " style noise of repeats, at most 1 kB in UTF-8.
  static func message(_ text: String) -> String {
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    let line = lines.first { !$0.isEmpty } ?? "libvips gave no reason"
    var kept = ""
    var bytes = 0
    for character in line {
      bytes += character.utf8.count
      if bytes > DecoderProtocol.messageBytesMax { break }
      kept.append(character)
    }
    return kept
  }

  private static func containsAny(_ text: String, _ needles: [String]) -> Bool {
    needles.contains { text.contains($0) }
  }
}

extension String {
  fileprivate var asciiLowercase: String {
    String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
