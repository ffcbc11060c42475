// Throwaway driver until the command line lands.
import Foundation
import MagpieCore
import MagpieLocal
import MagpieNode
import MagpieStores

let arguments = CommandLine.arguments
let source = try DirectoryObjectStore(root: arguments[1], access: .reading)
let destination = try DirectoryObjectStore(root: arguments[2], access: .writing)
let state = try SQLiteState(path: destination.path + "/.magpie/state.sqlite")
let recipe = try CanonicalRecipe(Recipe())
let owner = ProcessIdentity.makeOwner()
var job = Job(
  name: JobName("job"), source: source.path, destination: destination.path,
  recipe: String(decoding: recipe.json, as: UTF8.self), recipeDigest: recipe.digest, leaseDurationMilliseconds: 30000,
  created: NodeClock.calendar)
job = try await state.create(job, operation: OperationID("c-\(owner)"))
if job.state == .sealed, case .applied(let reopened) = try await state.change(job.name, .reopen(pass: job.pass, OperationID("r-\(owner)"))) {
  job = reopened
}
let node = try Node(
  Node.Configuration(
    decoderPath: Bundle.main.executableURL!.deletingLastPathComponent().path + "/magpie-decoder", decoders: 2,
    memoryBytes: 4 << 30, timing: LeaseTiming(lookMilliseconds: 100), cuts: CutPolicy(),
    imageTimeoutMilliseconds: 120_000, imageBytesMax: 512 << 20, graceMilliseconds: 90_000),
  job: job, recipe: recipe, source: source, destination: destination, leases: state, records: state, owner: owner
) { event in
  if case .ended(_, let record) = event, record.status == .failed { print(record.key, record.error!) }
  if case .warning(let text) = event { print(text) }
}
let ending = await node.run()
print(ending)
