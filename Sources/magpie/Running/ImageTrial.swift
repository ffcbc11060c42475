import Foundation
import Glibc
import MagpieCore
import MagpieLocal
import MagpieNode
import MagpieStores

/// One image through a decoder, without job and records.
struct ImageTrial {
  struct Made {
    var image: String
    var header: ImageHeader
    var bytesIn: Int
    var output: String
    var made: DecodedOutput
    var format: OutputFormat
    var milliseconds: Int
    var cpuMilliseconds: Int
    var recipe: String
  }

  private let configuration: ClusterConfiguration
  private let recipe: CanonicalRecipe
  private let decoderPath: String
  private let image: String
  private let source: DirectoryObjectStore
  private let key: ObjectKey
  private let output: String

  init(configuration: ClusterConfiguration, image: String, output: String?) throws(MagpieError) {
    self.configuration = configuration
    recipe = try CanonicalRecipe(configuration.limitedRecipe)
    decoderPath = try DecoderLocation.find(configured: configuration.worker.decoder)
    guard let real = realpath(image, nil) else {
      let code: ErrorCode = errno == EACCES ? .sourceDenied : .sourceMissing
      throw MagpieError(code, "\(image) cannot be opened: \(String(cString: strerror(errno)))")
    }
    defer { free(real) }
    let path = ObjectKey(String(cString: real))
    self.image = image
    key = ObjectKey(bytes: path.base)
    source = try DirectoryObjectStore(root: String(decoding: path.directory, as: UTF8.self), writable: false)
    let suffix = recipe.recipe.renditions.first?.format.suffix ?? "jpg"
    self.output = output ?? "try-\(String(decoding: key.stem, as: UTF8.self)).\(suffix)"
    let there = realpath(self.output, nil)
    defer { free(there) }
    if let there, strcmp(there, real) == 0 {
      throw MagpieError(.sinkConflict, "\(self.output) is the image itself; choose another --output")
    }
  }

  /// The failure is the image's; what is thrown is not.
  func run() async throws(MagpieError) -> Result<Made, MagpieError> {
    let object = try await summary()
    if object.size == 0 { return .failure(MagpieError(.inputEmpty, "\(image) is empty")) }
    if object.size > configuration.limits.bytes {
      return .failure(
        MagpieError(.limitBytes, "\(image) has \(object.size) bytes, allowed are \(configuration.limits.bytes)"))
    }
    let memory =
      switch configuration.worker.memory {
      case .auto: MachineResources.memoryBudgetBytes
      case .bytes(let bytes): bytes
      }
    var settings = DecoderPool.Configuration(
      path: decoderPath, decoders: 1, recipe: recipe.json, budgetBytes: memory)
    settings.timeoutMilliseconds = configuration.worker.imageTimeoutMilliseconds
    let pool = try DecoderPool(settings)
    defer { pool.stop() }
    guard let slot = await pool.acquireSlot() else { throw MagpieError(.crashSignal, "the decoder does not run") }
    defer { pool.release(slot) }
    let began = NodeClock.now
    let bytes = try await source.read(object, into: slot.input)
    let result = await pool.decode(slot, inputBytes: bytes)
    let milliseconds = NodeClock.now.milliseconds - began.milliseconds
    switch result {
    case .failed(let error): return .failure(error)
    case .unusable(let error): throw error
    case .crashed(let reason): return .failure(MagpieError(.crashSignal, "the decoder died on it by \(reason)"))
    case .stopped: throw MagpieError(.crashSignal, "the decoder was stopped")
    case .done(let header, let outputs, let cpuMicroseconds):
      guard let first = outputs.first, let rendition = recipe.recipe.renditions.first else {
        throw MagpieError(.encodeFailed, "the decoder made nothing")
      }
      try write(first.bytes)
      return .success(
        Made(
          image: image, header: header, bytesIn: bytes, output: output, made: first.output, format: rendition.format,
          milliseconds: milliseconds, cpuMilliseconds: cpuMicroseconds / 1_000, recipe: RecipeText(recipe.recipe).text))
    }
  }

  /// The image as its folder lists it.
  private func summary() async throws(MagpieError) -> ObjectSummary {
    // A key that no other name can lie behind and that lies before this one.
    var before = key.bytes
    if let last = before.popLast() { before += [last - 1] + [UInt8](repeating: 0xFF, count: 255) }
    let page = try await source.list(KeyRange(lo: ObjectKey(bytes: before), hi: key), limit: 16)
    guard let object = page.objects.first(where: { $0.key == key }) else {
      throw MagpieError(.sourceUnreadable, "\(image) is no plain file")
    }
    return object
  }

  private func write(_ bytes: [UInt8]) throws(MagpieError) {
    let folder = URL(filePath: output).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else {
      throw MagpieError(.sinkUnwritable, "\(output) cannot be written: there is no directory \(folder)")
    }
    do {
      try Data(bytes).write(to: URL(filePath: output), options: .atomic)
    } catch {
      throw MagpieError(.sinkUnwritable, "\(output) cannot be written: \(FileTrouble.words(error))")
    }
  }
}

extension ImageTrial.Made {
  var text: String {
    let share = bytesIn > 0 ? Int((Double(made.bytes) * 100 / Double(bytesIn)).rounded()) : 0
    let frames = header.frames > 1 ? ", \(header.frames) frames" : ""
    let size = "\(header.width)x\(header.height)"
    return """
      before  \(Words.printable(image)): \(header.kind.rawValue.uppercased()) \(size)\(frames), \
      \(Figures.bytes(bytesIn))
      after   \(Words.printable(output)): \(format.recordName) \(made.width)x\(made.height), \
      \(Figures.bytes(made.bytes)) (\(share)%)
      recipe  \(recipe)
      time    \(milliseconds) ms with starting the decoder, \(cpuMilliseconds) ms of it work on the image

      """
  }

  var json: JSONValue {
    [
      "status": "done", "image": .string(image), "kind": .string(header.kind.rawValue),
      "width": .integer(header.width), "height": .integer(header.height), "frames": .integer(header.frames),
      "bytes": .integer(bytesIn), "output": .string(output), "outputFormat": .string(format.rawValue),
      "outputWidth": .integer(made.width), "outputHeight": .integer(made.height),
      "outputBytes": .integer(made.bytes), "millis": .integer(milliseconds), "cpuMillis": .integer(cpuMilliseconds),
    ]
  }
}
