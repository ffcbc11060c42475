/// Writes little-endian integers and length-prefixed bytes into a packet.
struct PacketWriter {
  var bytes: [UInt8] = []

  mutating func put(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// At most `max` bytes; the rest is dropped, which only messages for people ever need.
  mutating func put(_ text: [UInt8], max: Int) {
    let kept = text.prefix(max)
    put(UInt32(kept.count))
    bytes += kept
  }
}

/// Reads what `PacketWriter` wrote, trusting nothing: every read is checked, and `nil` means the packet is not one.
struct PacketReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  var isAtEnd: Bool { rest.isEmpty }

  mutating func take<T: FixedWidthInteger>(_: T.Type = T.self) -> T? {
    let size = MemoryLayout<T>.size
    guard rest.count >= size else { return nil }
    defer { rest = rest.dropFirst(size) }
    return rest.prefix(size).reversed().reduce(T.zero) { $0 << 8 | T(truncatingIfNeeded: $1) }
  }

  /// An integer within `range`.
  mutating func take<T: FixedWidthInteger>(_: T.Type = T.self, in range: ClosedRange<Int>) -> Int? {
    guard let value: T = take(), let int = Int(exactly: value), range.contains(int) else { return nil }
    return int
  }

  mutating func takeBytes(max: Int) -> [UInt8]? {
    guard let count = take(UInt32.self, in: 0...max), rest.count >= count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }
}
