import MagpieCore
import MagpieImaging
import Testing

/// A plan in one word: `scaled[@crop]>output`, for example `1200x800@200,0>800x800` or `800x533+0,133>800x800`.
private func word(_ width: Int, _ height: Int, _ rendition: Rendition) -> String {
  let plan = ResizePlan(width: width, height: height, rendition: rendition)
  var text = "\(plan.scaledWidth)x\(plan.scaledHeight)"
  switch plan.crop {
  case .at(let left, let top): text += "@\(left),\(top)"
  case .attention: text += "@attention"
  case .entropy: text += "@entropy"
  case nil: break
  }
  if let padding = plan.padding { text += "+\(padding.left),\(padding.top)" }
  return text + ">\(plan.outputWidth)x\(plan.outputHeight)"
}

private func box(
  _ width: Int?, _ height: Int?, _ fit: Fit, enlarge: Bool = false, gravity: Gravity = .centre
) -> Rendition {
  Rendition(size: .box(width: width, height: height), fit: fit, gravity: gravity, enlarge: enlarge)
}

@Suite struct ResizePlanTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var width: Int
    var height: Int
    var fit: Fit
    var enlarge: Bool
    var expected: String
    var testDescription: String { "\(width)x\(height) \(fit.rawValue) \(enlarge ? "enlarged " : "")is \(expected)" }

    init(_ width: Int, _ height: Int, _ fit: Fit, _ enlarge: Bool, _ expected: String) {
      (self.width, self.height, self.fit, self.enlarge, self.expected) = (width, height, fit, enlarge, expected)
    }
  }

  static let rows: [Row] = [
    // Larger than the box on both axes: enlarge makes no difference.
    Row(3000, 2000, .inside, false, "800x533>800x533"), Row(3000, 2000, .inside, true, "800x533>800x533"),
    Row(3000, 2000, .outside, false, "1200x800>1200x800"), Row(3000, 2000, .outside, true, "1200x800>1200x800"),
    Row(3000, 2000, .fill, false, "800x800>800x800"), Row(3000, 2000, .fill, true, "800x800>800x800"),
    Row(3000, 2000, .cover, false, "1200x800@200,0>800x800"), Row(3000, 2000, .cover, true, "1200x800@200,0>800x800"),
    Row(3000, 2000, .contain, false, "800x533+0,133>800x800"), Row(3000, 2000, .contain, true, "800x533+0,133>800x800"),
    // The same upright: what an image turned by a quarter is planned with.
    Row(2000, 3000, .inside, false, "533x800>533x800"), Row(2000, 3000, .outside, false, "800x1200>800x1200"),
    Row(2000, 3000, .cover, false, "800x1200@0,200>800x800"), Row(2000, 3000, .contain, false, "533x800+133,0>800x800"),
    // Smaller on both axes.
    Row(300, 200, .inside, false, "300x200>300x200"), Row(300, 200, .inside, true, "800x533>800x533"),
    Row(300, 200, .outside, false, "300x200>300x200"), Row(300, 200, .outside, true, "1200x800>1200x800"),
    Row(300, 200, .fill, false, "300x200>300x200"), Row(300, 200, .fill, true, "800x800>800x800"),
    Row(300, 200, .cover, false, "300x200>300x200"), Row(300, 200, .cover, true, "1200x800@200,0>800x800"),
    Row(300, 200, .contain, false, "300x200+250,300>800x800"), Row(300, 200, .contain, true, "800x533+0,133>800x800"),
    // Smaller on one.
    Row(1000, 500, .inside, false, "800x400>800x400"), Row(1000, 500, .inside, true, "800x400>800x400"),
    Row(1000, 500, .outside, false, "1000x500>1000x500"), Row(1000, 500, .outside, true, "1600x800>1600x800"),
    Row(1000, 500, .fill, false, "800x500>800x500"), Row(1000, 500, .fill, true, "800x800>800x800"),
    Row(1000, 500, .cover, false, "1000x500@100,0>800x500"), Row(1000, 500, .cover, true, "1600x800@400,0>800x800"),
    Row(1000, 500, .contain, false, "800x400+0,200>800x800"), Row(1000, 500, .contain, true, "800x400+0,200>800x800"),
    // The box itself, and extremes: no axis vanishes.
    Row(800, 800, .inside, false, "800x800>800x800"), Row(800, 800, .cover, true, "800x800>800x800"),
    Row(1, 1, .inside, true, "800x800>800x800"), Row(1, 1, .inside, false, "1x1>1x1"),
    Row(20_000, 3, .inside, false, "800x1>800x1"), Row(13, 16_383, .inside, false, "1x800>1x800"),
    // Halves are rounded up: 801 * 800 / 1600 = 400.5.
    Row(1600, 801, .inside, false, "800x401>800x401"), Row(801, 1600, .inside, false, "401x800>401x800"),
  ]

  @Test(arguments: rows) func fitsIntoASquare(_ row: Row) {
    #expect(word(row.width, row.height, box(800, 800, row.fit, enlarge: row.enlarge)) == row.expected)
  }

  @Test func oneAxisLeavesTheOtherFree() {
    #expect(word(3000, 2000, box(600, nil, .inside)) == "600x400>600x400")
    #expect(word(3000, 2000, box(nil, 600, .inside)) == "900x600>900x600")
    #expect(word(300, 200, box(600, nil, .inside)) == "300x200>300x200")
    #expect(word(300, 200, box(600, nil, .inside, enlarge: true)) == "600x400>600x400")
  }

  @Test func aShareIsOfTheOriginal() {
    func share(_ percent: Int, enlarge: Bool = false) -> Rendition {
      Rendition(size: .scale(millipercent: percent * 1000), enlarge: enlarge)
    }
    #expect(word(3001, 2001, share(50)) == "1501x1001>1501x1001")
    #expect(word(30, 20, share(1)) == "1x1>1x1")
    #expect(word(30, 20, share(200)) == "30x20>30x20")
    #expect(word(30, 20, share(200, enlarge: true)) == "60x40>60x40")
  }

  @Test(arguments: [
    (Gravity.centre, "1200x800@200,0", "800x533+0,133"), (.north, "1200x800@200,0", "800x533+0,0"),
    (.northeast, "1200x800@400,0", "800x533+0,0"), (.east, "1200x800@400,0", "800x533+0,133"),
    (.southeast, "1200x800@400,0", "800x533+0,267"), (.south, "1200x800@200,0", "800x533+0,267"),
    (.southwest, "1200x800@0,0", "800x533+0,267"), (.west, "1200x800@0,0", "800x533+0,133"),
    (.northwest, "1200x800@0,0", "800x533+0,0"),
  ]) func gravityChoosesThePart(_ gravity: Gravity, _ cover: String, _ contain: String) {
    #expect(word(3000, 2000, box(800, 800, .cover, gravity: gravity)) == cover + ">800x800")
    #expect(word(3000, 2000, box(800, 800, .contain, gravity: gravity)) == contain + ">800x800")
  }

  @Test func smartGravityIsLeftToLibvips() {
    #expect(word(3000, 2000, box(800, 800, .cover, gravity: .attention)) == "1200x800@attention>800x800")
    #expect(word(3000, 2000, box(800, 800, .cover, gravity: .entropy)) == "1200x800@entropy>800x800")
    #expect(word(800, 800, box(800, 800, .cover, gravity: .attention)) == "800x800>800x800")
  }

  @Test func everyPlanKeepsItsPromises() {
    let axes = [1, 2, 3, 7, 100, 799, 800, 801, 1600, 65_535, 1_000_000]
    for width in axes {
      for height in axes {
        for fit in Fit.allCases {
          for enlarge in [false, true] {
            let plan = ResizePlan(width: width, height: height, rendition: box(800, 600, fit, enlarge: enlarge))
            let context = Comment(rawValue: "\(width)x\(height) \(fit) \(enlarge): \(plan)")
            #expect(plan.scaledWidth >= 1 && plan.scaledHeight >= 1, context)
            if !enlarge { #expect(plan.scaledWidth <= width && plan.scaledHeight <= height, context) }
            switch fit {
            case .inside: #expect(plan.outputWidth <= 800 && plan.outputHeight <= 600, context)
            case .contain: #expect(plan.outputWidth == 800 && plan.outputHeight == 600, context)
            case .cover, .fill:
              #expect(plan.outputWidth <= 800 && plan.outputHeight <= 600, context)
              if enlarge { #expect(plan.outputWidth == 800 && plan.outputHeight == 600, context) }
            case .outside: if enlarge { #expect(plan.outputWidth >= 800 && plan.outputHeight >= 600, context) }
            }
          }
        }
      }
    }
  }

  @Test func whatTheFormatCannotHoldIsRefusedBeforeDecoding() {
    let tall = ResizePlan(width: 10, height: 10_000, rendition: box(800, nil, .inside, enlarge: true))
    #expect(throws: MagpieError.self) { try tall.check(format: .jpeg, pixelsMax: Recipe.pixelsMaxDefault) }
    let huge = ResizePlan(
      width: 10, height: 10, rendition: Rendition(size: .box(width: 60_000, height: 60_000), enlarge: true))
    #expect(throws: MagpieError.self) { try huge.check(format: .jpeg, pixelsMax: Recipe.pixelsMaxDefault) }
  }

  @Test func shrinkOnLoadLeavesTheKernelAFactorOfTwo() {
    #expect([1.0, 3.9, 4, 7.9, 8, 15.9, 16, 100].map(ShrinkOnLoad.jpeg) == [1, 1, 2, 2, 4, 4, 8, 8])
    #expect(ShrinkOnLoad.webp(factor: 0.5) == 1)
    #expect(ShrinkOnLoad.webp(factor: 4) == 0.25)
  }
}
