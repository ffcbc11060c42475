internal import CSystem
internal import Glibc
package import MagpieCore
import MagpieStores
import Synchronization

/// The memory file that a store reads an image into and a decoder maps: no copy lies between them.
///
/// `@unchecked Sendable`: the mapping is used by one image at a time; the pool lends a slot to one task and then to the
/// decoder's thread, never to both.
package final class InputMemory: ObjectBuffer, @unchecked Sendable {
  let descriptor: Int32
  private var mapping: UnsafeMutableRawPointer?
  /// Bytes of the file and the mapping. Read by the decoder's thread for its other slots too.
  var capacity: Int { capacityNow.load(ordering: .relaxed) }
  private let capacityNow = Atomic<Int>(0)

  /// Pages above this are given back after an image, so that one large one does not stay paid for.
  static let keptBytes = 8 << 20

  init() throws(MagpieError) {
    descriptor = try memoryFile("magpie-input")
    // The decoder may not shrink the file, or touching the mapping here would fault; nor seal it against the next
    // image.
    guard magpie_seal(descriptor, true) == 0 else {
      close(descriptor)
      throw MagpieError(.storeUnreachable, "cannot seal shared memory: \(String(cString: strerror(errno)))")
    }
  }

  deinit {
    if let mapping { munmap(mapping, capacity) }
    close(descriptor)
  }

  package func fill(
    capacity bytes: Int, _ body: (UnsafeMutableRawBufferPointer) throws(MagpieError) -> Int
  ) throws(MagpieError) -> Int {
    if bytes > capacity { try grow(to: bytes) }
    return try body(UnsafeMutableRawBufferPointer(start: mapping, count: bytes))
  }

  /// Gives back what a large image used.
  func release() {
    guard capacity > InputMemory.keptBytes else { return }
    _ = magpie_punch_hole(descriptor, off_t(InputMemory.keptBytes), off_t(capacity - InputMemory.keptBytes))
  }

  private func grow(to bytes: Int) throws(MagpieError) {
    let rounded = max(1 << 20, (bytes + 0xFFFFF) & ~0xFFFFF)
    guard ftruncate(descriptor, off_t(rounded)) == 0 else {
      throw MagpieError(.limitMemory, "cannot get \(bytes) bytes of shared memory: \(String(cString: strerror(errno)))")
    }
    let new = mmap(nil, rounded, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let new, new != MAP_FAILED else {
      throw MagpieError(.limitMemory, "cannot map \(bytes) bytes of shared memory: \(String(cString: strerror(errno)))")
    }
    if let mapping { munmap(mapping, capacity) }
    mapping = new
    capacityNow.store(rounded, ordering: .relaxed)
  }
}

/// The memory file that a decoder leaves its outputs in. Read with pread and never mapped here: the decoder could
/// shrink it under a mapping.
struct OutputMemory: Sendable {
  let descriptor: Int32

  init() throws(MagpieError) {
    descriptor = try memoryFile("magpie-output")
    // A decoder could else seal it against its successors.
    guard magpie_seal(descriptor, false) == 0 else {
      close(descriptor)
      throw MagpieError(.storeUnreachable, "cannot seal shared memory: \(String(cString: strerror(errno)))")
    }
  }

  /// The outputs, one after another from the start, or `nil` where the file does not hold them.
  func read(_ outputs: [DecodedOutput]) -> [[UInt8]]? {
    var offset = 0
    var result: [[UInt8]] = []
    for output in outputs {
      guard let bytes = read(output.bytes, at: offset) else { return nil }
      result.append(bytes)
      offset += output.bytes
    }
    return result
  }

  private func read(_ count: Int, at offset: Int) -> [UInt8]? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, count >= 0, status.st_size >= offset + count else { return nil }
    var isWhole = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var got = 0
      while got < count {
        let step = pread(descriptor, buffer.baseAddress.map { $0 + got }, count - got, off_t(offset + got))
        guard step > 0 else { break }
        got += step
      }
      isWhole = got == count
      initialized = got
    }
    return isWhole ? bytes : nil
  }
}

func memoryFile(_ name: String) throws(MagpieError) -> Int32 {
  let low = magpie_memfd(name)
  guard low >= 0 else {
    throw MagpieError(.storeUnreachable, "cannot make shared memory: \(String(cString: strerror(errno)))")
  }
  defer { close(low) }
  // Numbered high, out of the way of the numbers that the decoder will know it by.
  let descriptor = magpie_duplicate(low, 64)
  guard descriptor >= 0 else {
    throw MagpieError(.storeUnreachable, "cannot make shared memory: \(String(cString: strerror(errno)))")
  }
  return descriptor
}
