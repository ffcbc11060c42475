internal import Glibc
internal import MagpieCore

/// One page of a listing: walks the tree depth first in key order from `range.lo` on.
struct DirectoryWalk {
  let root: RootDirectory
  let cache: DirectoryNamesCache
  let range: KeyRange
  let limit: Int
  private(set) var objects: [ObjectSummary] = []

  init(root: RootDirectory, cache: DirectoryNamesCache, range: KeyRange, limit: Int) {
    self.root = root
    self.cache = cache
    self.range = range
    self.limit = limit
    objects.reserveCapacity(min(limit, 4096))
  }

  /// Visits the directory at `path`, which is empty or ends with a slash; `false` once the page is full or the range
  /// has ended.
  /// - Throws: `source.denied` or `source.unreadable`, naming the directory.
  mutating func visit(_ path: [UInt8]) throws(MagpieError) -> Bool {
    let entered: Result<Bool, MagpieError>
    do throws(Errno) {
      let directory = try root.open(path, O_RDONLY | O_DIRECTORY)
      let names = try cache.names(path, directory)
      entered = Result { () throws(MagpieError) in try visit(path, names, directory) }
    } catch {
      // Removed since its parent was read: nothing is there to list.
      if error.code == ENOENT, !path.isEmpty { return true }
      let code: ErrorCode = error.code == EACCES ? .sourceDenied : .sourceUnreadable
      throw MagpieError(code, "cannot list \(root.path)/\(ObjectKey(bytes: path)): \(error.text)")
    }
    return try entered.get()
  }

  private mutating func visit(
    _ path: [UInt8], _ names: DirectoryNames, _ directory: borrowing OpenFile
  ) throws(MagpieError) -> Bool {
    let first = range.lo.flatMap { relative($0, to: path) }.map { names.firstIndex(after: $0) } ?? 0
    for entry in names.entries[first...] {
      let bytes = path + names.name(entry)
      if entry.isDirectory {
        let folder = bytes + [UInt8(ascii: "/")]
        if let hi = range.hi, hi < ObjectKey(bytes: folder) { return false }
        guard try visit(folder) else { return false }
      } else {
        let key = ObjectKey(bytes: bytes)
        if let hi = range.hi, hi < key { return false }
        if let summary = summary(key, name: names.name(entry), in: directory) { objects.append(summary) }
        if objects.count == limit { return false }
      }
    }
    return true
  }

  /// `key` relative to the directory where it lies in or below it; `nil` where the directory lies wholly after it.
  private func relative(_ key: ObjectKey, to path: [UInt8]) -> ArraySlice<UInt8>? {
    key.bytes.starts(with: path) ? key.bytes[path.count...] : nil
  }

  private func summary(
    _ key: ObjectKey, name: ArraySlice<UInt8>, in directory: borrowing OpenFile
  ) -> ObjectSummary? {
    var status = stat()
    let text = name.map(CChar.init(bitPattern:)) + [0]
    guard fstatat(directory.descriptor, text, &status, AT_SYMLINK_NOFOLLOW) == 0,
      status.st_mode & S_IFMT == S_IFREG
    else { return nil }
    return ObjectSummary(key: key, size: Int(status.st_size), etag: FileVersion.etag(status))
  }
}

/// What identifies the version of a file.
enum FileVersion {
  /// Size and modification time in nanoseconds, in hex: what changes when a program writes a file, and stays when a tree
  /// is copied with its times.
  static func etag(_ status: stat) -> String {
    let nanoseconds = Int(status.st_mtim.tv_sec) * 1_000_000_000 + Int(status.st_mtim.tv_nsec)
    return "\(String(status.st_size, radix: 16))-\(String(nanoseconds, radix: 16))"
  }
}
