import MagpieCore
import Testing

@testable import magpie

@Suite("Names of jobs")
struct JobNamingTests {
  @Test func theSameCommandFindsItsJobAgain() {
    func name(_ source: String, _ destination: String, _ digest: String) -> String {
      JobNaming.derived(source: source, destination: destination, recipeDigest: digest).text
    }
    let one = name("/data/My Photos", "/out", "d")
    #expect(one == name("/data/My Photos", "/out", "d"))
    #expect(one.hasPrefix("My-Photos-"))
    #expect(Set([one, name("/data/My Photos", "/out2", "d"), name("/data/My Photos", "/out", "e")]).count == 3)
    #expect(name("/", "/out", "d").hasPrefix("job-"))
  }

  @Test(arguments: ["a/b", "", "-x", ".", "ü", String(repeating: "a", count: 129)])
  func noNames(_ text: String) {
    #expect(throws: MagpieError.self) { try JobNaming.given(text) }
  }

  @Test(arguments: ["a", "photos-2024_v1.2", String(repeating: "a", count: 128)])
  func names(_ text: String) throws {
    #expect(try JobNaming.given(text).text == text)
  }
}
