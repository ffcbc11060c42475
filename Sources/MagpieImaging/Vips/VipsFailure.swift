import CVips

/// What libvips left in its error buffer, as it wrote it: one or more lines.
struct VipsFailure: Error {
  var text: String

  /// Takes the buffer. There is one per process, so this belongs to the call just made only because a decoder works on
  /// one image at a time.
  static func take() -> VipsFailure {
    guard let buffer = magpie_vips_take_errors() else { return VipsFailure(text: "libvips gave no reason") }
    defer { magpie_vips_free(buffer) }
    let text = String(cString: buffer)
    return VipsFailure(text: text.isEmpty ? "libvips gave no reason" : text)
  }

  /// Forgets what earlier work left: the next failure, or lost part, is the next call's.
  static func clear() {
    _ = take()
    _ = magpie_vips_take_lost_tiles()
  }

  /// To be called when pixels were computed and libvips reports success.
  ///
  /// Success may lack a part: where memory runs out within a pipeline, libvips 8.14 stops early, leaves the rest black
  /// and only notes the reason. So any note counts as a failure, but for what libjpeg has to say of damage that it
  /// could repair; `clear` comes before.
  ///
  /// - Throws: the reason.
  static func checkNothingLost() throws(VipsFailure) {
    let isLost = magpie_vips_take_lost_tiles()
    guard let buffer = magpie_vips_take_errors() else { return }
    defer { magpie_vips_free(buffer) }
    let notes = String(cString: buffer).split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("VipsJpeg: ") }
    if let note = notes.first { throw VipsFailure(text: String(note)) }
    if isLost { throw VipsFailure(text: "a part of the image could not be computed") }
  }
}
