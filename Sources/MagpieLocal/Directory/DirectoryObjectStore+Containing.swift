import CSystem
import Glibc

extension DirectoryObjectStore {
  /// Whether `other`, which need not exist yet, is this store's root or lies below it, symbolic links followed.
  ///
  /// Directories are compared by device and inode, so neither links nor bind mounts nor case hide one in the other.
  package func contains(_ other: String) -> Bool {
    guard case .success(let own) = root.descriptor.status(),
      var ancestor = DirectoryObjectStore.deepestExisting(other)
    else { return false }
    while case .success(let status) = ancestor.status() {
      if status.st_dev == own.st_dev && status.st_ino == own.st_ino { return true }
      let number = SystemCall.retry { openat(ancestor.number, "..", magpie_o_path | O_DIRECTORY | O_CLOEXEC) }
      guard number >= 0 else { return false }
      let parent = Descriptor(number)
      // The parent of "/" is "/".
      guard case .success(let above) = parent.status(),
        above.st_dev != status.st_dev || above.st_ino != status.st_ino
      else { return false }
      ancestor = parent
    }
    return false
  }

  /// The directory that exists and in which the rest of `path` would be created.
  private static func deepestExisting(_ path: String) -> Descriptor? {
    let start = SystemCall.retry { open(path.hasPrefix("/") ? "/" : ".", magpie_o_path | O_DIRECTORY | O_CLOEXEC) }
    guard start >= 0 else { return nil }
    var directory = Descriptor(start)
    // Segments that do not exist yet, which a later ".." takes back.
    var missing = 0
    for segment in path.split(separator: "/") where segment != "." {
      if missing > 0 {
        missing += segment == ".." ? -1 : 1
        continue
      }
      let number = SystemCall.retry {
        openat(directory.number, String(segment), magpie_o_path | O_DIRECTORY | O_CLOEXEC)
      }
      if number >= 0 { directory = Descriptor(number) } else { missing = 1 }
    }
    return directory
  }
}
