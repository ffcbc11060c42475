import CSystem
import Dispatch
import Foundation
import MagpieCore

/// A spawned decoder with its socket and slots, as a node would hold it.
///
/// `@unchecked Sendable`: every test uses its own from one task.
final class DecoderChild: @unchecked Sendable {
  enum Problem: Error, CustomStringConvertible {
    case missing(String)
    case spawn(Int32)
    case silent

    var description: String {
      switch self {
      case .missing(let path): "\(path) is not built; run swift build first"
      case .spawn(let code): "posix_spawn failed: \(String(cString: strerror(code)))"
      case .silent: "the decoder closed its socket without an answer"
      }
    }
  }

  let processID: pid_t
  private let socket: Int32
  private var inputs: [Int32] = []
  private var outputs: [Int32] = []
  private let ended: Ending
  private var sequence: UInt32 = 0

  /// How the process ended; waited for by the thread that spawned it, because the parent-death signal is sent when that
  /// thread ends.
  private final class Ending: @unchecked Sendable {
    let spawned = DispatchSemaphore(value: 0)
    let reaped = DispatchSemaphore(value: 0)
    // Written before the semaphore that guards it is signalled, read after.
    var processID: pid_t = 0
    var error: Int32 = 0
    var status: Int32 = 0
  }

  /// Directory of the built executables, beside the test bundle.
  static let products = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()

  init(_ name: String = "magpie-decoder", slots: Int = 2, arguments: [String]? = nil) throws {
    let path = Self.products.appendingPathComponent(name).path
    guard access(path, X_OK) == 0 else { throw Problem.missing(path) }
    var pair: [Int32] = [0, 0]
    socketpair(AF_UNIX, Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair)
    socket = pair[0]
    for _ in 0..<slots {
      inputs.append(Self.namelessFile())
      outputs.append(Self.namelessFile())
    }
    let inherited = [pair[1]] + zip(inputs, outputs).flatMap { [$0, $1] }
    let ending = Ending()
    ended = ending
    let words = [path] + (arguments ?? ["\(getpid())"])
    let thread = Thread { Self.spawnAndWait(words, inherited, ending) }
    thread.start()
    ending.spawned.wait()
    close(pair[1])
    processID = ending.processID
    guard ending.error == 0 else { throw Problem.spawn(ending.error) }
  }

  deinit {
    for descriptor in [socket] + inputs + outputs { close(descriptor) }
  }

  /// What a memory file is to the decoder.
  private static func namelessFile() -> Int32 {
    var path = Array("/tmp/magpie-slot-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    unlink(path)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    return descriptor
  }

  private static func spawnAndWait(_ words: [String], _ inherited: [Int32], _ ending: Ending) {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Through high numbers first, so that no source is overwritten by an earlier target.
    for (index, descriptor) in inherited.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, descriptor, 900 + Int32(index))
    }
    for index in inherited.indices {
      posix_spawn_file_actions_adddup2(&actions, 900 + Int32(index), 3 + Int32(index))
      posix_spawn_file_actions_addclose(&actions, 900 + Int32(index))
    }
    var arguments = words.map { strdup($0) } + [nil]
    defer { arguments.forEach { free($0) } }
    var environment: [UnsafeMutablePointer<CChar>?] = [nil]
    ending.error = posix_spawn(&ending.processID, words[0], &actions, nil, &arguments, &environment)
    ending.spawned.signal()
    if ending.error == 0 { waitpid(ending.processID, &ending.status, 0) }
    ending.reaped.signal()
  }

  /// Closes the socket and waits; the wait status.
  func finish() -> Int32 {
    shutdown(socket, Int32(SHUT_RDWR))
    return wait()
  }

  func wait() -> Int32 {
    ended.reaped.wait()
    ended.reaped.signal()
    return ended.status
  }

  func send(_ request: DecoderRequest) { send(request.packet) }

  func send(_ packet: [UInt8]) {
    _ = packet.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
  }

  /// The next reply, or `nil` where the decoder is gone.
  func receive() -> DecoderReply? {
    var buffer = [UInt8](repeating: 0, count: DecoderProtocol.packetBytesMax)
    let count = buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
    return count > 0 ? DecoderReply(packet: buffer[..<count]) : nil
  }

  func configure(_ recipe: Recipe) throws -> DecoderReply {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    send(.configure(recipe: Array(try encoder.encode(recipe))))
    guard let reply = receive() else { throw Problem.silent }
    return reply
  }

  /// As a node limits a decoder's memory: RLIMIT_AS, from outside.
  func limitAddressSpace(toIdlePlus room: Int) throws {
    let pages = try String(contentsOfFile: "/proc/\(processID)/statm", encoding: .utf8).prefix { $0 != " " }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
    process.arguments = ["--pid", "\(processID)", "--as=\((Int(pages) ?? 0) * 4096 + room)"]
    try process.run()
    process.waitUntilExit()
  }

  func put(_ bytes: [UInt8], slot: Int) {
    var status = stat()
    fstat(inputs[slot], &status)
    if status.st_size < bytes.count { ftruncate(inputs[slot], bytes.count) }
    _ = bytes.withUnsafeBytes { pwrite(inputs[slot], $0.baseAddress, $0.count, 0) }
  }

  /// Asks for one image without waiting for it; its sequence number.
  func start(_ bytes: [UInt8], slot: Int = 0, grantBytes: UInt64 = .max) -> UInt32 {
    put(bytes, slot: slot)
    sequence += 1
    send(.decode(sequence: sequence, slot: UInt8(slot), inputBytes: UInt64(bytes.count), grantBytes: grantBytes))
    return sequence
  }

  /// One image, waited for.
  func decode(_ bytes: [UInt8], slot: Int = 0) throws -> DecoderReply {
    _ = start(bytes, slot: slot)
    guard let reply = receive() else { throw Problem.silent }
    return reply
  }

  func output(_ output: DecodedOutput, slot: Int = 0) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: output.bytes)
    let count = bytes.withUnsafeMutableBytes { pread(outputs[slot], $0.baseAddress, $0.count, 0) }
    return Array(bytes.prefix(max(0, count)))
  }
}
