/// What a store did other than its protocol says.
package struct ConformanceFailure: Error, Hashable, Sendable, CustomStringConvertible {
  package var message: String

  package init(_ message: String) {
    self.message = message
  }

  package var description: String { message }
}

/// Throws where two values differ; `what` says what was asked.
func expect<Value: Equatable>(
  _ found: Value, equals wanted: Value, _ what: @autoclosure () -> String
) throws(ConformanceFailure) {
  guard found != wanted else { return }
  throw ConformanceFailure("\(what()): expected \(wanted), found \(found)")
}

/// Throws where the condition does not hold.
func expect(_ condition: Bool, _ what: @autoclosure () -> String) throws(ConformanceFailure) {
  guard condition else { throw ConformanceFailure(what()) }
}
