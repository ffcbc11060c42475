import Glibc

extension DirectoryObjectStore {
  /// How long a temporary file of a process that cannot be looked up is left alone: of an earlier boot, another machine
  /// on a network file system or another container. Whoever is still writing after that repeats the put.
  private static let foreignAgeSeconds = 3600

  /// Removes temporary files whose process is dead; to be called when a run begins and ends. Returns how many.
  ///
  /// Temporary files beside targets on another file system are not looked for; listings leave them out.
  @discardableResult
  package func removeAbandonedTemporaries() async -> Int {
    guard let temporaries else { return 0 }
    let count = try? await pool.run { DirectoryObjectStore.removeAbandoned(in: temporaries) }
    return count ?? 0
  }

  private static func removeAbandoned(in directory: Descriptor) -> Int {
    let number = SystemCall.retry { openat(directory.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    guard number >= 0, let stream = fdopendir(number) else { return 0 }
    defer { closedir(stream) }
    var removed = 0
    while let entry = readdir(stream) {
      guard let offset = MemoryLayout<dirent>.offset(of: \.d_name) else { break }
      // The record is shorter than `dirent`, so its name is reached by address.
      let name = UnsafeMutableRawPointer(entry).advanced(by: offset).assumingMemoryBound(to: CChar.self)
      guard let temporary = TemporaryName(String(cString: name)), isAbandoned(temporary, name, directory) else {
        continue
      }
      if unlinkat(directory.number, name, 0) == 0 { removed += 1 }
    }
    return removed
  }

  private static func isAbandoned(
    _ temporary: TemporaryName, _ name: UnsafePointer<CChar>, _ directory: Descriptor
  ) -> Bool {
    if temporary.process.place == TemporaryName.Process.this.place { return temporary.process.isDead }
    guard let status = directory.status(of: name) else { return false }
    return time(nil) - status.st_mtim.tv_sec > foreignAgeSeconds
  }
}
