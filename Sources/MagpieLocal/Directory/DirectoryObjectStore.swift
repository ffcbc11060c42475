import Glibc
package import MagpieCore
package import MagpieStores
import Synchronization

/// Objects as files below a directory.
///
/// A key is the path below the root. The root may be named through a symbolic link; nothing below it is ever reached
/// through one. Keys that no path can be, or that would lead out, are refused by name. At the root `.magpie` belongs to
/// Magpie and holds no objects.
package final class DirectoryObjectStore: ObjectStore {
  /// The root, absolute and without symbolic links.
  package let path: String
  package let isWritable: Bool
  let root: RootDirectory
  let pool: BlockingPool
  let cache = DirectoryCache()
  let synchronizer: DirectorySynchronizer
  /// `.magpie/tmp` of a writable store.
  let temporaries: Descriptor?
  let temporaryCount = Atomic<UInt64>(0)

  /// Calls that may block at once: a disk answers several better than one, and a network file system needs more than
  /// there are cores.
  private static let threads = 8

  /// Opens a directory; a writable one is created with its parents where it is absent.
  ///
  /// - Throws: `source.missing`, `source.denied` or `source.unreadable`; `sink.*` for a writable one.
  package init(root path: String, writable: Bool) throws(MagpieError) {
    isWritable = writable
    if writable {
      let code = PathTree.create(path)
      guard code == 0 else {
        throw SinkFailure.error(SystemFailure(code), "the destination “\(path)” cannot be made a directory")
      }
    }
    let number = SystemCall.retry { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0 else {
      throw DirectoryObjectStore.cannotOpen(path, SystemFailure(-number), writable: writable)
    }
    root = RootDirectory(Descriptor(number))
    let resolved = realpath(path, nil)
    defer { free(resolved) }
    self.path = resolved.map { String(cString: $0) } ?? path
    temporaries = writable ? try DirectoryObjectStore.openTemporaries(root, path) : nil
    synchronizer = DirectorySynchronizer(root: root.descriptor)
    pool = BlockingPool(threads: DirectoryObjectStore.threads)
  }

  /// Entries that listings left out so far because they are neither files nor directories: symbolic links, sockets,
  /// pipes, devices.
  package var skippedLinks: Int { cache.skipped }

  package func list(_ range: KeyRange, limit: Int) async throws(MagpieError) -> ObjectPage {
    try await pool.run { [root, cache] () throws(MagpieError) in
      var listing = DirectoryListing(range, limit: limit, cache: cache)
      try listing.run(root)
      return listing.page
    }
  }

  package func synchronize() async throws(MagpieError) {
    try await synchronizer.synchronize(on: pool)
  }

  private static func cannotOpen(_ path: String, _ failure: SystemFailure, writable: Bool) -> MagpieError {
    if writable {
      return SinkFailure.error(failure, "the destination “\(path)” cannot be opened")
    }
    switch failure.code {
    case ENOENT:
      return MagpieError(.sourceMissing, "there is no directory “\(path)”: check the path")
    case ENOTDIR:
      return MagpieError(.sourceMissing, "“\(path)” is no directory: name the directory that holds the images")
    case EACCES, EPERM:
      return MagpieError(.sourceDenied, "the directory “\(path)” may not be read (\(failure)): check its permissions")
    default:
      return MagpieError(.sourceUnreadable, "the directory “\(path)” cannot be opened: \(failure)")
    }
  }

  private static func openTemporaries(_ root: RootDirectory, _ path: String) throws(MagpieError) -> Descriptor {
    let name = Array("\(DirectoryPath.reserved)/tmp".utf8CString)
    if case .failure(let failure) = root.openCreating(name) {
      throw SinkFailure.error(failure, "“\(path)/\(DirectoryPath.reserved)/tmp” cannot be made a directory")
    }
    switch root.open(name, flags: O_RDONLY | O_DIRECTORY) {
    case .success(let descriptor): return descriptor
    case .failure(let failure):
      throw SinkFailure.error(failure, "“\(path)/\(DirectoryPath.reserved)/tmp” cannot be opened")
    }
  }
}
