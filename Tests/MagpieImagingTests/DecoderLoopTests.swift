import MagpieCore
import Testing

@Suite struct DecoderLoopTests {
  @Test func oneImageAfterAnotherInAnySlot() throws {
    let child = try DecoderChild(slots: 3)
    guard case .ready(let version) = try child.configure(Recipe()) else {
      Issue.record("not ready")
      return
    }
    #expect(version.hasPrefix("8."))
    for (slot, name) in [(0, "scene.jpg"), (2, "scene.png"), (1, "large.jpg"), (0, "scene.webp")] {
      guard case .done(_, let header, let outputs, let cpu) = try child.decode(Reference.picture(name), slot: slot)
      else {
        Issue.record("\(name) was not decoded")
        continue
      }
      #expect(outputs.count == 1 && cpu > 0)
      #expect(header.width == (name == "large.jpg" ? 4000 : 900))
      #expect(outputs.first.map { child.output($0, slot: slot).prefix(2) } == [0xFF, 0xD8])
    }
    #expect(child.finish() == 0)
  }

  @Test func askedForNothingItEndsWithItsNode() throws {
    let child = try DecoderChild()
    #expect(child.finish() == 0)
  }

  @Test func whatCostsMoreThanItsGrantIsAskedFor() throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe())
    for name in ["scene.jpg", "scene.webp", "scene.gif", "scene.avif"] {
      let sequence = child.start(try Reference.picture(name), grantBytes: 0)
      guard case .header(sequence, let header) = child.receive() else {
        Issue.record("\(name): no question")
        return
      }
      #expect(header.width == 900 && header.height == 600 && header.decodeBytes > 0)
      child.send(.proceed(sequence: sequence))
      guard case .done(sequence, _, _, _) = child.receive() else {
        Issue.record("\(name): not decoded after “proceed”")
        return
      }
    }
    #expect(child.finish() == 0)
  }

  @Test func anAbandonedImageIsNotAnswered() throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe())
    let first = child.start(try Reference.picture("scene.png"), slot: 0, grantBytes: 0)
    // The node may have sent the next image already.
    let second = child.start(try Reference.picture("scene.jpg"), slot: 1)
    guard case .header(first, _) = child.receive() else {
      Issue.record("no question")
      return
    }
    child.send(.abandon(sequence: first))
    guard case .done(second, let header, _, _) = child.receive() else {
      Issue.record("the second image is not answered")
      return
    }
    #expect(header.kind == .jpeg)
    #expect(child.finish() == 0)
  }

  @Test func aRecipeItCannotUseIsRefused() throws {
    let child = try DecoderChild()
    child.send(.configure(recipe: Array("{\"renditions\":[{\"format\":\"tiff\"}]}".utf8)))
    guard case .unusable(let error) = child.receive() else {
      Issue.record("accepted")
      return
    }
    #expect(error.code == .recipeInvalid)
    #expect(child.wait() == 69 << 8)
  }

  @Test(arguments: [
    [], [9], [1, 99], DecoderRequest.proceed(sequence: 1).packet,
    DecoderRequest.decode(sequence: 1, slot: 7, inputBytes: 1, grantBytes: 0).packet,
    DecoderRequest.decode(sequence: 1, slot: 0, inputBytes: 1 << 50, grantBytes: 0).packet,
    DecoderRequest.configure(recipe: Array("{}".utf8)).packet,
  ]) func nonsenseEndsIt(_ packet: [UInt8]) throws {
    let child = try DecoderChild()
    _ = try child.configure(Recipe())
    // An empty packet reads like the end of the socket.
    child.send(packet)
    #expect(child.wait() == (packet.isEmpty ? 0 : 70 << 8))
  }

  @Test func aLargerInputThanBeforeIsMappedAnew() throws {
    let child = try DecoderChild(slots: 1)
    _ = try child.configure(Recipe())
    for name in ["moving.gif", "scene.png", "scene.tif", "moving.webp"] {
      guard case .done = try child.decode(Reference.picture(name)) else {
        Issue.record("\(name) was not decoded")
        continue
      }
    }
    #expect(child.finish() == 0)
  }

  @Test func theFaultyDecoderDoesAsItIsTold() throws {
    func jpeg(saying text: String) throws -> [UInt8] {
      let comment = Array(text.utf8)
      return [0xFF, 0xD8, 0xFF, 0xFE, 0, UInt8(comment.count + 2)] + comment
        + (try Reference.picture("scene.jpg").dropFirst(2))
    }
    let leaves = try DecoderChild("magpie-decoder-faulty")
    _ = try leaves.configure(Recipe())
    guard case .done = try leaves.decode(jpeg(saying: "harmless")) else {
      Issue.record("a harmless comment was not decoded")
      return
    }
    _ = leaves.start(try jpeg(saying: "MAGPIE-EXIT"))
    #expect(leaves.wait() == 3 << 8)
    let aborts = try DecoderChild("magpie-decoder-faulty")
    _ = try aborts.configure(Recipe())
    _ = aborts.start(try jpeg(saying: "MAGPIE-ABORT"))
    #expect(aborts.wait() & 0x7F == 6)
    // The shipped decoder has no such ear.
    let shipped = try DecoderChild()
    _ = try shipped.configure(Recipe())
    guard case .done = try shipped.decode(jpeg(saying: "MAGPIE-ABORT")) else {
      Issue.record("the shipped decoder minds the marker")
      return
    }
  }
}
