import Foundation
import GRDB
import MagpieCore

/// How an `ObjectKey` stands in a column: as TEXT where it is UTF-8 without NUL, so that people can read and query it,
/// else as BLOB.
///
/// A BLOB for a key with NUL, because GRDB binds a `String` up to its first NUL, and "a" and "a\0b" would be one key.
/// One key has one form, so equality in SQL is equality of keys. SQLite compares two TEXTs (collation BINARY, database
/// in UTF-8) and two BLOBs byte by byte, and puts every TEXT before every BLOB: a scan in byte order merges the two.
enum SQLiteKey {
  static func value(_ key: ObjectKey) -> DatabaseValue {
    if !key.bytes.contains(0), let text = key.utf8 {
      return text.databaseValue
    }
    return data(key).databaseValue
  }

  static func value(_ key: ObjectKey?) -> DatabaseValue {
    key.map { value($0) } ?? .null
  }

  static func data(_ key: ObjectKey) -> Data {
    Data(key.bytes)
  }

  static func optionalKey(_ row: Row, _ column: Int) throws -> ObjectKey? {
    let value: DatabaseValue = row[column]
    switch value.storage {
    case .null: return nil
    case .string(let text): return ObjectKey(text)
    case .blob(let data): return ObjectKey(bytes: data)
    case .int64, .double: throw SQLiteDamage("a key is stored as a number")
    }
  }

  static func key(_ row: Row, _ column: Int) throws -> ObjectKey {
    guard let key = try optionalKey(row, column) else { throw SQLiteDamage("a key is missing") }
    return key
  }
}

extension Row {
  /// The value of a column as an enumeration's raw text.
  func choice<Value: RawRepresentable<String>>(_ column: Int) throws -> Value {
    let text = try decode(String.self, atIndex: column)
    guard let value = Value(rawValue: text) else {
      throw SQLiteDamage("“\(text)” is no \(Value.self)")
    }
    return value
  }

  /// Epochs, beats and fences are `UInt64` in Swift and `Int64` in SQLite. They count writes and get nowhere near 2^63;
  /// the bit pattern keeps a hostile row from trapping.
  func unsigned(_ column: Int) throws -> UInt64 {
    UInt64(bitPattern: try decode(Int64.self, atIndex: column))
  }
}
