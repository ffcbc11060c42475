package import MagpieCore
package import MagpieStores

/// One image from fetch to record: fetch -> decode (child) -> store -> record. The order is what makes a crash
/// harmless: outputs, then record, then (in the machine) the low-water mark.
package struct ImagePipeline: Sendable {
  package struct Settings: Sendable {
    package var job: JobName
    package var sourceName: String
    package var destinationName: String
    package var recipe: CanonicalRecipe
    package var worker: OwnerID
    /// Bytes of a source.
    package var bytesMax: Int

    package init(
      job: JobName, sourceName: String, destinationName: String, recipe: CanonicalRecipe, worker: OwnerID,
      bytesMax: Int
    ) {
      self.job = job
      self.sourceName = sourceName
      self.destinationName = destinationName
      self.recipe = recipe
      self.worker = worker
      self.bytesMax = bytesMax
    }
  }

  private let settings: Settings
  private let source: any ObjectStore
  private let destination: any ObjectStore
  private let decoders: DecoderPool
  private let inputBudget: MemoryBudget
  private let records: RecordWriter

  package init(
    settings: Settings, source: any ObjectStore, destination: any ObjectStore, decoders: DecoderPool,
    inputBudget: MemoryBudget, records: RecordWriter
  ) {
    self.settings = settings
    self.source = source
    self.destination = destination
    self.decoders = decoders
    self.inputBudget = inputBudget
    self.records = records
  }

  /// Inputs above this are counted against the budget; smaller ones fit the slots, which are always there.
  private static let countedInputBytes = InputMemory.keptBytes
  /// A crashed decode is tried again in a fresh child, which starts in 30 ms: the child may have died of something
  /// else, and one image's children dying so often of something else does not happen by chance.
  private static let attemptsMax = 5
  /// Once an image's decodes have taken this long together, the second crash is enough.
  private static let patienceMilliseconds = 10_000

  /// Processes `object`; `mayRecord` tells whether the lease is still this node's.
  ///
  /// - Parameters:
  ///   - refused: why the image may not be made, known before it is touched.
  ///   - decoded: called when only the record is left to be written.
  package func process(
    _ object: ObjectSummary, fence: UInt64, refused: MagpieError?, decoded: @Sendable () -> Void,
    mayRecord: @escaping @Sendable () -> Bool
  ) async -> ImageOutcome {
    let began = NodeClock.now
    var draft = Draft(attempts: 0, bytesOut: 0, cpuMicroseconds: 0)
    let status: ImageRecord.Status
    var failure: MagpieError?
    do throws(MagpieError) {
      if let refused { throw refused }
      if let refusal = try await refusal(of: object) {
        status = refusal.status
        failure = refusal.error
      } else {
        guard try await make(object, &draft, mayRecord: mayRecord) else { return .abandoned }
        status = .done
      }
    } catch {
      if error.code.stopsTheRun { return .fatal(error) }
      // What neither suffix nor content calls an image is no failure.
      let isImage = ImageKind.promised(by: object.key.suffix) != nil || error.code != .inputUnknownFormat
      status = isImage ? .failed : .skipped
      failure = error
    }
    decoded()
    let record = record(
      object, fence: fence, status: status, draft: draft, failure: failure,
      milliseconds: NodeClock.now.milliseconds - began.milliseconds)
    return await write(record, draft: draft, mayRecord: mayRecord)
  }

  /// Records that whole nodes died on this image, without touching it.
  package func quarantine(
    _ object: ObjectSummary, fence: UInt64, mayRecord: @escaping @Sendable () -> Bool
  ) async -> ImageOutcome {
    let failure = MagpieError(
      .crashNode, "\(WorkerMachine.poisonAttemptsMax) workers in a row ended while they processed this image")
    let draft = Draft(attempts: WorkerMachine.poisonAttemptsMax, bytesOut: 0, cpuMicroseconds: 0)
    let record = record(object, fence: fence, status: .failed, draft: draft, failure: failure, milliseconds: 0)
    return await write(record, draft: draft, mayRecord: mayRecord)
  }

  private struct Draft {
    var attempts: Int
    var outputs: [OutputRecord] = []
    var bytesOut: Int
    var cpuMicroseconds: Int
  }

  /// What can be said without reading the whole source: empty, too large, or no image by suffix and first bytes.
  private func refusal(
    of object: ObjectSummary
  ) async throws(MagpieError) -> (status: ImageRecord.Status, error: MagpieError)? {
    let isPromised = ImageKind.promised(by: object.key.suffix) != nil
    if object.size == 0 {
      return (isPromised ? .failed : .skipped, MagpieError(.inputEmpty, "the file is empty"))
    }
    if !isPromised {
      let head = try await source.head(object.key, count: ImageKind.sniffBytes)
      if ImageKind.sniff(head) == nil {
        return (.skipped, MagpieError(.inputUnknownFormat, "neither name nor content is an image's"))
      }
    }
    if object.size > settings.bytesMax {
      return (
        .failed, MagpieError(.limitBytes, "the file has \(object.size) bytes, allowed are \(settings.bytesMax)")
      )
    }
    return nil
  }

  /// Decodes and stores; `false` where the run stops or the lease is lost.
  private func make(
    _ object: ObjectSummary, _ draft: inout Draft, mayRecord: @Sendable () -> Bool
  ) async throws(MagpieError) -> Bool {
    let began = NodeClock.now
    while true {
      draft.attempts += 1
      switch try await decode(object) {
      case .done(_, let outputs, let cpuMicroseconds):
        draft.cpuMicroseconds = cpuMicroseconds
        guard mayRecord() else { return false }
        try await store(object, outputs, &draft)
        return true
      case .failed(let error): throw error
      case .unusable(let error):
        throw MagpieError(.decoderUnusable, error.code == .decoderUnusable ? error.message : error.description)
      case .stopped: return false
      case .crashed(let reason):
        guard mayRecord() else { return false }
        let isLong = NodeClock.now >= began + ImagePipeline.patienceMilliseconds
        if draft.attempts >= (isLong ? 2 : ImagePipeline.attemptsMax) {
          throw MagpieError(.crashSignal, "the decoder died on it \(draft.attempts) times, last by \(reason)")
        }
      }
    }
  }

  private func decode(_ object: ObjectSummary) async throws(MagpieError) -> DecodeResult {
    let counted = object.size > ImagePipeline.countedInputBytes ? object.size : 0
    if counted > 0 {
      guard await inputBudget.acquire(counted) else {
        throw MagpieError(
          .limitMemory, "the file has \(counted >> 20) MB, the budget for inputs is \(inputBudget.totalBytes >> 20) MB")
      }
    }
    defer { if counted > 0 { inputBudget.release(counted) } }
    guard let slot = await decoders.acquireSlot() else { return .stopped }
    defer { decoders.release(slot) }
    let bytes = try await source.read(object, into: slot.input)
    return await decoders.decode(slot, inputBytes: bytes)
  }

  private func store(
    _ object: ObjectSummary, _ outputs: [(output: DecodedOutput, bytes: [UInt8])], _ draft: inout Draft
  ) async throws(MagpieError) {
    let renditions = settings.recipe.recipe.renditions
    guard outputs.count == renditions.count else {
      throw MagpieError(.encodeFailed, "the decoder made \(outputs.count) outputs of \(renditions.count)")
    }
    for (rendition, made) in zip(renditions, outputs) {
      let key = settings.recipe.recipe.outputKey.key(of: object.key, rendition: rendition, sha256: Digest.sha256)
      let etag = try await destination.put(key, made.bytes, mediaType: rendition.format.mediaType)
      draft.bytesOut += made.bytes.count
      draft.outputs.append(
        OutputRecord(
          name: rendition.name, key: key.utf8 ?? key.description, etag: etag, bytes: made.bytes.count,
          width: made.output.width, height: made.output.height, format: rendition.format.recordName))
    }
  }

  private func record(
    _ object: ObjectSummary, fence: UInt64, status: ImageRecord.Status, draft: Draft, failure: MagpieError?,
    milliseconds: Int
  ) -> ImageRecord {
    ImageRecord(
      key: object.key, job: settings.job, sourceBucket: settings.sourceName,
      destinationBucket: settings.destinationName, processedAt: NodeClock.calendar, sourceETag: object.etag,
      sourceSize: object.size, status: status, outputs: status == .done ? draft.outputs : [],
      error: status == .done ? nil : failure, recipeDigest: settings.recipe.digest, fence: fence,
      worker: settings.worker, attempts: draft.attempts, milliseconds: milliseconds,
      libvipsVersion: decoders.libvipsVersion)
  }

  private func write(
    _ record: ImageRecord, draft: Draft, mayRecord: @escaping @Sendable () -> Bool
  ) async -> ImageOutcome {
    switch await records.write(record, mayRecord: mayRecord) {
    case .written:
      let kind: ImageTally.Kind =
        switch record.status {
        case .done: .done
        case .failed: .failed
        case .skipped: .skipped
        }
      let tally = ImageTally(
        kind, bytesIn: record.sourceSize, bytesOut: draft.bytesOut, decodeMicroseconds: draft.cpuMicroseconds)
      return .ended(tally, record)
    case .notMine: return .abandoned
    case .failed(let error): return .fatal(error)
    }
  }
}
