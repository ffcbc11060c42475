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
}
