internal import CSystem
internal import Glibc
package import MagpieCore
package import MagpieStores
internal import Synchronization

/// A directory as an object store: the path below it is the key.
///
/// Nothing leaves the directory, whatever a key says; symbolic links are not followed. Magpie's own folder at the root,
/// `.magpie`, is no object.
package final class DirectoryObjectStore: ObjectStore {
  package enum Access: Sendable {
    case reading
    /// Creates the directory where it is missing.
    case writing
  }

  let root: RootDirectory
  private let cache = DirectoryNamesCache()
  private let files = BlockingPool(threads: 4)
  private let writer: DirectoryWriter?

  /// - Throws: `source.*` or `sink.*`, naming the directory and what to do.
  package init(root path: String, access: Access) throws(MagpieError) {
    if access == .writing { try DirectoryWriter.makeDirectories(path) }
    do throws(Errno) {
      root = try RootDirectory(path: path)
      _ = try root.open([], magpie_o_path)
    } catch {
      throw DirectoryObjectStore.unusable(path, error, access)
    }
    writer = access == .writing ? try DirectoryWriter(root: root) : nil
  }

  /// Absolute, without symbolic links.
  package var path: String { root.path }

  package func list(_ range: KeyRange, limit: Int) async throws(MagpieError) -> ObjectPage {
    try await files.run { [root, cache] () throws(MagpieError) in
      var walk = DirectoryWalk(root: root, cache: cache, range: range, limit: limit + 1)
      _ = try walk.visit([])
      let hasMore = walk.objects.count > limit
      return ObjectPage(objects: hasMore ? walk.objects.dropLast() : walk.objects, hasMore: hasMore)
    }
  }

  package func head(_ key: ObjectKey, count: Int) async throws(MagpieError) -> [UInt8] {
    try await files.run { [root] () throws(MagpieError) in
      do throws(Errno) {
        let file = try root.open(key.bytes, O_RDONLY)
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { memory.deallocate() }
        return Array(memory.prefix(try readAll(file, into: memory)))
      } catch {
        throw DirectoryObjectStore.unreadable(key, error)
      }
    }
  }

  package func read(_ object: ObjectSummary, into buffer: any ObjectBuffer) async throws(MagpieError) -> Int {
    try await files.run { [root] () throws(MagpieError) in
      // One byte more than listed, so that a file that has grown shows.
      try buffer.fill(capacity: object.size + 1) { memory throws(MagpieError) in
        let isSame: Bool
        var got = 0
        do throws(Errno) {
          let file = try root.open(object.key.bytes, O_RDONLY)
          if FileVersion.etag(try file.status()) == object.etag {
            got = try readAll(file, into: memory)
            isSame = FileVersion.etag(try file.status()) == object.etag && got == object.size
          } else {
            isSame = false
          }
        } catch {
          throw DirectoryObjectStore.unreadable(object.key, error)
        }
        guard isSame else {
          throw MagpieError(.sourceChanged, "\(object.key) is not the version that was listed any more")
        }
        return got
      }
    }
  }

  package func put(_ key: ObjectKey, _ bytes: [UInt8], mediaType: String) async throws(MagpieError) -> String {
    guard let writer else { throw MagpieError(.sinkDenied, "\(path) is open for reading only") }
    return try await files.run { () throws(MagpieError) in try writer.write(key, bytes) }
  }

  package func synchronize() async throws(MagpieError) {
    guard let writer else { return }
    try await files.run { () throws(MagpieError) in try writer.synchronize() }
  }

  package func sizes(_ keys: [ObjectKey]) async throws(MagpieError) -> [Int?] {
    try await files.run { [root] () throws(MagpieError) in
      var sizes: [Int?] = []
      sizes.reserveCapacity(keys.count)
      for key in keys {
        do throws(Errno) {
          let status = try root.open(key.bytes, magpie_o_path).status()
          sizes.append(status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil)
        } catch {
          guard [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EINVAL].contains(error.code) else {
            throw DirectoryObjectStore.unreadable(key, error)
          }
          sizes.append(nil)
        }
      }
      return sizes
    }
  }

  /// Removes temporary files of processes that do not run any more.
  package func removeAbandonedTemporaries() {
    writer?.removeAbandonedTemporaries()
  }
}

extension DirectoryObjectStore {
  /// Whether `path` is `root` or lies below it; neither needs to exist, symbolic links are resolved as far as they do.
  package static func isInside(_ path: String, of root: String) -> Bool {
    let inner = resolved(path)
    let outer = resolved(root)
    return inner == outer || inner.hasPrefix(outer == "/" ? "/" : outer + "/")
  }

  private static func resolved(_ path: String) -> String {
    if let real = realpath(path, nil) {
      defer { free(real) }
      return String(cString: real)
    }
    var parts = path.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    guard let last = parts.popLast() else { return path.hasPrefix("/") ? "/" : resolved(".") }
    let parent = (path.hasPrefix("/") ? "/" : parts.isEmpty ? "." : "") + parts.joined(separator: "/")
    let base = resolved(parent)
    if last == ".." { return base.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } }
    return last == "." ? base : base == "/" ? "/" + last : base + "/" + last
  }

  static func unreadable(_ key: ObjectKey, _ error: Errno) -> MagpieError {
    switch error.code {
    case ENOENT, ENOTDIR: MagpieError(.sourceMissing, "\(key) is gone")
    case EACCES, EPERM: MagpieError(.sourceDenied, "\(key) may not be read: \(error.text)")
    case ELOOP: MagpieError(.sourceDenied, "\(key) is or lies behind a symbolic link, which is not followed")
    default: MagpieError(.sourceUnreadable, "\(key) could not be read: \(error.text)")
    }
  }

  private static func unusable(_ path: String, _ error: Errno, _ access: Access) -> MagpieError {
    let role = access == .reading ? "source" : "destination"
    switch error.code {
    case ENOENT: return MagpieError(access == .reading ? .sourceMissing : .sinkUnwritable, "\(role) \(path) does not exist")
    case ENOTDIR: return MagpieError(access == .reading ? .sourceUnreadable : .sinkConflict, "\(role) \(path) is no directory")
    case EACCES, EPERM:
      return MagpieError(access == .reading ? .sourceDenied : .sinkDenied, "\(role) \(path) may not be opened: \(error.text)")
    case ENOSYS:
      return MagpieError(.sourceUnreadable, "\(role) \(path): this kernel has no openat2; Linux 5.6 or later is needed")
    default:
      return MagpieError(
        access == .reading ? .sourceUnreadable : .sinkUnwritable, "\(role) \(path) cannot be used: \(error.text)")
    }
  }
}

/// Reads until the buffer is full or the file ends; returns the bytes read.
func readAll(_ file: borrowing OpenFile, into buffer: UnsafeMutableRawBufferPointer) throws(Errno) -> Int {
  var got = 0
  while got < buffer.count {
    let step = read(file.descriptor, buffer.baseAddress.map { $0 + got }, buffer.count - got)
    if step == 0 { break }
    if step < 0 {
      if errno == EINTR { continue }
      throw Errno()
    }
    got += step
  }
  return got
}
