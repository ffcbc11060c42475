import Glibc
import MagpieCore

/// What a decoder says of itself when run by hand, and to `magpie doctor`.
package enum DecoderDescription {
  /// Prints one JSON object on one line: `libvips`, the version; `protocol`, a number; `loaders` and `savers`, names of
  /// formats. Returns the exit code.
  package static func print() -> Int32 {
    guard start() else { return DecoderLoop.End.unusable.rawValue }
    let loaders = VipsLibrary.readableKinds().map { "\"\($0.rawValue)\"" }.joined(separator: ",")
    let savers = OutputFormat.allCases.filter(VipsLibrary.canWrite).map { "\"\($0.rawValue)\"" }
      .joined(separator: ",")
    Swift.print(
      "{\"libvips\":\"\(VipsLibrary.version)\",\"loaders\":[\(loaders)],"
        + "\"protocol\":\(DecoderProtocol.version),\"savers\":[\(savers)]}")
    return 0
  }

  package static func printVersion() -> Int32 {
    guard start() else { return DecoderLoop.End.unusable.rawValue }
    Swift.print("magpie-decoder, libvips \(VipsLibrary.version)")
    return 0
  }

  private static func start() -> Bool {
    do throws(MagpieError) {
      try VipsLibrary.start()
      return true
    } catch {
      _ = Array("magpie-decoder: \(error)\n".utf8).withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
      return false
    }
  }
}
