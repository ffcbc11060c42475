/// The name of an object in a store: bytes with byte order, as S3 and DynamoDB compare them.
///
/// Swift's `String` orders and equates by Unicode canonical equivalence, so two keys that differ only in normalisation
/// would be one. A key is therefore never compared as a `String`. Keys are UTF-8 in S3; a directory may hold names
/// that are not, and those are carried unchanged.
package struct ObjectKey: Hashable, Sendable {
  package let bytes: [UInt8]

  package init(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
  }

  package init(_ string: String) {
    self.bytes = Array(string.utf8)
  }

  /// The key as text, or `nil` where its bytes are not UTF-8.
  package var utf8: String? {
    String(validating: bytes, as: UTF8.self)
  }

  /// The bytes before and including the last `/`; empty for a key without one.
  package var directory: ArraySlice<UInt8> {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return [] }
    return bytes[...slash]
  }

  /// The bytes after the last `/`.
  package var base: ArraySlice<UInt8> {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return bytes[...] }
    return bytes[(slash + 1)...]
  }

  /// The base name without its last suffix; a leading dot does not begin a suffix.
  package var stem: ArraySlice<UInt8> {
    guard let dot = suffixDot else { return base }
    return base[..<dot]
  }

  /// The suffix without its dot and in ASCII lower case; empty where there is none.
  package var suffix: String {
    guard let dot = suffixDot else { return "" }
    return String(decoding: base[(dot + 1)...], as: UTF8.self).asciiLowercased
  }

  private var suffixDot: Int? {
    guard let dot = base.lastIndex(of: UInt8(ascii: ".")), dot > base.startIndex else { return nil }
    return dot
  }
}

extension ObjectKey: Comparable {
  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

extension ObjectKey: ExpressibleByStringLiteral {
  package init(stringLiteral value: String) {
    self.init(value)
  }
}

extension ObjectKey: CustomStringConvertible {
  /// The key for people and logs: control characters and bytes that are not UTF-8 appear as `\xNN`, a backslash as
  /// `\\`, so one key is one line and different keys stay different.
  package var description: String {
    var text = ""
    var rest = bytes[...]
    while let first = rest.first {
      let length = ObjectKey.scalarLength(leadByte: first)
      if length > 0, rest.count >= length,
        let scalar = String(validating: rest.prefix(length), as: UTF8.self)?.unicodeScalars.first,
        scalar.value >= 0x20, !(0x7F...0x9F).contains(scalar.value)
      {
        text += scalar == "\\" ? "\\\\" : String(scalar)
        rest = rest.dropFirst(length)
      } else {
        text += "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16)
        rest = rest.dropFirst()
      }
    }
    return text
  }

  private static func scalarLength(leadByte: UInt8) -> Int {
    switch leadByte {
    case 0x00..<0x80: 1
    case 0xC2..<0xE0: 2
    case 0xE0..<0xF0: 3
    case 0xF0..<0xF5: 4
    default: 0
    }
  }
}

extension String {
  /// A–Z lowered, all else unchanged; independent of locale.
  package var asciiLowercased: String {
    String(decoding: utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }
}
