import CSystem
import Glibc

/// The name of a temporary file: tells which process writes it, so that the files of a dead one can be recognised.
///
/// `.magpie-tmp-BOOT-NAMESPACE-PID-START-NUMBER`: a process id alone is used again; with its start time, within one
/// boot and one pid namespace, it is not.
struct TemporaryName: Equatable {
  struct Process: Equatable {
    /// Boot id and pid namespace; a process of another place cannot be looked up in /proc.
    var place: String
    var pid: Int32
    /// Clock ticks since boot, field 22 of /proc/PID/stat.
    var start: UInt64

    static let this = Process(place: here, pid: getpid(), start: magpie_process_start(getpid()))

    private static let here: String = {
      let boot = contents(of: "/proc/sys/kernel/random/boot_id").prefix(8)
      var buffer = [CChar](repeating: 0, count: 64)
      let length = readlink("/proc/self/ns/pid", &buffer, buffer.count)
      let link = buffer.prefix(max(0, length)).map { UInt8(bitPattern: $0) }
      let digits = link.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      return "\(boot.isEmpty ? "0" : boot)-\(digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self))"
    }()

    /// Whether it is certain that this process runs no more.
    var isDead: Bool {
      guard place == Process.here else { return false }
      let found = magpie_process_start(pid)
      return found != .max && found != start
    }

    private static func contents(of path: String) -> String {
      let number = open(path, O_RDONLY | O_CLOEXEC)
      guard number >= 0 else { return "" }
      defer { close(number) }
      var buffer = [UInt8](repeating: 0, count: 1024)
      let length = Glibc.read(number, &buffer, buffer.count)
      return String(decoding: buffer.prefix(max(0, length)), as: UTF8.self)
    }
  }

  var process: Process
  var number: UInt64

  private static let prefix = ".magpie-tmp-"

  init(process: Process, number: UInt64) {
    self.process = process
    self.number = number
  }

  /// Reads a name back; `nil` for any other file's.
  init?(_ text: String) {
    guard text.hasPrefix(TemporaryName.prefix) else { return nil }
    let fields = text.dropFirst(TemporaryName.prefix.count).split(separator: "-", omittingEmptySubsequences: false)
    guard fields.count == 5, let pid = Int32(fields[2]), let start = UInt64(fields[3]), let number = UInt64(fields[4])
    else { return nil }
    process = Process(place: "\(fields[0])-\(fields[1])", pid: pid, start: start)
    self.number = number
  }

  var text: String {
    "\(TemporaryName.prefix)\(process.place)-\(process.pid)-\(process.start)-\(number)"
  }
}
