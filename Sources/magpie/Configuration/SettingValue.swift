/// A setting's value as it was found.
enum SettingValue: Equatable, Sendable {
  /// From a flag or a variable: text that may stand for any type.
  case text(String)
  // From TOML, which has types.
  case string(String)
  case integer(Int)
  case boolean(Bool)
  /// A type that no setting has; the type's name.
  case other(String)

  /// The value in error messages.
  var quoted: String {
    switch self {
    case .text(let text), .string(let text): "“\(text)”"
    case .integer(let number): String(number)
    case .boolean(let isTrue): String(isTrue)
    case .other(let type): "a value of type \(type)"
    }
  }

  /// Text, from wherever.
  var words: String? {
    switch self {
    case .text(let text), .string(let text): text
    default: nil
    }
  }
}
