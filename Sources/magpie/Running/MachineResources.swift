import CSystem
import Foundation
import Glibc

/// What this process may use of the machine.
enum MachineResources {
  /// Cores this process may run on.
  static var cores: Int { Int(magpie_usable_cores()) }

  /// Main memory, or what the control groups of this process allow where that is less.
  static var memoryBytes: Int {
    let pages = Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    return ([pages] + groupLimits).min() ?? pages
  }

  /// What `memory = "auto"` means: half, because the page cache and everybody else want some too.
  static var memoryBudgetBytes: Int { max(memoryBytes / 2, 128 << 20) }

  private static var groupLimits: [Int] {
    guard let groups = text("/proc/self/cgroup") else { return [] }
    var limits: [Int] = []
    for line in groups.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let controllers = fields[1].split(separator: ",")
      let isUnified = fields[0] == "0" && controllers.isEmpty
      guard isUnified || controllers.contains("memory") else { continue }
      let root = isUnified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let file = isUnified ? "memory.max" : "memory.limit_in_bytes"
      // Every group above this one limits it too. In a container the path may be the host's: only the root is there.
      var path = String(fields[2])
      while true {
        let joined = path == "/" ? "\(root)/\(file)" : "\(root)\(path)/\(file)"
        if let words = text(joined), let bytes = Int(words.filter { !$0.isWhitespace }) { limits.append(bytes) }
        guard path != "/", let slash = path.lastIndex(of: "/") else { break }
        path = slash == path.startIndex ? "/" : String(path[..<slash])
      }
    }
    return limits.filter { $0 > 0 }
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}
