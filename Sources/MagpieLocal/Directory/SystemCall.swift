import Glibc

/// Errors of system calls as negative numbers and as text.
enum SystemCall {
  /// The result of `body`, tried again where a signal interrupted it; `-errno` where it failed.
  static func retry<Value: SignedInteger>(_ body: () -> Value) -> Value {
    while true {
      let value = body()
      if value >= 0 { return value }
      let code = errno
      if code != EINTR { return Value(-code) }
    }
  }

  /// What an errno says, in the system's words.
  static func text(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

/// Directories by path.
enum PathTree {
  /// Creates a directory and its parents with mode 0755 where they are absent; returns 0 or an errno.
  static func create(_ path: String) -> Int32 {
    var status = stat()
    if stat(path, &status) == 0 {
      return status.st_mode & S_IFMT == S_IFDIR ? 0 : ENOTDIR
    }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      let code = create(String(path[..<slash]))
      if code != 0 { return code }
    }
    return mkdir(path, 0o755) == 0 || errno == EEXIST ? 0 : errno
  }
}
