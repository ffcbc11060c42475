import Foundation

/// Images that `scripts/sample-images` makes.
struct SampleImages {
  /// What Magpie should make of a file.
  struct Expectation: Sendable {
    var name: FileName
    /// Alternatives.
    var statuses: Set<String>
    var codes: Set<String>
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Makes a set in `folder` of the workspace; returns what the manifest says of each file, its name below `folder`.
  @discardableResult
  static func make(
    _ set: String, _ folder: String, count: Int? = nil, in workspace: Workspace
  ) async throws -> [Expectation] {
    let manifest = workspace.logs + "/\(set)-\(UUID().uuidString).tsv"
    let counted = count.map { ["--count", String($0)] } ?? []
    let maker = try RunningProgram(
      root.appending(path: "scripts/sample-images").path,
      [workspace.path + "/" + folder, "--set", set, "--manifest", manifest] + counted, in: workspace)
    let outcome = try await maker.outcome()
    guard outcome.code == 0 else { throw Failure("scripts/sample-images failed: \(outcome.error)") }
    let text = String(decoding: try Data(contentsOf: URL(filePath: manifest)), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
      return Expectation(
        name: FileName(fields[0]), statuses: Set(fields[1].split(separator: "|").map(String.init)),
        codes: Set(fields[2].split(separator: "|").map(String.init)))
    }
  }

  /// Small images, all different: enlarged to `slowRecipe`, each takes some tens of milliseconds and little room.
  static func makeTiny(_ count: Int, _ folder: String, in workspace: Workspace) async throws -> [FileName] {
    try await make("tiny", folder, count: count, in: workspace).map(\.name)
  }

  static let slowRecipe = ["700x700", "--enlarge", "--format", "png"]

  /// A JPEG with a comment right behind its first marker.
  static func commented(_ jpeg: Data, _ comment: String) -> Data {
    let text = Array(comment.utf8)
    let length = text.count + 2
    return jpeg.prefix(2) + Data([0xFF, 0xFE, UInt8(length >> 8), UInt8(length & 0xFF)]) + Data(text)
      + jpeg.dropFirst(2)
  }

  /// The size that a JPEG's frame header gives.
  static func sizeOfJPEG(_ data: Data) -> (width: Int, height: Int)? {
    let bytes = [UInt8](data)
    var at = 2
    while at + 9 < bytes.count, bytes[at] == 0xFF {
      let marker = bytes[at + 1]
      if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
        return (Int(bytes[at + 7]) << 8 | Int(bytes[at + 8]), Int(bytes[at + 5]) << 8 | Int(bytes[at + 6]))
      }
      at += 2 + (Int(bytes[at + 2]) << 8 | Int(bytes[at + 3]))
    }
    return nil
  }
}
