import CVips

/// How an image comes to 8-bit sRGB, or 8-bit grey where it has neither colour nor profile.
///
/// Embedded profiles are honoured. Where a profile is broken or belongs to another kind of image, the image is taken
/// for what its numbers say: sRGB, grey, or libvips' built-in CMYK.
struct ColourPath {
  private enum Step {
    case none
    case transform
    case convert
  }

  /// Before scaling: CMYK, because libvips 8.14 would ignore its profile later, and what is no plain integer RGB or
  /// grey (Lab, floating point).
  private let before: Step
  /// After scaling, where there are fewer pixels: RGB and grey profiles, and 16 bits, which keep their precision so
  /// far.
  private let after: Step
  private let isCMYK: Bool

  init(_ image: VipsImage) {
    let profile = image.withBlob("icc-profile-data") { ICCProfile($0) } ?? nil
    let isInteger = image.format == magpie_format_uchar || image.format == magpie_format_ushort
    let interpretation = image.interpretation
    isCMYK = interpretation == magpie_interpretation_cmyk
    let isGrey = image.bands < 3
    let isPlain8 =
      image.format == magpie_format_uchar
      && [magpie_interpretation_b_w, magpie_interpretation_srgb].contains(interpretation)
    let isPlain16 =
      image.format == magpie_format_ushort
      && [magpie_interpretation_grey16, magpie_interpretation_rgb16].contains(interpretation)

    if isCMYK {
      (before, after) = (.transform, .none)
    } else if let profile, isInteger, isPlain8 || isPlain16, profile.space == (isGrey ? .grey : .rgb), !profile.isSRGB {
      (before, after) = (.none, .transform)
    } else if isPlain8 {
      (before, after) = (.none, .none)
    } else if isPlain16 {
      (before, after) = (.none, .convert)
    } else {
      (before, after) = (.convert, .none)
    }
  }

  func beforeScaling(_ image: VipsImage) throws(VipsFailure) -> VipsImage {
    try apply(before, to: image)
  }

  func afterScaling(_ image: VipsImage) throws(VipsFailure) -> VipsImage {
    try apply(after, to: image)
  }

  private func apply(_ step: Step, to image: VipsImage) throws(VipsFailure) -> VipsImage {
    switch step {
    case .none:
      return image
    case .transform:
      do throws(VipsFailure) {
        // libvips 8.14 does not scale 16-bit alpha when it transforms to 8 bits.
        let deepAlpha = image.hasAlpha && image.format == magpie_format_ushort && !isCMYK
        let image = deepAlpha ? try converted(image) : image
        return try image.applying { magpie_icc_to_srgb($0, isCMYK ? "cmyk" : "srgb") }
      } catch {
        // The profile cannot be used at all.
        return try converted(image)
      }
    case .convert:
      return try converted(image)
    }
  }

  private func converted(_ image: VipsImage) throws(VipsFailure) -> VipsImage {
    let target = image.bands < 3 ? magpie_interpretation_b_w : magpie_interpretation_srgb
    return try image.applying { magpie_colourspace($0, target) }
  }
}
