import CVips

extension VipsImage {
  /// Scaled to exactly this, alpha premultiplied meanwhile.
  func scaled(toWidth newWidth: Int, height newHeight: Int) throws(VipsFailure) -> VipsImage {
    if newWidth == width, newHeight == height { return self }
    let horizontal = Double(newWidth) / Double(width)
    let vertical = Double(newHeight) / Double(height)
    guard hasAlpha else { return try applying { magpie_resize($0, horizontal, vertical) } }
    let format = self.format
    // Premultiplied pixels are floating point; casting back cuts off, so they are rounded first.
    return try applying { magpie_premultiply($0) }
      .applying { magpie_resize($0, horizontal, vertical) }
      .applying { magpie_unpremultiply($0) }
      .applying { magpie_round($0) }
      .applying { magpie_cast($0, format) }
  }

  /// With all pixels in memory: what follows may read them in any order, where a decoder delivers them from top to
  /// bottom.
  func inMemory() throws(VipsFailure) -> VipsImage {
    VipsFailure.clear()
    let copy = try applying { magpie_copy_memory($0) }
    try VipsFailure.checkNothingLost()
    return copy
  }

  func turned(by orientation: Orientation) throws(VipsFailure) -> VipsImage {
    var image = self
    if orientation.quarterTurns > 0 {
      image = try image.applying { magpie_rotate($0, Int32(orientation.quarterTurns)) }
    }
    if orientation.flipsHorizontally {
      image = try image.applying { magpie_flip_horizontal($0) }
    }
    if orientation.flipsVertically {
      image = try image.applying { magpie_flip_vertical($0) }
    }
    return image
  }

  func cropped(_ crop: ResizePlan.Crop, width: Int, height: Int) throws(VipsFailure) -> VipsImage {
    switch crop {
    case .at(let left, let top):
      return try applying { magpie_crop($0, Int32(left), Int32(top), Int32(width), Int32(height)) }
    case .attention:
      return try inMemory().applying { magpie_crop_attention($0, Int32(width), Int32(height)) }
    case .entropy:
      return try inMemory().applying { magpie_crop_entropy($0, Int32(width), Int32(height)) }
    }
  }
}
