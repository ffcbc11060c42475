import Glibc
import MagpieImaging

// A decoder that dies, hangs or leaves when an input says so in its first 512 bytes: in a JPEG's comment, for example.
// What it does to a node is what a codec's bug would do.

func holds(_ marker: String, _ head: [UInt8]) -> Bool {
  let bytes = Array(marker.utf8)
  guard head.count >= bytes.count else { return false }
  return (0...(head.count - bytes.count)).contains { head[$0..<($0 + bytes.count)].elementsEqual(bytes) }
}

let parent = CommandLine.arguments.dropFirst().first.flatMap { Int32($0) }
exit(
  DecoderProcess.run(parent: parent) { head in
    if holds("MAGPIE-ABORT", head) { abort() }
    if holds("MAGPIE-EXIT", head) { _exit(3) }
    while holds("MAGPIE-HANG", head) { sleep(3600) }
  })
