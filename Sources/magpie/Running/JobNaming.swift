import MagpieCore
import MagpieNode

/// Names of jobs.
enum JobNaming {
  static let lengthMax = 128
  private static let baseLengthMax = 40

  /// A name that is a function of source, destination and recipe, so that the same command finds its job again.
  static func derived(source: String, destination: String, recipeDigest: String) -> JobName {
    let identity = [source, destination, recipeDigest].joined(separator: "\0")
    let digest = Digest.hex(Digest.sha256(Array(identity.utf8))).prefix(8)
    return JobName("\(sanitised(source))-\(digest)")
  }

  /// - Throws: `config.invalid` for a name that some store could not hold or that looks like a path.
  static func given(_ text: String) throws(MagpieError) -> JobName {
    guard !text.isEmpty, text.utf8.count <= lengthMax, text.utf8.allSatisfy(isPlain), text.first != "-",
      text.first != "."
    else {
      throw MagpieError(
        .configInvalid,
        "“\(ObjectKey(text))” is no name of a job: use up to \(lengthMax) of A–Z a–z 0–9 . _ - and begin with a letter "
          + "or digit")
    }
    return JobName(text)
  }

  private static func sanitised(_ source: String) -> String {
    let base = ObjectKey(source).base.prefix(baseLengthMax).map { isPlain($0) ? $0 : UInt8(ascii: "-") }
    let text = String(decoding: base.drop { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }, as: UTF8.self)
    return text.isEmpty ? "job" : text
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
  }
}
