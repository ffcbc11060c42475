import ArgumentParser
import Foundation
import Glibc
import MagpieCore

@main
enum Program {
  /// Could not run: usage, settings, permissions, stores.
  static let couldNotRun: Int32 = 1

  static func main() async {
    // A reader that goes away shows as EPIPE where it is written to.
    signal(SIGPIPE, SIG_IGN)
    let code: Int32
    do {
      var command = try MagpieCommand.parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      code = 0
    } catch {
      code = explain(error)
    }
    OutputChannel.output.flush()
    OutputChannel.error.flush()
    exit(code)
  }

  /// Says what went wrong in one sentence and what to do in another; returns the exit code.
  private static func explain(_ error: any Error) -> Int32 {
    if let error = error as? MagpieError {
      complain(error)
      return couldNotRun
    }
    if let code = error as? ExitCode { return code.rawValue }
    let text = MagpieCommand.fullMessage(for: error)
    if MagpieCommand.exitCode(for: error) == .success {
      OutputChannel.output.line(text)
      return 0
    }
    OutputChannel.error.line(text)
    return couldNotRun
  }

  static func complain(_ error: MagpieError) {
    OutputChannel.error.line("magpie: \(error.code.rawValue): \(Words.printable(error.message))")
    if let advice = advice(error.code) { OutputChannel.error.line("        \(advice)") }
  }

  private static func advice(_ code: ErrorCode) -> String? {
    switch code {
    // What is wrong with a setting or a recipe, its message says better.
    case .configInvalid, .recipeInvalid: nil
    // What to do is part of the message where a directory or the state file is meant.
    case .sourceMissing, .storeCorrupt, .storeUnreachable: nil
    default: code.advice
    }
  }
}
