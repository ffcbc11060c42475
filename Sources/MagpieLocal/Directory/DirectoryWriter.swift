internal import CCrypto
internal import CSystem
internal import Glibc
internal import MagpieCore
internal import Synchronization

/// Writes objects whole: into a temporary file under `.magpie/tmp`, then renamed into place.
final class DirectoryWriter: Sendable {
  private let root: RootDirectory
  private let temporaries: Int32
  private let counter = Atomic<UInt64>(0)
  private let ownPrefix: String

  private static let temporariesPath = ".magpie/tmp"

  /// - Throws: `sink.*` where the destination cannot be written.
  init(root: RootDirectory) throws(MagpieError) {
    self.root = root
    ownPrefix = TemporaryName.prefix
    do throws(Errno) {
      for folder in [RootDirectory.ownFolder, DirectoryWriter.temporariesPath] {
        if mkdirat(root.descriptor, folder, 0o755) != 0, errno != EEXIST { throw Errno() }
      }
      let folder = try root.open(Array(DirectoryWriter.temporariesPath.utf8), O_RDONLY | O_DIRECTORY)
      temporaries = fcntl(folder.descriptor, F_DUPFD_CLOEXEC, 3)
      guard temporaries >= 0 else { throw Errno() }
      try DirectoryWriter.probe(temporaries, name: ownPrefix + "probe")
    } catch {
      throw DirectoryWriter.unwritable("the destination \(root.path)", error)
    }
  }

  deinit {
    close(temporaries)
  }

  /// Creates the directory and its parents.
  static func makeDirectories(_ path: String) throws(MagpieError) {
    var made = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/", omittingEmptySubsequences: true) {
      made += "/" + part
      if mkdir(made, 0o777) != 0, errno != EEXIST, errno != EISDIR {
        let error = Errno()
        var status = stat()
        // A parent on a read-only file system exists already and says EROFS.
        if stat(made, &status) == 0 { continue }
        throw unwritable("the destination \(path)", error)
      }
    }
  }

  /// Returns the first 32 hex digits of the content's SHA-256.
  func write(_ key: ObjectKey, _ bytes: [UInt8]) throws(MagpieError) -> String {
    if let objection = RootDirectory.objection(to: key) {
      throw MagpieError(.sinkName, "\(key) cannot be written: \(objection)")
    }
    let name = ownPrefix + String(counter.wrappingAdd(1, ordering: .relaxed).newValue)
    do throws(Errno) {
      try fill(name, bytes)
    } catch {
      unlinkat(temporaries, name, 0)
      throw DirectoryWriter.unwritable("\(key)", error)
    }
    do throws(Errno) {
      try place(name, at: key)
    } catch {
      unlinkat(temporaries, name, 0)
      throw DirectoryWriter.unwritable("\(key)", error)
    }
    return contentTag(bytes)
  }

  /// One syncfs for all puts before it. Measured on ext4 with 64 files of 100 kB: fsync of each 16 ms, fsync from four
  /// threads 10 ms, syncfs 4.5 ms; with files of 1 kB 2.9, 3.2 and 0.33 ms.
  func synchronize() throws(MagpieError) {
    guard magpie_syncfs(temporaries) == 0 else {
      throw DirectoryWriter.unwritable("the destination \(root.path)", Errno())
    }
  }

  func removeAbandonedTemporaries() {
    let duplicate = fcntl(temporaries, F_DUPFD_CLOEXEC, 3)
    guard duplicate >= 0 else { return }
    let folder = OpenFile(duplicate)
    guard let names = try? DirectoryNames(reading: folder, isRoot: false) else { return }
    for entry in names.entries {
      let name = String(decoding: names.name(entry), as: UTF8.self)
      if TemporaryName.isAbandoned(name) { unlinkat(temporaries, name, 0) }
    }
  }

  private func fill(_ name: String, _ bytes: [UInt8]) throws(Errno) {
    let opened = openat(temporaries, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard opened >= 0 else { throw Errno() }
    let file = OpenFile(opened)
    var written = 0
    while written < bytes.count {
      let step = bytes.withUnsafeBytes { buffer in
        Glibc.write(file.descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      if step < 0 {
        if errno == EINTR { continue }
        throw Errno()
      }
      written += step
    }
  }

  private func place(_ name: String, at key: ObjectKey) throws(Errno) {
    let parent = Array(key.directory)
    let base = key.base.map(CChar.init(bitPattern:)) + [0]
    do throws(Errno) {
      try move(name, into: parent, as: base)
    } catch {
      guard error.code == ENOENT, !parent.isEmpty else { throw error }
      try makeFolders(parent)
      try move(name, into: parent, as: base)
    }
  }

  private func move(_ name: String, into parent: [UInt8], as base: [CChar]) throws(Errno) {
    let folder = try root.open(parent, magpie_o_path | O_DIRECTORY)
    if renameat(temporaries, name, folder.descriptor, base) != 0 { throw Errno() }
  }

  /// Creates the folders of `path`, which ends with a slash, one below the other, following no link.
  private func makeFolders(_ path: [UInt8]) throws(Errno) {
    var above: [UInt8] = []
    for segment in path.split(separator: UInt8(ascii: "/")) {
      let folder = try root.open(above, magpie_o_path | O_DIRECTORY)
      let name = segment.map(CChar.init(bitPattern:)) + [0]
      if mkdirat(folder.descriptor, name, 0o777) != 0, errno != EEXIST { throw Errno() }
      above += segment + [UInt8(ascii: "/")]
    }
  }

  private static func probe(_ folder: Int32, name: String) throws(Errno) {
    let opened = openat(folder, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard opened >= 0 else { throw Errno() }
    close(opened)
    unlinkat(folder, name, 0)
  }

  private static func unwritable(_ what: String, _ error: Errno) -> MagpieError {
    switch error.code {
    case ENOSPC, EDQUOT: MagpieError(.sinkFull, "\(what) cannot be written: \(error.text)")
    case EACCES, EPERM, EROFS: MagpieError(.sinkDenied, "\(what) may not be written: \(error.text)")
    case EISDIR: MagpieError(.sinkConflict, "\(what) cannot be written: a folder stands at its place")
    case ENOTDIR, EEXIST, ENOTEMPTY:
      MagpieError(.sinkConflict, "\(what) cannot be written: a file stands where a folder is needed")
    case ELOOP, EXDEV:
      MagpieError(
        .sinkConflict, "\(what) cannot be written: a symbolic link or another file system stands on its path")
    case ENAMETOOLONG: MagpieError(.sinkName, "\(what) cannot be written: the name is too long")
    default: MagpieError(.sinkUnwritable, "\(what) cannot be written: \(error.text)")
    }
  }

  private func contentTag(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = SHA256(bytes, bytes.count, &digest)
    return digest.prefix(16).reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) }
  }
}

/// Names of temporary files tell whose they are: `pid-start-counter`, the start in clock ticks since boot.
private enum TemporaryName {
  static let prefix = "\(getpid())-\(magpie_process_start(getpid()))-"

  static func isAbandoned(_ name: String) -> Bool {
    let parts = name.split(separator: "-")
    guard parts.count == 3, let pid = pid_t(parts[0]) else { return false }
    return String(magpie_process_start(pid)) != parts[1]
  }
}
