import CVips
package import MagpieCore

/// libvips as a whole.
package enum VipsLibrary {
  /// Starts libvips for this process: one thread per image, no operation cache, untrusted loaders blocked. Its loadable
  /// modules stay away; HEIF is loaded by the first image that needs it.
  ///
  /// Once per process, before anything else of this module.
  ///
  /// - Throws: `input.unsupported` with libvips' words where it does not start.
  package static func start() throws(MagpieError) {
    guard magpie_vips_init("magpie-decoder") == 0 else {
      throw MagpieError(.inputUnsupported, VipsFailure.take().text.firstLine)
    }
  }

  /// For example `8.14.1`.
  package static var version: String { String(cString: magpie_vips_version()) }

  /// Whether HEIF and AVIF can be read. Debian ships that loader as a module, which costs 30 ms or so to load: it is
  /// loaded here, and so by the first such image.
  package static func loadHEIF() -> Bool {
    if magpie_vips_has_operation("heifload_buffer") { return true }
    return magpie_vips_load_module("heif") && magpie_vips_has_operation("heifload_buffer")
  }

  /// Formats that can be read here, by `ImageKind`'s names.
  package static func readableKinds() -> [ImageKind] {
    ImageKind.allCases.filter { kind in
      switch kind {
      case .jpeg, .png, .webp, .gif, .tiff: magpie_vips_has_operation("\(kind.rawValue)load_buffer")
      case .heif, .avif: loadHEIF()
      default: false
      }
    }
  }

  package static func canWrite(_ format: OutputFormat) -> Bool {
    magpie_vips_has_operation("\(format.rawValue)save_buffer")
  }

  /// Bytes of pixels that libvips holds right now.
  package static var trackedBytes: Int { magpie_vips_tracked_bytes() }
}

extension String {
  /// Up to the first line break.
  var firstLine: String { String(prefix { !$0.isNewline }) }
}
