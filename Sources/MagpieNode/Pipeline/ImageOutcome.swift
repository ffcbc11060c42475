package import MagpieCore

/// How one pass of an image through the pipeline ended.
package enum ImageOutcome: Sendable {
  /// A terminal record stands.
  case ended(ImageTally, ImageRecord)
  /// No record was written: the lease is not this node's now, or the run stops.
  case abandoned
  /// Not the image but the node, the destination or the state is at fault: the run must stop.
  case fatal(MagpieError)
}
