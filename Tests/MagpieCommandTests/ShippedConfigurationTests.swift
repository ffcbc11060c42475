import Foundation
import MagpieCore
import Testing

@testable import magpie

@Suite("The shipped cluster.conf")
struct ShippedConfigurationTests {
  static let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "cluster.conf").path

  @Test func equalsTheDefaultsInCode() throws {
    let configuration = try ClusterConfiguration.load(file: Self.path, environment: [:])
    #expect(configuration == ClusterConfiguration())
  }

  @Test func itsCommentedKeysAreDefaultsToo() throws {
    let text = try String(contentsOfFile: Self.path, encoding: .utf8)
    let all = text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }.joined(separator: "\n")
    var configuration = ClusterConfiguration()
    try SettingsFile(path: "cluster.conf").apply(all, to: &configuration)
    #expect(configuration == ClusterConfiguration())
    for setting in Setting.all { #expect(all.contains("\n\(setting.key) = \(setting.standard)")) }
  }

  @Test func isWhatTheTableOfSettingsMakes() throws {
    let text = try String(contentsOfFile: Self.path, encoding: .utf8)
    #expect(text == SettingsDocument.text, "magpie doctor --settings > cluster.conf")
  }
}
