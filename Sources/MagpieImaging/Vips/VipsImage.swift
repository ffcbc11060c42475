import CVips

/// One libvips image: a pipeline that computes pixels when they are asked for. Released with its last holder.
///
/// It is not Sendable: libvips' error buffer is one per process, so a process works on one image from one thread.
final class VipsImage {
  /// Opaque to Swift; the class holds one reference of it.
  let pointer: OpaquePointer

  private init(owning pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit {
    magpie_image_release(pointer)
  }

  /// The image that `call` returns a reference to.
  ///
  /// - Throws: what libvips says where it returns none.
  static func from(_ call: () -> OpaquePointer?) throws(VipsFailure) -> VipsImage {
    guard let pointer = call() else { throw VipsFailure.take() }
    return VipsImage(owning: pointer)
  }

  /// The image that an operation makes of this one.
  func applying(_ operation: (OpaquePointer) -> OpaquePointer?) throws(VipsFailure) -> VipsImage {
    try VipsImage.from { operation(pointer) }
  }

  var width: Int { Int(magpie_image_width(pointer)) }
  var height: Int { Int(magpie_image_height(pointer)) }
  var bands: Int { Int(magpie_image_bands(pointer)) }
  var pages: Int { Int(magpie_image_pages(pointer)) }
  var isInterlaced: Bool { magpie_image_is_interlaced(pointer) }
  var hasAlpha: Bool { magpie_image_has_alpha(pointer) }
  var interpretation: Int32 { magpie_image_interpretation(pointer) }
  var format: Int32 { magpie_image_format(pointer) }
  var orientation: Orientation { Orientation(rawValue: Int(magpie_image_orientation(pointer))) ?? .upright }

  /// A metadata field's bytes, which live as long as the image.
  func withBlob<Result>(_ field: String, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    var length = 0
    guard let bytes = magpie_image_blob(pointer, field, &length) else { return nil }
    return body(UnsafeRawBufferPointer(start: bytes, count: length))
  }
}
