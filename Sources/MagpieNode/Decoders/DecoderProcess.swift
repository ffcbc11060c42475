internal import CSystem
internal import Glibc
internal import MagpieCore

/// One child process and its socket. Made, used and reaped on its decoder's own thread alone; what it says is hostile.
final class DecoderProcess {
  enum Answer {
    case reply(DecoderReply)
    /// It ended by itself: what it died of, and the last it wrote to its standard error.
    case died(reason: String, memory: Bool)
    case timedOut
  }

  let process: pid_t
  let version: String
  private let socket: Int32
  private let errorFile: Int32
  private let baseAddressSpace: UInt64
  private var isReaped = false
  private var errorsBefore = 0

  /// Address space beside grant and slots. Below about 60 MB the dynamic linker and liborc fail in odd ways when the
  /// HEIF codecs are loaded for the first such image; thread stacks are 8 MB each. Reserved is not used: what a child
  /// holds is bounded by recycling.
  static let slackBytes: UInt64 = 384 << 20
  static let outputBytesMax: UInt64 = 4 << 30
  static let startMilliseconds = 20_000

  /// Starts `path` and sends it the recipe.
  /// - Throws: `decoder.unusable` where it cannot be started or does not answer; what it says itself where the recipe
  ///   cannot be done.
  ///
  /// - Parameter started: called with the child's id as soon as it has one, so that it can be ended while it starts.
  init(
    path: String, slots: [DecoderSlot], recipe: [UInt8], started announce: (pid_t) -> Void
  ) throws(MagpieError) {
    var pair: [Int32] = [-1, -1]
    guard magpie_socketpair(&pair) == 0 else {
      throw MagpieError(.decoderUnusable, "no socket for a decoder: \(String(cString: strerror(errno)))")
    }
    let theirs = magpie_duplicate(pair[1], 64)
    close(pair[1])
    socket = pair[0]
    do {
      errorFile = try memoryFile("magpie-errors")
    } catch {
      close(theirs)
      close(socket)
      throw error
    }
    _ = magpie_open_append(errorFile)
    let inherited = [theirs] + slots.flatMap { [$0.input.descriptor, $0.output.descriptor] }
    var started: pid_t = 0
    let failure = spawn(path: path, error: errorFile, inherited: inherited, process: &started)
    // From here on the child alone holds its end, so that its death while it starts shows at once.
    close(theirs)
    process = started
    guard failure == 0 else {
      close(socket)
      close(errorFile)
      throw MagpieError(.decoderUnusable, "cannot start the decoder \(path): \(String(cString: strerror(failure)))")
    }
    announce(started)
    do {
      version = try DecoderProcess.greet(socket, recipe: recipe)
    } catch {
      kill(started, SIGKILL)
      waitpid(started, nil, 0)
      let said = DecoderProcess.lastWords(errorFile, after: 0)
      close(socket)
      close(errorFile)
      throw MagpieError(error.code, said.isEmpty ? error.message : "\(error.message): \(said)")
    }
    baseAddressSpace = DecoderProcess.addressSpace(of: started)
    _ = magpie_limit_file_size(started, DecoderProcess.outputBytesMax)
  }

