internal import CCrypto

/// SHA-256 by OpenSSL.
package enum Digest {
  /// 32 bytes.
  package static func sha256(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      _ = SHA256(bytes, bytes.count, digest.baseAddress)
      count = 32
    }
  }

  /// In lower-case hex.
  package static func hex(_ bytes: [UInt8]) -> String {
    bytes.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }
}
