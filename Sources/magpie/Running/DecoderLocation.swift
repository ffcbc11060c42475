import Foundation
import MagpieCore

/// Where the `magpie-decoder` program is.
enum DecoderLocation {
  /// - Parameter configured: `worker.decoder`; empty for the one beside this program.
  /// - Throws: `config.invalid` where there is none that may be run.
  static func find(configured: String) throws(MagpieError) -> String {
    let path = configured.isEmpty ? besideThisProgram : configured
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), !isDirectory.boolValue else {
      let hint =
        configured.isEmpty
        ? "it belongs beside magpie; install it there, or say where it is with --decoder FILE"
        : "it was named by --decoder, MAGPIE_WORKER_DECODER or worker.decoder"
      throw MagpieError(.configInvalid, "the decoder program \(path) is missing: \(hint)")
    }
    guard FileManager.default.isExecutableFile(atPath: path) else {
      throw MagpieError(.configInvalid, "the decoder program \(path) may not be executed; chmod +x it")
    }
    return path
  }

  private static var besideThisProgram: String {
    let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "magpie"
    return URL(filePath: program).deletingLastPathComponent().appending(path: "magpie-decoder").path
  }
}