  deinit {
    if !isReaped {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    close(socket)
    close(errorFile)
  }

  /// Limits what the child may map: what it had when it was ready, its inputs (once more while one is mapped anew), the
  /// grant and slack.
  func grant(bytes: Int, mappedBytes: Int) {
    guard baseAddressSpace > 0 else { return }
    let limit = baseAddressSpace + UInt64(2 * mappedBytes + bytes) + DecoderProcess.slackBytes
    _ = magpie_limit_address_space(process, limit)
  }

  /// What it writes to its standard error from now on belongs to the coming image.
  func begin() {
    var status = stat()
    if fstat(errorFile, &status) == 0 { errorsBefore = Int(status.st_size) }
  }

  /// Sends; a child that is gone shows in the answer that follows.
  func send(_ request: DecoderRequest) {
    let packet = request.packet
    _ = magpie_send(socket, packet, packet.count)
  }

  func answer(timeoutMilliseconds: Int) -> Answer {
    switch DecoderProcess.receive(socket, timeoutMilliseconds: timeoutMilliseconds) {
    case .packet(let reply): return .reply(reply)
    case .timedOut: return .timedOut
    case .ended: return .died(reason: reap(), memory: ranOutOfMemory)
    case .unreadable:
      stop()
      return .died(reason: "sent an unreadable reply", memory: false)
    }
  }

  /// Resident memory in bytes.
  var residentBytes: Int {
    guard let fields = DecoderProcess.statm(process), fields.count > 1 else { return 0 }
    return fields[1] * Int(sysconf(Int32(_SC_PAGESIZE)))
  }

  /// Kills and reaps.
  func stop() {
    guard !isReaped else { return }
    kill(process, SIGKILL)
    _ = reap()
  }

  /// Drops what it has written to its standard error where that has grown large.
  func trimErrors() {
    var status = stat()
    if fstat(errorFile, &status) == 0, status.st_size > 65_536 { ftruncate(errorFile, 0) }
  }

  private var ranOutOfMemory: Bool {
    let said = DecoderProcess.lastWords(errorFile, after: errorsBefore)
    return said.contains("failed to allocate") || said.contains("out of memory") || said.contains("bad_alloc")
  }

  private func reap() -> String {
    guard !isReaped else { return "ended" }
    // The socket is closed, so it is on its way out; one that is not is helped.
    var status: Int32 = 0
    var waited = waitpid(process, &status, WNOHANG)
    for _ in 0..<200 where waited == 0 {
      usleep(10_000)
      waited = waitpid(process, &status, WNOHANG)
    }
    if waited == 0 {
      kill(process, SIGKILL)
      waitpid(process, &status, 0)
    }
    isReaped = true
    let said = DecoderProcess.lastWords(errorFile, after: errorsBefore)
    let signal = status & 0x7F
    let reason = signal != 0 ? "signal \(signal) (\(String(cString: strsignal(signal))))" : "exit \(status >> 8 & 0xFF)"
    return said.isEmpty ? reason : "\(reason): \(said)"
  }
}

extension DecoderProcess {
  private enum Received {
    case packet(DecoderReply)
    case unreadable
    case ended
    case timedOut
  }

  private static func receive(_ socket: Int32, timeoutMilliseconds: Int) -> Received {
    var buffer = [UInt8](repeating: 0, count: DecoderProtocol.packetBytesMax)
    while true {
      let count = magpie_receive(socket, &buffer, buffer.count, Int32(clamping: timeoutMilliseconds))
      if count > 0 { return DecoderReply(packet: buffer[..<count]).map { .packet($0) } ?? .unreadable }
      if count == 0 { return .ended }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .timedOut
      default: return .ended
      }
    }
  }

  private static func greet(_ socket: Int32, recipe: [UInt8]) throws(MagpieError) -> String {
    let packet = DecoderRequest.configure(recipe: recipe).packet
    _ = magpie_send(socket, packet, packet.count)
    switch receive(socket, timeoutMilliseconds: startMilliseconds) {
    case .packet(.ready(let version)): return version
    case .packet(.unusable(let error)): throw error
    case .packet, .unreadable: throw MagpieError(.decoderUnusable, "the decoder answered something else than ready")
    case .ended: throw MagpieError(.decoderUnusable, "the decoder ended before it was ready")
    case .timedOut:
      throw MagpieError(.decoderUnusable, "the decoder was not ready within \(startMilliseconds / 1000) s")
    }
  }

  private static func lastWords(_ file: Int32, after start: Int) -> String {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size > start else { return "" }
    let count = min(512, Int(status.st_size) - start)
    var bytes = [UInt8](repeating: 0, count: count)
    let got = pread(file, &bytes, count, off_t(Int(status.st_size) - count))
    let text = String(decoding: bytes.prefix(max(0, got)), as: UTF8.self)
    let line = text.split(whereSeparator: \.isNewline).last.map(String.init) ?? ""
    return String(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init))
  }

  private static func statm(_ process: pid_t) -> [Int]? {
    guard let file = fopen("/proc/\(process)/statm", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, 128, file) != nil else { return nil }
    return String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      .split(separator: " ").compactMap { Int($0) }
  }

  private static func addressSpace(of process: pid_t) -> UInt64 {
    UInt64((statm(process)?.first ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE))))
  }
}

private func spawn(path: String, error: Int32, inherited: [Int32], process: inout pid_t) -> Int32 {
  let arguments: [UnsafeMutablePointer<CChar>?] = [strdup(path), strdup(String(getpid())), nil]
  defer { for argument in arguments { free(argument) } }
  return magpie_spawn(&process, path, arguments, error, inherited, Int32(inherited.count))
}
