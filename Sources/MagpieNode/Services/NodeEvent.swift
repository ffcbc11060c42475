package import MagpieCore

/// What happens on a node, for progress bars, event lines and logs.
package enum NodeEvent: Sendable {
  /// The planner cut leases: so many images and bytes more are known.
  case planned(images: Int, bytes: Int)
  /// Every image is known.
  case planComplete
  /// Keys of a page that need no work, as they were found.
  case found(ImageTally)
  /// An image has its terminal record.
  case ended(ImageTally, ImageRecord)
  /// Something that a person should know and that stops nothing.
  case warning(String)
}

/// Where a node sends its events. Called from many tasks.
package typealias NodeObserver = @Sendable (NodeEvent) -> Void
