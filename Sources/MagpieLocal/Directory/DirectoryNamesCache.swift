internal import CSystem
internal import Glibc
internal import Synchronization

/// The sorted names of the directories read last, so that a listing resumed in the middle of a directory of a million
/// files does not read and sort it again for every lease.
final class DirectoryNamesCache: Sendable {
  private struct Version: Equatable {
    var device: UInt
    var inode: UInt
    var modifiedSeconds: Int
    var modifiedNanoseconds: Int
  }

  private struct Item {
    var path: [UInt8]
    var version: Version
    var names: DirectoryNames
  }

  private let items = Mutex<[Item]>([])
  private let bytesMax: Int

  /// A directory changed within this time before it was read may change again without its time moving on: file systems
  /// stamp with the kernel's tick. Read again until it has been quiet, as git does with its index.
  private static let quietSeconds = 2

  init(bytesMax: Int = 128 << 20) {
    self.bytesMax = bytesMax
  }

  /// The names in the open directory at `path`, read now or remembered.
  func names(_ path: [UInt8], _ directory: borrowing OpenFile) throws(Errno) -> DirectoryNames {
    let status = try directory.status()
    let version = Version(
      device: UInt(status.st_dev), inode: UInt(status.st_ino), modifiedSeconds: status.st_mtim.tv_sec,
      modifiedNanoseconds: status.st_mtim.tv_nsec)
    let known = items.withLock { items -> DirectoryNames? in
      guard let index = items.firstIndex(where: { $0.path == path }) else { return nil }
      let item = items.remove(at: index)
      guard item.version == version else { return nil }
      items.append(item)
      return item.names
    }
    if let known { return known }
    let read = try DirectoryNames(reading: directory, isRoot: path.isEmpty)
    guard time(nil) - version.modifiedSeconds > DirectoryNamesCache.quietSeconds else { return read }
    items.withLock { items in
      items.append(Item(path: path, version: version, names: read))
      var total = items.reduce(0) { $0 + $1.names.byteCount }
      while total > bytesMax, items.count > 1 { total -= items.removeFirst().names.byteCount }
      if items.count > 64 { items.removeFirst() }
    }
    return read
  }
}
