import MagpieCore
import Testing

/// Runs `picture` through a spawned decoder.
private func rendered(
  _ picture: String, _ rendition: Rendition, orient: Bool = true
) throws -> (output: DecodedOutput, bytes: [UInt8]) {
  let child = try DecoderChild()
  _ = try child.configure(Recipe(renditions: [rendition], orient: orient))
  let reply = try child.decode(Reference.picture(picture))
  guard case .done(_, _, let outputs, _) = reply, let output = outputs.first else {
    throw Reference.Failure(description: "\(picture): \(reply)")
  }
  let bytes = child.output(output)
  #expect(child.finish() == 0)
  return (output, bytes)
}

/// Against Pillow's pixels. The bounds are about twice what was measured, so that another build of a codec passes and a
/// wrong path does not: a missed profile is at least 3 away, a missed turn 30.
@Suite struct PixelTests {
  /// Quality at which JPEG's own loss stays below what is tested.
  private static func rendition(
    _ width: Int, _ height: Int, _ fit: Fit = .inside, gravity: Gravity = .centre, enlarge: Bool = false,
    format: OutputFormat = .jpeg, background: Colour = .white
  ) -> Rendition {
    Rendition(
      size: .box(width: width, height: height), fit: fit, gravity: gravity, enlarge: enlarge, format: format,
      quality: 97, background: background)
  }

  private func expect(
    _ picture: String, _ rendition: Rendition, orient: Bool = true, _ steps: Reference.Steps, colour: Double = 1.2,
    mode: String = "RGB", sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let (output, bytes) = try rendered(picture, rendition, orient: orient)
    let comparison = try Reference.compare(bytes, with: picture, steps)
    let context = Comment(rawValue: "\(picture): \(comparison)")
    #expect([output.width, output.height] == steps.output, context, sourceLocation: sourceLocation)
    #expect([comparison.width, comparison.height] == steps.output, context, sourceLocation: sourceLocation)
    #expect(comparison.mode == mode, context, sourceLocation: sourceLocation)
    #expect(comparison.meanColourDifference < colour, context, sourceLocation: sourceLocation)
    #expect(comparison.metadata.isEmpty, context, sourceLocation: sourceLocation)
  }

  @Test(arguments: [
    "scene.jpg", "progressive.jpg", "scene.png", "scene.webp", "scene.tif", "scene.gif", "scene.avif", "srgb.jpg",
    "grey16.png", "grey.jpg", "bilevel.png",
  ]) func everyReadableKind(_ picture: String) throws {
    let grey = picture.hasPrefix("grey") || picture.hasPrefix("bilevel")
    try expect(
      picture, Self.rendition(400, 400), .init(scaled: [400, 267], output: [400, 267]),
      mode: grey ? "L" : "RGB")
  }

  @Test(arguments: 1...8) func everyOrientationIsAppliedOnce(_ orientation: Int) throws {
    try expect(
      "orientation-\(orientation).jpg", Self.rendition(300, 300), .init(scaled: [300, 200], output: [300, 200]))
    try expect(
      "orientation-\(orientation).jpg", Self.rendition(300, 300, .cover, gravity: .east),
      .init(scaled: [450, 300], crop: [150, 0], output: [300, 300]))
  }

  @Test func orientationIsLeftAloneWhereTheRecipeSaysSo() throws {
    var steps = Reference.Steps(scaled: [200, 300], output: [200, 300])
    steps.orient = false
    try expect("orientation-6.jpg", Self.rendition(300, 300), orient: false, steps)
  }

  @Test func everyFit() throws {
    let teal = Colour(red: 0, green: 128, blue: 128)
    try expect("scene.png", Self.rendition(300, 300, .fill), .init(scaled: [300, 300], output: [300, 300]))
    try expect("scene.png", Self.rendition(300, 300, .outside), .init(scaled: [450, 300], output: [450, 300]))
    try expect(
      "scene.png", Self.rendition(300, 300, .cover), .init(scaled: [450, 300], crop: [75, 0], output: [300, 300]))
    var padded = Reference.Steps(scaled: [300, 200], padding: [0, 100], output: [300, 300])
    padded.background = [0, 128, 128]
    try expect("scene.png", Self.rendition(300, 300, .contain, gravity: .south, background: teal), padded)
    try expect("grey.jpg", Self.rendition(300, 300, .contain, gravity: .south, background: teal), padded)
    try expect(
      "scene.png", Self.rendition(1800, 1800, enlarge: true), .init(scaled: [1800, 1200], output: [1800, 1200]))
    try expect("scene.png", Self.rendition(1800, 1800), .init(scaled: [900, 600], output: [900, 600]))
  }

