import Glibc

/// An open file descriptor that closes itself.
final class Descriptor: Sendable {
  let number: Int32

  init(_ number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  /// What fstat tells, or the errno.
  func status() -> Result<stat, SystemFailure> {
    var status = stat()
    guard fstat(number, &status) == 0 else { return .failure(SystemFailure(errno)) }
    return .success(status)
  }

  /// What an entry of this directory is, itself and not what a symbolic link names; `nil` where there is none.
  func status(of name: UnsafePointer<CChar>) -> stat? {
    var status = stat()
    return fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }
}

/// The errno of a failed system call.
struct SystemFailure: Error, CustomStringConvertible {
  var code: Int32

  init(_ code: Int32) {
    self.code = code
  }

  var description: String { SystemCall.text(code) }
}

extension stat {
  var isFile: Bool { st_mode & S_IFMT == S_IFREG }
  var isDirectory: Bool { st_mode & S_IFMT == S_IFDIR }
  var modifiedNanoseconds: Int { st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec }
  var changedNanoseconds: Int { st_ctim.tv_sec * 1_000_000_000 + st_ctim.tv_nsec }

  /// The ETag of a source: any write changes the size or the time.
  var etag: String {
    String(UInt64(bitPattern: Int64(st_size)), radix: 16) + "-"
      + String(UInt64(bitPattern: Int64(modifiedNanoseconds)), radix: 16)
  }
}
