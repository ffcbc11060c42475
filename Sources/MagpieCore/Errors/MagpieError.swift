/// An error with its code and what exactly was wrong, in words that name the file, line or key.
package struct MagpieError: Error, Hashable, Sendable, CustomStringConvertible {
  package var code: ErrorCode
  package var message: String

  package init(_ code: ErrorCode, _ message: String) {
    self.code = code
    self.message = message
  }

  package var description: String { "\(code.rawValue): \(message)" }
}
