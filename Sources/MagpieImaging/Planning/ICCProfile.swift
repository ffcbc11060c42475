import Glibc

/// What can be told of an ICC profile (ICC.1:2022) without a colour engine.
struct ICCProfile {
  enum Space {
    case rgb, grey, cmyk
  }

  /// Of the device, as the header names it; `nil` where it is another one.
  let space: Space?
  /// Whether it means sRGB to within what 8 bits can show, so that no transform is needed.
  let isSRGB: Bool

  /// `nil` where the bytes are no profile at all.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 132, bytes.signature(at: 36) == "acsp" else { return nil }
    space =
      switch bytes.signature(at: 16) {
      case "RGB ": .rgb
      case "GRAY": .grey
      case "CMYK": .cmyk
      default: nil
      }
    isSRGB = space == .rgb && Self.hasCurvesAndPrimariesOfSRGB(bytes)
  }

  /// Primaries of sRGB adapted to D50, from the sRGB profile of the ICC; 0.002 is 1/2 of an 8-bit step at mid grey.
  private static let primaries: [(tag: String, xyz: [Double])] = [
    ("rXYZ", [0.4361, 0.2225, 0.0139]), ("gXYZ", [0.3851, 0.7169, 0.0971]), ("bXYZ", [0.1431, 0.0606, 0.7141]),
  ]
  private static let primaryTolerance = 0.002
  /// Linear light, near black and white as well as between.
  private static let curveTolerance = 0.002

  private static func hasCurvesAndPrimariesOfSRGB(_ bytes: UnsafeRawBufferPointer) -> Bool {
    // A profile with a lookup table is more than its matrix.
    guard range(of: "A2B0", in: bytes) == nil else { return false }
    for primary in primaries {
      guard let place = range(of: primary.tag, in: bytes), place.count >= 20 else { return false }
      for axis in 0..<3 {
        let value = bytes.fixedPoint(at: place.lowerBound + 8 + 4 * axis)
        guard abs(value - primary.xyz[axis]) <= primaryTolerance else { return false }
      }
    }
    for tag in ["rTRC", "gTRC", "bTRC"] {
      guard let place = range(of: tag, in: bytes),
        let curve = ToneCurve(UnsafeRawBufferPointer(rebasing: bytes[place]))
      else { return false }
      for step in 0...32 {
        let x = Double(step) / 32
        guard abs(curve.value(at: x) - ToneCurve.sRGB.value(at: x)) <= curveTolerance else { return false }
      }
    }
    return true
  }

  private static func range(of tag: String, in bytes: UnsafeRawBufferPointer) -> Range<Int>? {
    let count = min(bytes.integer(at: 128), 100)
    for index in 0..<count {
      let entry = 132 + 12 * index
      guard entry + 12 <= bytes.count else { return nil }
      guard bytes.signature(at: entry) == tag else { continue }
      let offset = bytes.integer(at: entry + 4)
      let size = bytes.integer(at: entry + 8)
      guard offset <= bytes.count, size <= bytes.count - offset else { return nil }
      return offset..<(offset + size)
    }
    return nil
  }
}

/// A tone curve of a profile: `curv` or `para`.
private enum ToneCurve {
  case table([Double])
  /// `(a*x + b)^g` from `d` on, `c*x` below.
  case parametric(g: Double, a: Double, b: Double, c: Double, d: Double)

  static let sRGB = ToneCurve.parametric(g: 2.4, a: 1 / 1.055, b: 0.055 / 1.055, c: 1 / 12.92, d: 0.04045)

  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= 12 else { return nil }
    switch bytes.signature(at: 0) {
    case "curv":
      let count = bytes.integer(at: 8)
      guard count >= 2, count <= 65_536, bytes.count >= 12 + 2 * count else { return nil }
      self = .table(
        (0..<count).map { index in
          let value = bytes.loadUnaligned(fromByteOffset: 12 + 2 * index, as: UInt16.self)
          return Double(UInt16(bigEndian: value)) / 65_535
        })
    case "para":
      guard bytes[8] == 0, bytes[9] == 3, bytes.count >= 32 else { return nil }
      let values = (0..<5).map { bytes.fixedPoint(at: 12 + 4 * $0) }
      self = .parametric(g: values[0], a: values[1], b: values[2], c: values[3], d: values[4])
    default:
      return nil
    }
  }

  func value(at x: Double) -> Double {
    switch self {
    case .table(let values):
      let position = x * Double(values.count - 1)
      let index = min(Int(position), values.count - 2)
      return values[index] + (values[index + 1] - values[index]) * (position - Double(index))
    case .parametric(let g, let a, let b, let c, let d):
      return x >= d ? pow(a * x + b, g) : c * x
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Four characters.
  fileprivate func signature(at offset: Int) -> String { String(decoding: self[offset..<(offset + 4)], as: UTF8.self) }

  /// An unsigned big-endian integer of 32 bits.
  fileprivate func integer(at offset: Int) -> Int {
    Int(UInt32(bigEndian: loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
  }

  /// s15Fixed16Number.
  fileprivate func fixedPoint(at offset: Int) -> Double {
    Double(Int32(bigEndian: loadUnaligned(fromByteOffset: offset, as: Int32.self))) / 65_536
  }
}
