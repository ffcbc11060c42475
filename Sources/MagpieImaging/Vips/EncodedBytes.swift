import CVips

/// An encoded image in memory that libvips allocated.
package struct EncodedBytes: ~Copyable {
  /// Raw, because the bytes go straight into a memory file; valid as long as this value.
  package let bytes: UnsafeRawBufferPointer

  /// - Throws: what libvips says where `save` returns non-zero.
  init(_ save: (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<Int>) -> Int32)
    throws(VipsFailure)
  {
    var memory: UnsafeMutableRawPointer?
    var length = 0
    guard save(&memory, &length) == 0, let memory else { throw VipsFailure.take() }
    bytes = UnsafeRawBufferPointer(start: memory, count: length)
  }

  deinit {
    magpie_vips_free(UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }
}
