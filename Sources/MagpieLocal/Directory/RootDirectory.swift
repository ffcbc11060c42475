import CSystem
import Glibc
import Synchronization

/// An open directory below which paths are opened such that none leads out: symbolic links are never followed,
/// whoever plants one and whenever.
final class RootDirectory: Sendable {
  let descriptor: Descriptor
  /// Whether the kernel has openat2 (5.6 and later, and no old seccomp profile in the way).
  private let hasOpenat2 = Atomic(true)

  init(_ descriptor: Descriptor) {
    self.descriptor = descriptor
  }

  /// A concurrent rename may make openat2 ask to be tried again.
  private static let attemptsMax = 16

  /// Opens `path`, NUL-terminated, or the root itself where it is `nil`.
  func open(_ path: [CChar]?, flags: Int32, mode: mode_t = 0) -> Result<Descriptor, SystemFailure> {
    let path = path ?? [CChar(bitPattern: UInt8(ascii: ".")), 0]
    // openat2 takes paths up to PATH_MAX; directories may lie deeper.
    guard path.count <= Int(PATH_MAX), hasOpenat2.load(ordering: .relaxed) else {
      return walk(path, flags: flags, mode: mode)
    }
    for _ in 0..<RootDirectory.attemptsMax {
      let number = SystemCall.retry {
        magpie_openat2(
          descriptor.number, path, UInt64(UInt32(bitPattern: flags | O_CLOEXEC)), UInt64(mode), magpie_resolve_strictly)
      }
      if number >= 0 { return .success(Descriptor(number)) }
      switch -number {
      case EAGAIN: continue
      // EPERM is what old container profiles say to system calls they do not know.
      case ENOSYS, EPERM:
        hasOpenat2.store(false, ordering: .relaxed)
        return walk(path, flags: flags, mode: mode)
      default: return .failure(SystemFailure(-number))
      }
    }
    return .failure(SystemFailure(EAGAIN))
  }

  /// Opens one segment after the other, none through a link: the same guarantee without openat2.
  func walk(_ path: [CChar], flags: Int32, mode: mode_t = 0) -> Result<Descriptor, SystemFailure> {
    var directory = descriptor
    let segments = path.dropLast().split(separator: CChar(bitPattern: UInt8(ascii: "/")))
    for (index, segment) in segments.enumerated() {
      let isLast = index == segments.count - 1
      let openFlags = (isLast ? flags : magpie_o_path | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC
      let number = SystemCall.retry { openat(directory.number, Array(segment) + [0], openFlags, mode) }
      guard number >= 0 else { return .failure(SystemFailure(-number)) }
      directory = Descriptor(number)
    }
    return .success(directory)
  }

  /// Opens the directory `path`, creating what is missing of it with mode 0755.
  func openCreating(_ path: [CChar]?) -> Result<Descriptor, SystemFailure> {
    let first = open(path, flags: magpie_o_path | O_DIRECTORY)
    guard let path, case .failure(let failure) = first, failure.code == ENOENT else { return first }
    var directory = descriptor
    for segment in path.dropLast().split(separator: CChar(bitPattern: UInt8(ascii: "/"))) {
      let name = Array(segment) + [0]
      if mkdirat(directory.number, name, 0o755) != 0, errno != EEXIST {
        return .failure(SystemFailure(errno))
      }
      let number = SystemCall.retry {
        openat(directory.number, name, magpie_o_path | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      }
      guard number >= 0 else { return .failure(SystemFailure(-number)) }
      directory = Descriptor(number)
    }
    return .success(directory)
  }
}
