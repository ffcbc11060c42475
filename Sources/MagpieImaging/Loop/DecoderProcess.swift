import CSystem
import Glibc
import MagpieCore

/// A decoder as a process: what it gives up before it reads its first byte, then its loop.
package enum DecoderProcess {
  /// Runs the decoder on the descriptors it was born with, and returns its exit code.
  ///
  /// - Parameter parent: the process id of the node, where it is known: a node that died before the parent-death signal
  ///   was set is noticed by it.
  package static func run(parent: Int32?, beforeDecoding: (([UInt8]) -> Void)? = nil) -> Int32 {
    guard isSocket(DecoderProtocol.socketDescriptor) else {
      complain(
        "magpie-decoder decodes images for magpie, which starts it by itself; try “magpie run” or --describe\n")
      return 64  // EX_USAGE
    }
    let slots = DecoderSlot.inherited()
    guard !slots.isEmpty else {
      complain("magpie-decoder was started with a socket and no memory files\n")
      return 70  // EX_SOFTWARE
    }
    _ = magpie_die_with_parent()
    if let parent, getppid() != parent { return 0 }
    _ = magpie_no_new_privileges()
    _ = magpie_not_dumpable()
    dieAtOnce()
    limit(RLIMIT_CORE, to: 0)
    // The socket, eight slots, standard streams, libvips' eventfds, and what the dynamic linker opens one by one.
    limit(RLIMIT_NOFILE, to: 64)
    tuneAllocator()
    enterSandboxBeforeThreads()
    do throws(MagpieError) {
      try VipsLibrary.start()
    } catch {
      _ = PacketSocket(descriptor: DecoderProtocol.socketDescriptor).send(.unusable(error))
      return DecoderLoop.End.unusable.rawValue
    }
    enterSandboxAfterCodecs()
    var loop = DecoderLoop(
      socket: DecoderProtocol.socketDescriptor, slots: slots, beforeDecoding: beforeDecoding)
    return loop.run().rawValue
  }

  // sandbox layers

  /// The place of the layers that must stand before a thread exists: Landlock. None stands yet.
  private static func enterSandboxBeforeThreads() {}

  /// The place of the layers that close once every codec is warm: seccomp. None stands yet. A layer that forbids
  /// opening files must call `VipsLibrary.loadHEIF` first.
  private static func enterSandboxAfterCodecs() {}

  /// One malloc arena: libvips' threads take turns, and more arenas double the address space (451 against 233 MB) that
  /// RLIMIT_AS counts. A low, fixed mmap threshold would return memory at once but costs 8 % of CPU in page faults; the
  /// loop trims after large images instead.
  private static func tuneAllocator() {
    _ = magpie_share_malloc_arena()
  }

  /// A crash ends the process and nothing else: Swift's runtime would start its backtracer, which takes longer than a
  /// decoder takes to be replaced and reads what a hostile image left behind.
  private static func dieAtOnce() {
    for signal in [SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV, SIGTRAP] {
      Glibc.signal(signal, SIG_DFL)
    }
  }

  private static func limit(_ resource: __rlimit_resource, to value: rlim_t) {
    var limit = rlimit(rlim_cur: value, rlim_max: value)
    _ = setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
  }

  private static func isSocket(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
  }

  private static func complain(_ sentence: String) {
    _ = Array(sentence.utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
  }
}
