import CSystem
import Glibc
package import MagpieCore
package import MagpieStores

extension DirectoryObjectStore {
  package func head(_ key: ObjectKey, count: Int) async throws(MagpieError) -> [UInt8] {
    try await pool.run { [root] () throws(MagpieError) in
      let (descriptor, status) = try DirectoryObjectStore.openFile(root, key)
      let count = max(0, min(count, Int(status.st_size)))
      var failure: Int?
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
        let result = DirectoryObjectStore.fill(UnsafeMutableRawBufferPointer(buffer), from: descriptor)
        length = max(0, result)
        if result < 0 { failure = result }
      }
      if let failure { throw DirectoryObjectStore.unreadable(key, SystemFailure(Int32(-failure))) }
      return bytes
    }
  }

  package func read(_ object: ObjectSummary, into buffer: any ObjectBuffer) async throws(MagpieError) -> Int {
    try await pool.run { [root] () throws(MagpieError) in
      let (descriptor, status) = try DirectoryObjectStore.openFile(root, object.key)
      try DirectoryObjectStore.check(status, is: object)
      let size = object.size
      return try buffer.fill(capacity: size) { memory throws(MagpieError) in
        guard memory.count >= size else {
          throw MagpieError(.limitMemory, "“\(object.key)” needs a buffer of \(size) bytes, there are \(memory.count)")
        }
        let count = DirectoryObjectStore.fill(
          UnsafeMutableRawBufferPointer(rebasing: memory[..<size]), from: descriptor)
        if count < 0 { throw DirectoryObjectStore.unreadable(object.key, SystemFailure(Int32(-count))) }
        // A writer in between shows in the times, a truncation in the count as well.
        switch descriptor.status() {
        case .failure(let failure): throw DirectoryObjectStore.unreadable(object.key, failure)
        case .success(let after): try DirectoryObjectStore.check(after, is: object)
        }
        guard count == size else { throw DirectoryObjectStore.changed(object.key) }
        return count
      }
    }
  }

  package func sizes(_ keys: [ObjectKey]) async throws(MagpieError) -> [Int?] {
    try await pool.run { [root] () throws(MagpieError) in
      // Keys come in key order mostly, so one open directory serves many.
      var open: (path: [CChar]?, descriptor: Descriptor)?
      var sizes: [Int?] = []
      sizes.reserveCapacity(keys.count)
      for key in keys {
        guard let path = try? DirectoryPath(key) else {
          sizes.append(nil)
          continue
        }
        let parent = path.parent
        if open?.path != parent || open == nil {
          switch root.open(parent, flags: magpie_o_path | O_DIRECTORY) {
          case .success(let descriptor): open = (parent, descriptor)
          case .failure(let failure):
            guard [ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(failure.code) else {
              throw DirectoryObjectStore.unreadable(key, failure)
            }
            open = nil
          }
        }
        let status = open?.descriptor.status(of: path.base)
        sizes.append(status.flatMap { $0.isFile ? Int($0.st_size) : nil })
      }
      return sizes
    }
  }

  /// Opens a regular file. Not waiting for the other end of a pipe that somebody put there.
  private static func openFile(_ root: RootDirectory, _ key: ObjectKey) throws(MagpieError) -> (Descriptor, stat) {
    let path: DirectoryPath
    do {
      path = try DirectoryPath(key)
    } catch {
      throw MagpieError(.sourceMissing, "“\(key)” is no file: \(error.reason)")
    }
    switch root.open(path.cString, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY) {
    case .failure(let failure): throw unreadable(key, failure)
    case .success(let descriptor):
      switch descriptor.status() {
      case .failure(let failure): throw unreadable(key, failure)
      case .success(let status):
        guard status.isFile else { throw MagpieError(.sourceMissing, "“\(key)” is no regular file any more") }
        return (descriptor, status)
      }
    }
  }

  private static func check(_ status: stat, is object: ObjectSummary) throws(MagpieError) {
    guard status.etag == object.etag, Int(status.st_size) == object.size else { throw changed(object.key) }
  }

  private static func changed(_ key: ObjectKey) -> MagpieError {
    MagpieError(.sourceChanged, "“\(key)” changed since it was listed: run the same command again")
  }

  private static func unreadable(_ key: ObjectKey, _ failure: SystemFailure) -> MagpieError {
    switch failure.code {
    case ENOENT, ENOTDIR: MagpieError(.sourceMissing, "“\(key)” is gone")
    case EACCES, EPERM:
      MagpieError(.sourceDenied, "“\(key)” may not be read (\(failure)): check its permissions")
    case ELOOP:
      MagpieError(.sourceDenied, "“\(key)” leads through a symbolic link, and links are not followed")
    default: MagpieError(.sourceUnreadable, "“\(key)” cannot be read: \(failure)")
    }
  }

  /// Reads from the start until the memory is full or the file ends; returns the bytes read or `-errno`.
  private static func fill(_ memory: UnsafeMutableRawBufferPointer, from descriptor: Descriptor) -> Int {
    var count = 0
    while count < memory.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: memory[count...])
      let length = SystemCall.retry { pread(descriptor.number, rest.baseAddress, rest.count, off_t(count)) }
      if length < 0 { return length }
      if length == 0 { break }
      count += length
    }
    return count
  }
}
