import Glibc
import MagpieImaging

// The child of magpie that decodes images. See docs/architecture.md, “The decoder's cell”.

switch CommandLine.arguments.dropFirst().first {
case "--describe":
  exit(DecoderDescription.print())
case "--version":
  exit(DecoderDescription.printVersion())
case let parent:
  exit(DecoderProcess.run(parent: parent.flatMap { Int32($0) }))
}
