import Foundation
import MagpieCore
import MagpieLocal
import MagpieNode

/// Everything that `magpie run` checks and opens before it lists one file.
struct RunSetup {
  let configuration: ClusterConfiguration
  let recipe: CanonicalRecipe
  let decoderPath: String
  let source: DirectoryObjectStore
  let destination: DirectoryObjectStore
  let state: SQLiteState
  let wanted: Job

  /// - Throws: a sentence about the first thing that is wrong.
  init(configuration: ClusterConfiguration, source from: String, destination to: String, job: String?)
    throws(MagpieError)
  {
    self.configuration = configuration
    recipe = try CanonicalRecipe(configuration.limitedRecipe)
    for place in [from, to] { try RunSetup.requireDirectory(place) }
    let given = try job.map { name throws(MagpieError) in try JobNaming.given(name) }
    decoderPath = try DecoderLocation.find(configured: configuration.worker.decoder)
    source = try DirectoryObjectStore(root: from, writable: false)
    try RunSetup.requireApart(source, from, destination: to)
    destination = try DirectoryObjectStore(root: to, writable: true)
    let file = configuration.state.file
    state = try SQLiteState(path: file.isEmpty ? destination.path + "/.magpie/state.sqlite" : file)
    let name =
      given
      ?? JobNaming.derived(source: source.path, destination: destination.path, recipeDigest: recipe.digest)
    wanted = Job(
      name: name, source: source.path, destination: destination.path,
      recipe: String(decoding: recipe.json, as: UTF8.self),
      recipeDigest: recipe.digest, leaseDurationMilliseconds: configuration.lease.durationMilliseconds,
      created: NodeClock.calendar)
  }

  /// Settings of the node, the automatic ones resolved.
  var node: Node.Configuration {
    let memory =
      switch configuration.worker.memory {
      case .auto: MachineResources.memoryBudgetBytes
      case .bytes(let bytes): bytes
      }
    let decoders = configuration.worker.decoders
    return Node.Configuration(
      decoderPath: decoderPath, decoders: decoders == 0 ? MachineResources.cores : decoders, memoryBytes: memory,
      timing: LeaseTiming(
        durationMilliseconds: configuration.lease.durationMilliseconds,
        beatMilliseconds: configuration.lease.beatMilliseconds, lookMilliseconds: RunSetup.lookMilliseconds),
      cuts: CutPolicy(imagesMax: configuration.lease.imagesMax),
      imageTimeoutMilliseconds: configuration.worker.imageTimeoutMilliseconds,
      imageBytesMax: configuration.limits.bytes, graceMilliseconds: configuration.worker.graceMilliseconds)
  }

  /// A look at a local SQLite file costs less than a millisecond, so an idle worker may look often.
  private static let lookMilliseconds = 100

  private static func requireDirectory(_ place: String) throws(MagpieError) {
    guard !place.isEmpty else { throw MagpieError(.configInvalid, "the name of a directory is empty") }
    if let scheme = place.range(of: "://") {
      throw MagpieError(
        .configInvalid,
        "\(ObjectKey(place)) is a \(ObjectKey(String(place[..<scheme.lowerBound]))) address: this version works on "
          + "directories of this machine only")
    }
  }

  private static func requireApart(
    _ store: DirectoryObjectStore, _ source: String, destination: String
  ) throws(MagpieError) {
    let isWithin = store.contains(destination)
    // A destination that cannot be opened for reading holds nothing yet, or says why when it is opened for writing.
    let isAround = (try? DirectoryObjectStore(root: destination, writable: false))?.contains(source) ?? false
    if isWithin, isAround {
      throw MagpieError(.configInvalid, "source and destination are the same directory; choose another destination")
    }
    if isWithin {
      throw MagpieError(
        .configInvalid,
        "the destination \(destination) lies inside the source \(source), so outputs would be read as sources; "
          + "choose a destination outside")
    }
    if isAround {
      throw MagpieError(
        .configInvalid,
        "the source \(source) lies inside the destination \(destination), so outputs could replace sources; "
          + "choose a destination that does not hold the source")
    }
  }
}
