import CSystem
import Foundation
import MagpieCore
import MagpieLocal
import MagpieStores

/// What `magpie doctor` found.
struct Diagnosis {
  struct Finding {
    /// Of the JSON object.
    var name: String
    var label: String
    var words: String
    var value: JSONValue
    /// What is wrong and needed; `nil` where nothing is.
    var trouble: MagpieError?
  }

  private var findings: [Finding] = []

  var isWell: Bool { findings.allSatisfy { $0.trouble == nil } }

  static func make(_ configuration: ClusterConfiguration, directory: String?) async -> Diagnosis {
    var diagnosis = Diagnosis()
    diagnosis.note("version", "magpie", MagpieCommand.version, .string(MagpieCommand.version))
    diagnosis.noteDecoder(configuration)
    diagnosis.noteMachine(configuration)
    diagnosis.noteSandbox(configuration)
    if let directory { await diagnosis.noteState(directory) }
    return diagnosis
  }

  private mutating func note(
    _ name: String, _ label: String, _ words: String, _ value: JSONValue, trouble: MagpieError? = nil
  ) {
    findings.append(Finding(name: name, label: label, words: words, value: value, trouble: trouble))
  }

  private mutating func noteDecoder(_ configuration: ClusterConfiguration) {
    do throws(MagpieError) {
      let path = try DecoderLocation.find(configured: configuration.worker.decoder)
      note("decoder", "decoder", Words.printable(path), .string(path))
      let inquiry = try DecoderInquiry.ask(path)
      note("libvips", "libvips", inquiry.libvips, .string(inquiry.libvips))
      let needed = [("loaders", "reads", inquiry.loaders), ("savers", "writes", inquiry.savers)]
      for (name, label, formats) in needed {
        let isLacking = !formats.contains("jpeg")
        note(
          name, label, formats.isEmpty ? "nothing" : formats.joined(separator: " "),
          .array(formats.map { .string($0) }),
          trouble: isLacking
            ? MagpieError(
              .configInvalid, "this libvips \(label) no JPEG; install a complete one, as Debian's libvips42")
            : nil)
      }
    } catch {
      note("decoder", "decoder", "does not work", .null, trouble: error)
    }
  }

  private mutating func noteMachine(_ configuration: ClusterConfiguration) {
    let cores = MachineResources.cores
    let decoders = configuration.worker.decoders == 0 ? cores : configuration.worker.decoders
    note("cores", "cores", "\(cores) usable, \(Figures.count(decoders, "decoder"))", .integer(cores))
    let usable = MachineResources.memoryBytes
    let budget =
      switch configuration.worker.memory {
      case .auto: MachineResources.memoryBudgetBytes
      case .bytes(let bytes): bytes
      }
    note(
      "memoryBudget", "memory", "\(Figures.bytes(usable)) usable, \(Figures.bytes(budget)) of it for images",
      .integer(budget))
  }

  private mutating func noteSandbox(_ configuration: ClusterConfiguration) {
    let landlock = Int(magpie_landlock_version())
    let kernel = landlock > 0 ? "the kernel has version \(landlock)" : "the kernel has none"
    note("landlock", "Landlock", "\(kernel); not used by this version yet", .integer(landlock))
    let hasSeccomp = magpie_has_seccomp() != 0
    note(
      "seccomp", "seccomp", "the kernel \(hasSeccomp ? "has it" : "has none"); not used by this version yet",
      .boolean(hasSeccomp))
    note(
      "cell", "decoder cell",
      "empty environment, no new privileges, not dumpable; limits on address space and file size; "
        + "killed after \(Figures.milliseconds(configuration.worker.imageTimeoutMilliseconds)) on one image",
      .array(["environment", "no_new_privs", "not_dumpable", "rlimit_as", "rlimit_fsize", "timeout"]))
  }

  private mutating func noteState(_ directory: String) async {
    let path = StateOptions.file(in: directory)
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory), isDirectory.boolValue else {
      note("state", "state", "none yet: \(Words.printable(directory)) does not exist; a run creates it", .null)
      return
    }
    guard FileManager.default.fileExists(atPath: path) else {
      let isWritable = FileManager.default.isWritableFile(atPath: directory)
      note(
        "state", "state", isWritable ? "none yet: a run creates it" : "none, and none can be created", .null,
        trouble: isWritable ? nil : MagpieError(.sinkDenied, "\(directory) may not be written"))
      return
    }
    do throws(MagpieError) {
      let jobs = try await SQLiteState(path: path, mayCreate: false).allJobs()
      note(
        "state", "state", "\(Words.printable(path)): \(Figures.count(jobs.count, "job"))",
        ["path": .string(path), "jobs": .integer(jobs.count)])
    } catch {
      note("state", "state", "cannot be used", .null, trouble: error)
    }
  }

  var text: String {
    var lines = findings.map { "\($0.trouble == nil ? "ok " : "BAD") \(Diagnosis.padded($0.label)) \($0.words)" }
    for trouble in findings.compactMap(\.trouble) {
      lines.append("magpie: \(trouble.code.rawValue): \(Words.printable(trouble.message))")
    }
    return lines.map { $0 + "\n" }.joined()
  }

  var json: JSONValue {
    let fields = findings.map { JSONValue.Field(name: $0.name, value: $0.value) }
    let problems = findings.compactMap(\.trouble).map { trouble -> JSONValue in
      ["code": .string(trouble.code.rawValue), "message": .string(trouble.message)]
    }
    return .object(fields).adding(["ok": .boolean(isWell), "problems": .array(problems)])
  }

  private static func padded(_ label: String) -> String {
    label + String(repeating: " ", count: max(0, 12 - label.count))
  }
}
