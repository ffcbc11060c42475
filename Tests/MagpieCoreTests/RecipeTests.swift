import MagpieCore
import Testing

@Suite struct RecipeTests {
  @Test(arguments: [
    ("800x600", SizeSpecification.box(width: 800, height: 600), nil), ("800x", .box(width: 800, height: nil), nil),
    ("x600", .box(width: nil, height: 600), nil), ("50%", .scale(millipercent: 50_000), nil),
    ("12.5%", .scale(millipercent: 12_500), nil), ("9x9!", .box(width: 9, height: 9), Fit.fill),
    ("9x9^", .box(width: 9, height: 9), Fit.cover),
  ])
  func sizesAreRead(text: String, size: SizeSpecification, fit: Fit?) throws {
    let parsed = try SizeSpecification.parse(text)
    #expect(parsed.size == size)
    #expect(parsed.fit == fit)
    #expect(try SizeSpecification.parse(size.description).size == size)
  }

  @Test(arguments: [
    "", "x", "800", "0x5", "-1x5", "800x600x", "axb", "99999x5", "%", "0%", "nan%", "inf%", "1e9%", "9x!", "50%!",
    "8 x 9", "८x९", "+8x9",
  ])
  func badSizesSayWhatToWrite(text: String) {
    #expect(throws: MagpieError.self) { try SizeSpecification.parse(text) }
  }

  @Test func outputNamesAreFunctionsOfTheKey() throws {
    let rendition = Rendition(name: "card")
    func key(_ template: String, _ source: ObjectKey) throws -> ObjectKey {
      try OutputTemplate(template).key(of: source, rendition: rendition) { _ in [0xAB, 0x0C, 1, 2, 3] }
    }
    #expect(try key("{dir}{base}", "a/b.JPG") == "a/b.JPG")
    #expect(try key("{dir}{base}", "a/b.png") == "a/b.png.jpg")
    #expect(try key("{name}/{stem}-{srcext}.{ext}", "a/b.PNG") == "card/b-PNG.jpg")
    #expect(try key("{width}x{height}/{key}", "q") == "800x800/q")
    #expect(try key("{digest8}", "q") == "ab0c0102")
  }

  @Test(arguments: ["{dir}", "{kee}", "{key", "key}", "/{key}", "../{key}", "{name}.jpg", ""])
  func badTemplatesAreRefused(template: String) {
    #expect(throws: MagpieError.self) { try OutputTemplate(template) }
  }

  @Test func onlyTemplatesThatCouldCollideAreClaimed() throws {
    #expect(!OutputTemplate.seed.mayCollide("a.png", format: .jpeg))
    #expect(!OutputTemplate.standard.mayCollide("a.jpg", format: .jpeg))
    #expect(OutputTemplate.standard.mayCollide("a.png", format: .jpeg))
    #expect(OutputTemplate.standard.mayCollide("a.png.jpg", format: .jpeg))
    #expect(try OutputTemplate("{stem}.{ext}").mayCollide("a.jpg", format: .jpeg))
  }

  @Test func impossibleRecipesAreRefused() {
    let impossible = [
      Rendition(size: .box(width: 800, height: nil), fit: .cover), Rendition(size: .scale(millipercent: 1), fit: .fill),
      Rendition(gravity: .attention), Rendition(quality: 0), Rendition(quality: 101),
      Rendition(size: .box(width: 20_000, height: 5), format: .webp),
    ]
    for rendition in impossible {
      #expect(throws: MagpieError.self) { try Recipe(renditions: [rendition]).validate() }
    }
    #expect(throws: Never.self) { try Recipe.seed.validate() }
  }
}
