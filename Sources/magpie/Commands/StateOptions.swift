import ArgumentParser
import Foundation
import MagpieCore
import MagpieLocal
import MagpieStores

/// Which state and which job a command looks at.
struct StateOptions: ParsableArguments {
  @Argument(help: "A destination directory, a state file, or a job's name.", completion: .directory)
  var place: String?

  @Option(
    help: ArgumentHelp("The state file. (default: DIRECTORY/.magpie/state.sqlite)", valueName: "file"),
    completion: .file())
  var state: String?

  @Option(help: ArgumentHelp("The job, where the state holds several.", valueName: "name"))
  var job: String?

  @Option(help: ArgumentHelp("Settings; ./cluster.conf where there is one.", valueName: "file"), completion: .file())
  var config: String?

  /// The state that is meant, and the job where one is named.
  func open() throws(MagpieError) -> (state: SQLiteState, job: JobName?) {
    let flags = state.map { [(flag: "--state", setting: "state.file", value: $0)] } ?? []
    let configuration = try ClusterConfiguration.load(
      file: config, environment: ProcessInfo.processInfo.environment, flags: flags)
    let configured = configuration.state.file
    var isDirectory: ObjCBool = false
    if let place, FileManager.default.fileExists(atPath: place, isDirectory: &isDirectory) {
      guard state == nil else {
        throw MagpieError(.configInvalid, "\(place) and --state both say where the state is; give one")
      }
      let file = isDirectory.boolValue ? StateOptions.file(in: place) : place
      return (try SQLiteState(path: file, mayCreate: false), job.map { JobName($0) })
    }
    if place != nil, job != nil {
      throw MagpieError(.configInvalid, "the job is given twice, as an argument and as --job; give one")
    }
    let name = (place ?? job).map { JobName($0) }
    if !configured.isEmpty { return (try SQLiteState(path: configured, mayCreate: false), name) }
    let here = StateOptions.file(in: ".")
    if FileManager.default.fileExists(atPath: here) { return (try SQLiteState(path: here, mayCreate: false), name) }
    if let place {
      throw MagpieError(
        .configInvalid,
        "\(ObjectKey(place)) is no directory, and nothing says which state holds a job of this name; "
          + "give the job's destination directory or --state FILE")
    }
    throw MagpieError(
      .configInvalid, "nothing says where the state is; give the destination directory of a run or --state FILE")
  }

  /// The jobs that are meant: the named one, else all.
  func jobs(in state: SQLiteState, named name: JobName?) async throws(MagpieError) -> [Job] {
    let all = try await state.allJobs()
    guard let name else { return all }
    let named = all.filter { $0.name == name }
    guard named.isEmpty else { return named }
    let names = all.map(\.name.text)
    let hint =
      Spelling.nearest(to: name.text, among: names).map { "did you mean \($0)?" }
      ?? (names.isEmpty ? "it holds none" : "it holds \(names.joined(separator: ", "))")
    throw MagpieError(.configInvalid, "the state \(state.path) holds no job \(ObjectKey(name.text)); \(hint)")
  }

  static func file(in directory: String) -> String {
    directory + (directory.hasSuffix("/") ? "" : "/") + ".magpie/state.sqlite"
  }
}
