internal import CSystem
internal import Glibc
internal import MagpieCore

/// A directory that nothing below it can be left from: every path is opened relative to its descriptor with openat2 and
/// RESOLVE_BENEATH, and no symbolic link is followed.
final class RootDirectory: Sendable {
  let path: String
  let descriptor: Int32

  /// Magpie's own folder, at the root alone.
  static let ownFolder = ".magpie"
  private static let nameBytesMax = 255

  /// - Throws: an errno; the root itself may be a symbolic link.
  init(path: String) throws(Errno) {
    descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno() }
    guard let resolved = realpath(path, nil) else {
      let error = Errno()
      close(descriptor)
      throw error
    }
    defer { free(resolved) }
    self.path = String(cString: resolved)
  }

  deinit {
    close(descriptor)
  }

  /// Opens what lies at `path` beneath the root; an empty path is the root.
  func open(_ path: [UInt8], _ flags: Int32) throws(Errno) -> OpenFile {
    let text = path.isEmpty ? [CChar(bitPattern: UInt8(ascii: "."))] : path.map(CChar.init(bitPattern:))
    let opened = magpie_openat2(descriptor, text + [0], UInt64(flags | O_CLOEXEC), 0, magpie_resolve_strictly)
    guard opened >= 0 else { throw Errno() }
    return OpenFile(opened)
  }

  /// Why no file beneath the root can have this key as its path, or `nil` where one can.
  static func objection(to key: ObjectKey) -> String? {
    if key.bytes.isEmpty { return "the name is empty" }
    if key.bytes.contains(0) { return "the name holds a NUL byte" }
    for segment in key.bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if segment.isEmpty { return "the name begins or ends with / or holds //" }
      if segment.elementsEqual("..".utf8) || segment.elementsEqual(".".utf8) {
        return "the name holds the segment \(String(decoding: segment, as: UTF8.self))"
      }
      if segment.count > nameBytesMax {
        return "a segment of the name has \(segment.count) bytes, a file name has at most \(nameBytesMax)"
      }
    }
    let first = key.bytes.prefix { $0 != UInt8(ascii: "/") }
    return first.elementsEqual(ownFolder.utf8) ? "\(ownFolder) is Magpie's own folder" : nil
  }
}

/// An open descriptor that closes itself.
struct OpenFile: ~Copyable {
  let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit {
    close(descriptor)
  }

  func status() throws(Errno) -> stat {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw Errno() }
    return status
  }
}

/// The error number of the last system call on this thread.
struct Errno: Error {
  let code: Int32

  init(_ code: Int32 = errno) {
    self.code = code
  }

  var text: String { String(cString: strerror(code)) }
}
