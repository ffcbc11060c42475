internal import Glibc

/// The names in one directory, sorted as their keys sort: a sub-directory counts as its name with a `/`, as in git's
/// trees, so that walking depth first yields whole keys in byte order.
///
/// All names lie in one buffer, each once, so that a million of them take little more than their bytes.
final class DirectoryNames: Sendable {
  struct Entry: Sendable {
    var start: UInt32
    var length: UInt16
    var isDirectory: Bool
  }

  let entries: [Entry]
  /// Symbolic links and what is neither file nor directory: not listed.
  let skipped: Int
  private let names: [UInt8]

  var byteCount: Int { names.count + entries.count * MemoryLayout<Entry>.stride }

  /// Reads the open directory.
  init(reading directory: borrowing OpenFile, isRoot: Bool) throws(Errno) {
    let duplicate = fcntl(directory.descriptor, F_DUPFD_CLOEXEC, 3)
    guard duplicate >= 0 else { throw Errno() }
    guard let stream = fdopendir(duplicate) else {
      let error = Errno()
      close(duplicate)
      throw error
    }
    defer { closedir(stream) }
    rewinddir(stream)
    var names: [UInt8] = []
    var entries: [Entry] = []
    var skipped = 0
    while true {
      errno = 0
      guard let found = readdir(stream) else {
        if errno != 0 { throw Errno() }
        break
      }
      let length = strlen(DirectoryNames.name(found))
      let bytes = UnsafeRawBufferPointer(start: DirectoryNames.name(found), count: length)
      if bytes.elementsEqual(".".utf8) || bytes.elementsEqual("..".utf8) { continue }
      if isRoot, bytes.elementsEqual(RootDirectory.ownFolder.utf8) { continue }
      let kind = DirectoryNames.kind(found, in: directory.descriptor)
      guard kind == S_IFREG || kind == S_IFDIR else {
        skipped += 1
        continue
      }
      entries.append(
        Entry(start: UInt32(names.count), length: UInt16(length), isDirectory: kind == S_IFDIR))
      names.append(contentsOf: bytes)
    }
    names.withUnsafeBytes { names in
      entries.sort { DirectoryNames.precedes($0, $1, names) }
    }
    self.names = names
    self.entries = entries
    self.skipped = skipped
  }

  func name(_ entry: Entry) -> ArraySlice<UInt8> {
    names[Int(entry.start)..<(Int(entry.start) + Int(entry.length))]
  }

  /// The index of the first entry that may hold keys after `key`, which is relative to this directory.
  func firstIndex(after key: ArraySlice<UInt8>) -> Int {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      if isBehind(entries[middle], key) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Whether every key of the entry is at or before `key`.
  private func isBehind(_ entry: Entry, _ key: ArraySlice<UInt8>) -> Bool {
    let name = name(entry)
    guard entry.isDirectory else { return !key.lexicographicallyPrecedes(name) }
    // Keys of a directory all begin with its name and a slash.
    let folder = name + [UInt8(ascii: "/")]
    return !key.starts(with: folder) && folder.lexicographicallyPrecedes(key)
  }

  private static func precedes(_ left: Entry, _ right: Entry, _ names: UnsafeRawBufferPointer) -> Bool {
    let common = Int(min(left.length, right.length))
    guard let base = names.baseAddress else { return false }
    let order = memcmp(base + Int(left.start), base + Int(right.start), common)
    if order != 0 { return order < 0 }
    return byte(left, at: common, names) < byte(right, at: common, names)
  }

  /// The byte of the entry's sort name at `index`, -1 past its end.
  private static func byte(_ entry: Entry, at index: Int, _ names: UnsafeRawBufferPointer) -> Int {
    if index < Int(entry.length) { return Int(names[Int(entry.start) + index]) }
    return entry.isDirectory && index == Int(entry.length) ? Int(UInt8(ascii: "/")) : -1
  }

  private static func name(_ entry: UnsafeMutablePointer<dirent>) -> UnsafePointer<CChar> {
    // d_name is a C array at the end of the struct: its address is what readdir's callers use.
    UnsafeRawPointer(entry).advanced(by: MemoryLayout<dirent>.offset(of: \dirent.d_name) ?? 0)
      .assumingMemoryBound(to: CChar.self)
  }

  private static func kind(_ entry: UnsafeMutablePointer<dirent>, in directory: Int32) -> mode_t {
    switch Int(entry.pointee.d_type) {
    case DT_REG: return S_IFREG
    case DT_DIR: return S_IFDIR
    case DT_UNKNOWN:
      var status = stat()
      guard fstatat(directory, name(entry), &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
      return status.st_mode & S_IFMT
    default: return 0
    }
  }
}
