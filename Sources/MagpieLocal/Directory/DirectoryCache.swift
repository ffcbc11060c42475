import Glibc
import Synchronization

/// Sorted directories, kept for the next page of a listing.
///
/// A flat directory of a million files is listed in leases of 2,000 keys, by the planner and by a worker in turn;
/// without this each of them would read and sort a million names again. An entry is good as long as the directory's
/// inode and times stand as they did. Measured for a million files on ext4: all 500 pages 2.8 s, nearly all of it
/// fstatat; 1.2 s more for the first, and 46 MB of memory.
final class DirectoryCache: Sendable {
  struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64

    init(_ status: stat) {
      device = UInt64(status.st_dev)
      inode = UInt64(status.st_ino)
    }
  }

  private struct Entry {
    var directory: SortedDirectory
    var modified: Int
    var changed: Int
    var used: Int
  }

  private struct State {
    var entries: [Identity: Entry] = [:]
    var memory = 0
    var uses = 0
    /// By directory, so that listing one again does not count its links again.
    var skipped: [Identity: Int] = [:]
  }

  private let state = Mutex(State())
  /// Held while a large directory is read, so that two who want it do not both hold its names while reading.
  private let largeRead = Mutex(())

  /// Smaller ones are read again sooner than a cache of many would be searched.
  private static let entriesMin = 256
  /// 128 MB: about four directories of a million names.
  private static let memoryMax = 128 << 20
  /// A directory of this many bytes has some ten thousand names on ext4, XFS and btrfs.
  private static let largeBytes = 512 << 10
  /// Kernels note times in steps of up to 10 ms, some file systems of 2 s: a directory read so soon after a change
  /// could change again without a trace in its times.
  private static let settleNanoseconds = 2_000_000_000

  /// Symbolic links and other special files met so far, which listings leave out.
  var skipped: Int {
    state.withLock { $0.skipped.values.reduce(0, +) }
  }

  /// The names of an open directory, from memory where it is unchanged.
  func sorted(_ descriptor: Descriptor, isRoot: Bool) -> Result<SortedDirectory, SystemFailure> {
    switch descriptor.status() {
    case .failure(let failure): return .failure(failure)
    case .success(let status):
      if let known = lookUp(status) { return .success(known) }
      guard Int(status.st_size) >= DirectoryCache.largeBytes else { return load(descriptor, status, isRoot: isRoot) }
      return largeRead.withLock { _ in
        lookUp(status).map { .success($0) } ?? load(descriptor, status, isRoot: isRoot)
      }
    }
  }

  private func lookUp(_ status: stat) -> SortedDirectory? {
    state.withLock { state in
      let identity = Identity(status)
      guard let entry = state.entries[identity], entry.modified == status.modifiedNanoseconds,
        entry.changed == status.changedNanoseconds
      else { return nil }
      state.uses += 1
      state.entries[identity]?.used = state.uses
      return entry.directory
    }
  }

  private func load(_ descriptor: Descriptor, _ status: stat, isRoot: Bool) -> Result<SortedDirectory, SystemFailure> {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let age = now.tv_sec * 1_000_000_000 + now.tv_nsec - status.modifiedNanoseconds
    let isSettled = abs(age) >= DirectoryCache.settleNanoseconds
    let result = SortedDirectory.read(descriptor, isRoot: isRoot)
    guard case .success(let directory) = result else { return result }
    state.withLock { state in
      let identity = Identity(status)
      state.skipped[identity] = directory.skipped == 0 ? nil : directory.skipped
      guard isSettled, directory.count >= DirectoryCache.entriesMin else { return }
      state.uses += 1
      let entry = Entry(
        directory: directory, modified: status.modifiedNanoseconds, changed: status.changedNanoseconds,
        used: state.uses)
      state.memory += directory.memory - (state.entries.updateValue(entry, forKey: identity)?.directory.memory ?? 0)
      while state.memory > DirectoryCache.memoryMax, state.entries.count > 1,
        let oldest = state.entries.min(by: { $0.value.used < $1.value.used })
      {
        state.entries[oldest.key] = nil
        state.memory -= oldest.value.directory.memory
      }
    }
    return result
  }
}
