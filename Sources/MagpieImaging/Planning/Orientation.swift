/// EXIF orientation: how a stored image is turned to stand upright.
package enum Orientation: Int, Hashable, Sendable, CaseIterable {
  case upright = 1
  case mirrored
  case upsideDown
  case mirroredUpsideDown
  /// Mirrored along the diagonal from top left.
  case transposed
  /// Needs a quarter turn clockwise.
  case onItsLeftSide
  /// Mirrored along the other diagonal.
  case transversed
  /// Needs a quarter turn counterclockwise.
  case onItsRightSide

  /// Whether upright width is stored height.
  package var swapsAxes: Bool { rawValue >= 5 }

  /// Clockwise quarter turns that come first; the mirroring comes after them.
  package var quarterTurns: Int {
    switch self {
    case .upright, .mirrored, .mirroredUpsideDown: 0
    case .onItsLeftSide, .transposed: 1
    case .upsideDown: 2
    case .onItsRightSide, .transversed: 3
    }
  }

  /// Whether left and right are exchanged after the turns.
  package var flipsHorizontally: Bool {
    switch self {
    case .mirrored, .transposed, .transversed: true
    default: false
    }
  }

  /// Whether top and bottom are exchanged.
  package var flipsVertically: Bool { self == .mirroredUpsideDown }
}
