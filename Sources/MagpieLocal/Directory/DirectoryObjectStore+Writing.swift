import CCrypto
import Glibc
package import MagpieCore
import Synchronization

extension DirectoryObjectStore {
  /// Writes a temporary file in `.magpie/tmp` and renames it into place, so that nobody ever sees a part of it.
  ///
  /// The file has mode 0644 less the umask. The ETag is the first 32 hex digits of the content's SHA-256.
  /// - Throws: `sink.name`, `sink.conflict`, `sink.denied`, `sink.full`, `sink.unwritable`.
  package func put(_ key: ObjectKey, _ bytes: [UInt8], mediaType: String) async throws(MagpieError) -> String {
    let path: DirectoryPath
    do {
      path = try DirectoryPath(key)
    } catch {
      throw MagpieError(.sinkName, "“\(key)” cannot be a file: \(error.reason)")
    }
    guard let temporaries else {
      throw MagpieError(.sinkDenied, "“\(key)” cannot be written: “\(self.path)” was opened for reading")
    }
    let number = temporaryCount.wrappingAdd(1, ordering: .relaxed).newValue
    let name = Array(TemporaryName(process: .this, number: number).text.utf8CString)
    return try await pool.run { [root, synchronizer] () throws(MagpieError) in
      var failure = DirectoryObjectStore.write(
        bytes, to: path, through: temporaries, name: name, root: root)
      if failure?.code == EXDEV {
        // The target lies on another file system, mounted below the root: its temporary file must as well.
        failure = DirectoryObjectStore.writeAside(bytes, to: path, name: name, root: root, synchronizer: synchronizer)
      }
      if let failure { throw SinkFailure.error(failure, "“\(key)” cannot be written") }
      synchronizer.noteWrite()
      return DirectoryObjectStore.etag(bytes)
    }
  }

  /// Returns what failed; then no temporary file is left.
  private static func write(
    _ bytes: [UInt8], to path: DirectoryPath, through temporaries: Descriptor, name: [CChar], root: RootDirectory
  ) -> SystemFailure? {
    // Created with the final mode, so that the kernel applies the umask; nobody but us knows the name.
    let number = SystemCall.retry {
      openat(temporaries.number, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    }
    guard number >= 0 else { return SystemFailure(-number) }
    let failure = writeAll(bytes, Descriptor(number)) ?? rename(name, in: temporaries, to: path, root: root)
    if failure != nil { unlinkat(temporaries.number, name, 0) }
    return failure
  }

  private static func writeAside(
    _ bytes: [UInt8], to path: DirectoryPath, name: [CChar], root: RootDirectory, synchronizer: DirectorySynchronizer
  ) -> SystemFailure? {
    switch root.open(path.parent, flags: O_RDONLY | O_DIRECTORY) {
    case .failure(let failure): return failure
    case .success(let parent):
      let failure = write(bytes, to: path, through: parent, name: name, root: root)
      if failure == nil { synchronizer.noteFileSystem(of: parent) }
      return failure
    }
  }

  private static func writeAll(_ bytes: [UInt8], _ file: Descriptor) -> SystemFailure? {
    bytes.withUnsafeBytes { bytes in
      var count = 0
      while count < bytes.count {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[count...])
        let length = SystemCall.retry { Glibc.write(file.number, rest.baseAddress, rest.count) }
        if length < 0 { return SystemFailure(Int32(-length)) }
        count += length
      }
      return nil
    }
  }

  private static func rename(
    _ name: [CChar], in temporaries: Descriptor, to path: DirectoryPath, root: RootDirectory
  ) -> SystemFailure? {
    // A directory that is empty may be removed by somebody between its opening and the renaming.
    var failure: SystemFailure?
    for _ in 0..<4 {
      switch root.openCreating(path.parent) {
      case .failure(let found): failure = found
      case .success(let parent):
        guard renameat(temporaries.number, name, parent.number, path.base) != 0 else { return nil }
        failure = SystemFailure(errno)
      }
      if failure?.code != ENOENT { break }
    }
    return failure
  }

  private static func etag(_ bytes: [UInt8]) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    SHA256(bytes, bytes.count, &digest)
    let digits = Array("0123456789abcdef".utf8)
    let hex = digest.prefix(16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: hex, as: UTF8.self)
  }
}
