import CVips

/// An encoded image in memory that libvips allocated.
package struct EncodedBytes: ~Copyable {
  /// Raw, because the bytes go straight into a memory file; valid as long as this value.
  package private(set) var bytes: UnsafeRawBufferPointer

  /// - Throws: what libvips says where `save` returns non-zero.
  init(_ save: (UnsafeMutablePointer<UnsafeMutableRawPointer?>, UnsafeMutablePointer<Int>) -> Int32)
    throws(VipsFailure)
  {
    var memory: UnsafeMutableRawPointer?
    var length = 0
    guard save(&memory, &length) == 0, let memory else { throw VipsFailure.take() }
    bytes = UnsafeRawBufferPointer(start: memory, count: length)
  }

  /// Takes the EXIF chunk out of a WebP file: libvips 8.14.1 writes one of its own making whatever `strip` says.
  ///
  /// In place: chunks (RFC 9649, section 2.3) move up, the file's size and the flag in its `VP8X` chunk follow. What is
  /// not as libwebp writes it stays as it is.
  mutating func removeWebPMetadata() {
    guard bytes.count >= 30, tag(at: 0) == "RIFF", tag(at: 8) == "WEBP", tag(at: 12) == "VP8X" else { return }
    let memory = UnsafeMutableRawBufferPointer(mutating: bytes)
    var read = 12
    var written = 12
    while read + 8 <= memory.count {
      let size = Int(UInt32(littleEndian: memory.loadUnaligned(fromByteOffset: read + 4, as: UInt32.self)))
      let end = read + 8 + size + size % 2
      guard end <= memory.count else { return }
      if tag(at: read) != "EXIF" {
        let chunk = UnsafeRawBufferPointer(rebasing: bytes[read..<end])
        // The source and the target may overlap; copyMemory allows that.
        UnsafeMutableRawBufferPointer(rebasing: memory[written...]).copyMemory(from: chunk)
        written += chunk.count
      }
      read = end
    }
    memory[20] &= ~0x08
    memory.storeBytes(of: UInt32(written - 8).littleEndian, toByteOffset: 4, as: UInt32.self)
    bytes = UnsafeRawBufferPointer(rebasing: bytes[..<written])
  }

  private func tag(at offset: Int) -> String {
    String(decoding: bytes[offset..<(offset + 4)], as: UTF8.self)
  }

  deinit {
    magpie_vips_free(UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }
}
