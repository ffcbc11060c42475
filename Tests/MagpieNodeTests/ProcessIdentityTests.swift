import MagpieCore
import MagpieNode
import Testing

@Suite struct ProcessIdentityTests {
  @Test func thisProcessIsAliveAndItsPidWithAnotherStartIsNot() {
    let owner = ProcessIdentity.makeOwner()
    #expect(!ProcessIdentity.isGone(owner))
    #expect(owner != ProcessIdentity.makeOwner())
    var parts = owner.text.split(separator: "/").map(String.init)
    let pid = parts[3].split(separator: "-")[0]
    parts[3] = "\(pid)-1"
    #expect(ProcessIdentity.isGone(OwnerID(parts.joined(separator: "/"))))
  }

  @Test func ofOtherHostsAndBootsNothingIsSaid() {
    let parts = ProcessIdentity.makeOwner().text.split(separator: "/").map(String.init)
    for index in 0..<3 {
      var other = parts
      other[index] = "other"
      other[3] = "1-1"
      #expect(!ProcessIdentity.isGone(OwnerID(other.joined(separator: "/"))))
    }
    #expect(!ProcessIdentity.isGone(OwnerID("anything")))
  }
}
