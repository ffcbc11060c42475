import Glibc
import MagpieCore

/// A key as a path below a root: proven free of everything that could lead out of it.
struct DirectoryPath {
  /// The path's bytes and a NUL.
  let cString: [CChar]
  /// Where the last segment begins in `cString`.
  let baseOffset: Int

  /// Why a key can be no path.
  struct Refusal: Error {
    var reason: String
  }

  init(_ key: ObjectKey) throws(Refusal) {
    let bytes = key.bytes
    guard !bytes.isEmpty else { throw Refusal(reason: "it is empty") }
    guard !bytes.contains(0) else { throw Refusal(reason: "it holds a NUL byte") }
    var start = 0
    for segment in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if segment.isEmpty {
        throw Refusal(reason: "a part of it between slashes is empty")
      }
      if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) {
        throw Refusal(reason: "a part of it is “\(String(decoding: segment, as: UTF8.self))”")
      }
      // NAME_MAX of Linux.
      if segment.count > 255 {
        throw Refusal(reason: "a part of it is \(segment.count) bytes long and a file name holds 255")
      }
      if segment.startIndex == 0, segment.elementsEqual(DirectoryPath.reserved.utf8) {
        throw Refusal(reason: "“\(DirectoryPath.reserved)” belongs to magpie")
      }
      start = segment.startIndex
    }
    cString = bytes.map { CChar(bitPattern: $0) } + [0]
    baseOffset = start
  }

  /// The directory at a root that holds state and temporary files, and no objects.
  static let reserved = ".magpie"

  /// The segment that names the object, with its NUL.
  var base: [CChar] { Array(cString[baseOffset...]) }

  /// The path of the directory that holds it, with a NUL; `nil` at the root.
  var parent: [CChar]? {
    baseOffset == 0 ? nil : Array(cString[..<(baseOffset - 1)]) + [0]
  }
}
