import CSystem
import Glibc
import MagpieCore

/// One input and one output memory file that the decoder shares with its node.
package final class DecoderSlot {
  private let input: Int32
  private let output: Int32
  /// The input file as mapped. Raw, because codecs read it in place; the node seals the file against shrinking, so that
  /// no read of the mapping can fault.
  private var mapping = UnsafeRawBufferPointer(start: nil, count: 0)

  /// An output file above this is cut back when the next output is smaller, so that one large image does not hold its
  /// memory for good.
  private static let outputBytesKept = 16 << 20

  package init(input: Int32, output: Int32) {
    self.input = input
    self.output = output
  }

  deinit {
    unmap()
  }

  /// The slots a decoder was born with: as many as there are open pairs of descriptors in a row.
  package static func inherited() -> [DecoderSlot] {
    var slots: [DecoderSlot] = []
    for index in 0..<DecoderProtocol.slotsMax {
      let input = DecoderProtocol.inputDescriptor(slot: index)
      let output = DecoderProtocol.outputDescriptor(slot: index)
      guard fcntl(input, F_GETFD) >= 0, fcntl(output, F_GETFD) >= 0 else { break }
      slots.append(DecoderSlot(input: input, output: output))
    }
    return slots
  }

  /// Whether the input file has `count` bytes. A request for more than there are is no request.
  func holds(_ count: Int) -> Bool {
    if count <= mapping.count { return true }
    var status = stat()
    return fstat(input, &status) == 0 && status.st_size >= count
  }

  /// The first `count` bytes of the input, which holds them; valid until the next call.
  ///
  /// - Throws: `limit.memory` where there is no room to map them.
  func inputBytes(_ count: Int) throws(MagpieError) -> UnsafeRawBufferPointer {
    if count > mapping.count {
      unmap()
      var status = stat()
      fstat(input, &status)
      guard let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, input, 0), start != MAP_FAILED else {
        throw MagpieError(.limitMemory, "no room to map an input of \(status.st_size) bytes")
      }
      mapping = UnsafeRawBufferPointer(start: start, count: Int(status.st_size))
    }
    return UnsafeRawBufferPointer(rebasing: mapping[..<count])
  }

  /// - Throws: `limit.memory` where the output file cannot grow.
  func write(_ bytes: UnsafeRawBufferPointer) throws(MagpieError) {
    var status = stat()
    if fstat(output, &status) == 0, status.st_size > Self.outputBytesKept, status.st_size > bytes.count {
      _ = ftruncate(output, bytes.count)
    }
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = pwrite(output, rest.baseAddress, rest.count, written)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else {
        throw MagpieError(.limitMemory, "the output area cannot grow to \(bytes.count) bytes")
      }
      written += count
    }
  }

  private func unmap() {
    guard let start = mapping.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: start), mapping.count)
    mapping = UnsafeRawBufferPointer(start: nil, count: 0)
  }
}
