import Glibc
import MagpieCore
import MagpieStores

/// One page of a listing: a walk in key order that begins at the range's `lo` and ends past the page's last key.
struct DirectoryListing {
  private let range: KeyRange
  private let limit: Int
  private let cache: DirectoryCache
  private(set) var page = ObjectPage(objects: [], hasMore: false)
  /// The key of the directory being read, ending in "/"; empty at the root.
  private var path: [UInt8] = []

  init(_ range: KeyRange, limit: Int, cache: DirectoryCache) {
    self.range = range
    self.limit = max(0, limit)
    self.cache = cache
  }

  mutating func run(_ root: RootDirectory) throws(MagpieError) {
    switch root.open(nil, flags: O_RDONLY | O_DIRECTORY) {
    case .failure(let failure): throw denied(failure)
    case .success(let directory): _ = try list(directory, after: range.lo?.bytes[...])
    }
  }

  /// Lists one directory and those below it; `after` is what of the range's `lo` lies in here, `nil` for all of it.
  /// Returns whether the walk goes on.
  private mutating func list(_ directory: Descriptor, after: ArraySlice<UInt8>?) throws(MagpieError) -> Bool {
    let sorted: SortedDirectory
    switch cache.sorted(directory, isRoot: path.isEmpty) {
    case .failure(let failure): throw denied(failure)
    case .success(let names): sorted = names
    }
    var index = after.map { sorted.firstIndex(after: $0) } ?? 0
    // The directory that `lo` itself lies in sorts at or before it: all names that begin as it does, and no other, lie
    // between the two.
    if let after, index > 0, let below = below(sorted.name(index - 1), after) {
      guard try descend(directory, sorted.name(index - 1), after: below) else { return false }
    }
    while index < sorted.count {
      let name = sorted.name(index)
      index += 1
      if name[strlen(name) - 1] == CChar(bitPattern: UInt8(ascii: "/")) {
        guard try descend(directory, name, after: nil) else { return false }
      } else {
        guard add(directory, name) else { return false }
      }
    }
    return true
  }

  /// What follows the directory's name in `after`, where `after` lies in it.
  private func below(_ name: UnsafePointer<CChar>, _ after: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    let length = strlen(name)
    guard name[length - 1] == CChar(bitPattern: UInt8(ascii: "/")), after.count >= length else { return nil }
    let isPrefix = after.prefix(length).elementsEqual(
      UnsafeRawBufferPointer(start: name, count: length))
    return isPrefix ? after.dropFirst(length) : nil
  }

  private mutating func descend(
    _ directory: Descriptor, _ name: UnsafePointer<CChar>, after: ArraySlice<UInt8>?
  ) throws(MagpieError) -> Bool {
    let depth = path.count
    path += UnsafeRawBufferPointer(start: name, count: strlen(name))
    defer { path.removeSubrange(depth...) }
    // All keys in here are greater than the directory's own name.
    if let hi = range.hi, hi < ObjectKey(bytes: path) { return false }
    // Without the slash, or a link that has taken the directory's place would be followed.
    var plain = Array(UnsafeBufferPointer(start: name, count: strlen(name)))
    plain[plain.count - 1] = 0
    let number = SystemCall.retry {
      openat(directory.number, plain, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    }
    guard number >= 0 else {
      // Removed or replaced since its parent was read.
      if [ENOENT, ENOTDIR, ELOOP].contains(-number) { return true }
      throw denied(SystemFailure(-number))
    }
    return try list(Descriptor(number), after: after)
  }

  /// Adds a file to the page; returns whether the walk goes on.
  private mutating func add(_ directory: Descriptor, _ name: UnsafePointer<CChar>) -> Bool {
    let key = ObjectKey(bytes: path + UnsafeRawBufferPointer(start: name, count: strlen(name)))
    if let hi = range.hi, key > hi { return false }
    // Removed or replaced since the directory was read.
    guard let status = directory.status(of: name), status.isFile else { return true }
    guard page.objects.count < limit else {
      page.hasMore = true
      return false
    }
    page.objects.append(ObjectSummary(key: key, size: Int(status.st_size), etag: status.etag))
    return true
  }

  private func denied(_ failure: SystemFailure) -> MagpieError {
    let name = path.isEmpty ? "the source directory itself" : "the directory “\(ObjectKey(bytes: path))”"
    switch failure.code {
    case EACCES, EPERM:
      return MagpieError(.sourceDenied, "\(name) may not be listed (\(failure)): check its permissions")
    default:
      return MagpieError(.sourceUnreadable, "\(name) cannot be listed: \(failure)")
    }
  }
}
