import MagpieCore

/// Text made safe for where it goes.
enum Words {
  /// Text that may hold control characters, for a terminal. Unlike in `ObjectKey.description`, backslashes stay as they
  /// are.
  static func printable(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
      if isControl { result += ObjectKey(String(scalar)).description } else { result.unicodeScalars.append(scalar) }
    }
  }

  /// An argument as a POSIX shell would have to be given it.
  static func shellQuoted(_ text: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:,@%+".utf8)
    if !text.isEmpty, text.utf8.allSatisfy(plain.contains) { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }

  static func hex(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }
}
