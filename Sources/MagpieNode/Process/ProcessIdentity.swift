internal import CSystem
internal import Glibc
package import MagpieCore

/// Who a process is, so that others on the same host can tell that it is gone without waiting for its lease to run out.
///
/// Text: `host/boot/namespace/pid-start/random`: the kernel's boot id, the PID namespace, the process with the clock
/// tick it was started at. A pid is used again; a pid with its start time, within one boot, is not.
package enum ProcessIdentity {
  /// The owner id of this process; another one with each call.
  package static func makeOwner() -> OwnerID {
    let start = magpie_process_start(getpid())
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return OwnerID("\(host)/\(boot)/\(namespace)/\(getpid())-\(start)/\(random)")
  }

  /// Whether `owner` was a process of this host, boot and PID namespace that does not run any more. `false` says
  /// nothing.
  package static func isGone(_ owner: OwnerID) -> Bool {
    let parts = owner.text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0] == host, parts[1] == boot, parts[2] == namespace, boot != unknown,
      namespace != unknown
    else { return false }
    let process = parts[3].split(separator: "-")
    guard process.count == 2, let pid = pid_t(process[0]) else { return false }
    let start = magpie_process_start(pid)
    return start != .max && String(start) != process[1]
  }

  /// The owner for people: host and pid.
  package static func brief(_ owner: OwnerID) -> String {
    let parts = owner.text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, let pid = parts[3].split(separator: "-").first else { return owner.text }
    return "\(parts[0]):\(pid)"
  }

  private static let unknown = "-"

  private static let host: String = {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, 255) == 0 else { return unknown }
    let text = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return text.isEmpty ? unknown : String(text.map { $0 == "/" ? "_" : $0 })
  }()

  private static let boot: String = {
    guard let line = firstLine(of: "/proc/sys/kernel/random/boot_id") else { return unknown }
    return String(line.prefix(13))
  }()

  private static let namespace: String = {
    var target = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/self/ns/pid", &target, 63)
    guard count > 0 else { return unknown }
    let digits = target.prefix(count).map { UInt8(bitPattern: $0) }.filter { (0x30...0x39).contains($0) }
    return String(decoding: digits, as: UTF8.self)
  }()

  private static func firstLine(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1024)
    guard fgets(&line, 1024, file) != nil else { return nil }
    let bytes = line.prefix { $0 != 0 && $0 != 0x0A }.map(UInt8.init(bitPattern:))
    return String(decoding: bytes, as: UTF8.self)
  }
}