  @Test(arguments: [Gravity.attention, .entropy]) func smartCropsHaveTheSizeOfTheBox(_ gravity: Gravity) throws {
    for picture in ["scene.jpg", "orientation-6.jpg", "alpha.png"] {
      let (output, _) = try rendered(picture, Self.rendition(300, 300, .cover, gravity: gravity))
      #expect(output.width == 300 && output.height == 300)
    }
  }

  @Test(arguments: ["large.jpg", "large.webp"]) func shrinkOnLoad(_ picture: String) throws {
    let height = picture == "large.jpg" ? 600 : 533
    try expect(picture, Self.rendition(800, 800), .init(scaled: [800, height], output: [800, height]))
    try expect(picture, Self.rendition(97, 131, .fill), .init(scaled: [97, 131], output: [97, 131]))
  }

  @Test(arguments: [
    "p3.jpg", "adobe.png", "grey-profile.png", "cmyk-profile.jpg", "cmyk.tif", "broken-profile.jpg",
    "wrong-profile.jpg", "lab.tif",
  ]) func colourIsBroughtToSRGB(_ picture: String) throws {
    // The white of Lab in a TIFF is D50 to Pillow and D65 to libvips.
    let bound = picture == "lab.tif" ? 2.5 : 1.5
    try expect(picture, Self.rendition(450, 450), .init(scaled: [450, 300], output: [450, 300]), colour: bound)
  }

  @Test func cmykWithoutProfileIsTakenForSomePrinters() throws {
    // Pillow inverts where libvips has a press profile, so this only tells right side up and not negative.
    try expect("cmyk.jpg", Self.rendition(450, 450), .init(scaled: [450, 300], output: [450, 300]), colour: 18)
  }

  @Test(arguments: ["alpha.png", "alpha.webp", "alpha16.png", "alpha16-p3.png"])
  func alphaIsKeptOrFlattened(_ picture: String) throws {
    var steps = Reference.Steps(scaled: [450, 300], output: [450, 300])
    try expect(picture, Self.rendition(450, 450), steps)
    steps.background = [10, 20, 200]
    try expect(picture, Self.rendition(450, 450, background: Colour(red: 10, green: 20, blue: 200)), steps)
    steps.alpha = true
    try expect(picture, Self.rendition(450, 450, format: .png), steps, mode: "RGBA")
    try expect(picture, Self.rendition(450, 450, format: .webp), steps, mode: "RGBA")
  }

  @Test(arguments: ["moving.gif", "moving.webp", "pages.tif"]) func theFirstOfSeveralFrames(_ picture: String) throws {
    try expect(picture, Self.rendition(150, 150), .init(scaled: [150, 100], output: [150, 100]), colour: 1.5)
  }

  @Test func theSeedPreset() throws {
    let child = try DecoderChild()
    _ = try child.configure(.seed)
    guard case .done(_, _, let outputs, _) = try child.decode(Reference.picture("orientation-6.jpg")),
      let output = outputs.first
    else {
      Issue.record("not decoded")
      return
    }
    var steps = Reference.Steps(scaled: [800, 800], output: [800, 800])
    steps.orient = false
    let comparison = try Reference.compare(child.output(output), with: "orientation-6.jpg", steps)
    #expect(comparison.meanDifference < 4, "\(comparison)")
    #expect(comparison.width == 800 && comparison.height == 800)
  }

  @Test(arguments: OutputFormat.allCases) func theSameBytesEveryTime(_ format: OutputFormat) throws {
    let one = try rendered("orientation-6.jpg", Self.rendition(300, 300, .cover, format: format))
    let other = try rendered("orientation-6.jpg", Self.rendition(300, 300, .cover, format: format))
    #expect(one.bytes == other.bytes)
  }
}
