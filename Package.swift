// swift-tools-version: 6.2
import PackageDescription

// The compiler guards the house: Swift 6 language mode everywhere, no import that a target does not declare
// (scripts/check adds --explicit-target-dependency-import-check error), no accidental re-export, no implicit
// existential.
let guards: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
  name: "magpie",
  products: [
    .executable(name: "magpie", targets: ["magpie"]),
    .executable(name: "magpie-decoder", targets: ["magpie-decoder"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    // C seams: a module map and typed shims, no logic.
    .systemLibrary(name: "CVipsLibrary", pkgConfig: "vips", providers: [.apt(["libvips-dev"])]),
    // gmodule is a part of GLib that libvips itself loads: with it, libvips' modules are loaded when they are needed.
    .target(name: "CVips", dependencies: ["CVipsLibrary"], linkerSettings: [.linkedLibrary("gmodule-2.0")]),
    .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CSystem"),

    // The pure core: imports nothing.
    .target(name: "MagpieCore"),

    // The seams and what stands behind them.
    .target(name: "MagpieStores", dependencies: ["MagpieCore"]),
    .target(
      name: "MagpieLocal",
      dependencies: [
        "MagpieCore", "MagpieStores", "CSystem", "CCrypto", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(name: "MagpieConformance", dependencies: ["MagpieCore", "MagpieStores"]),

    // Imaging lives in the child alone.
    .target(name: "MagpieImaging", dependencies: ["MagpieCore", "CVips", "CSystem"]),
    .executableTarget(name: "magpie-decoder", dependencies: ["MagpieImaging"]),

    // The node and the command line.
    .target(
      name: "MagpieNode",
      dependencies: ["MagpieCore", "MagpieStores", "CSystem", "CCrypto"]),
    .executableTarget(
      name: "magpie",
      dependencies: [
        "MagpieCore", "MagpieStores", "MagpieLocal", "MagpieNode", "CSystem",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "TOMLKit", package: "TOMLKit"),
      ]),

    // Tests.
    .testTarget(name: "MagpieCoreTests", dependencies: ["MagpieCore"]),
    .testTarget(
      name: "MagpieLocalTests",
      dependencies: [
        "MagpieCore", "MagpieStores", "MagpieLocal", "MagpieConformance", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .executableTarget(
      name: "magpie-decoder-faulty", dependencies: ["MagpieImaging"], path: "Tests/Support/magpie-decoder-faulty"),
    .testTarget(
      name: "MagpieImagingTests", dependencies: ["MagpieCore", "MagpieImaging", "CSystem"], exclude: ["reference.py"]),
    .testTarget(name: "MagpieNodeTests", dependencies: ["MagpieCore", "MagpieStores", "MagpieNode"]),
    .testTarget(name: "MagpieCommandTests", dependencies: ["magpie", "MagpieCore", "MagpieNode"]),
    .testTarget(name: "EndToEndTests", dependencies: ["CSystem"]),
    .testTarget(name: "HouseTests"),
  ]
)

// scripts/check sets MAGPIE_STRICT: every warning in our own targets is then an error, and none in a dependency is.
let strict = Context.environment["MAGPIE_STRICT"] != nil

for target in package.targets where target.type != .system {
  target.swiftSettings = guards + (strict ? [.treatAllWarnings(as: .error)] : [])
  target.cSettings = strict ? [.treatAllWarnings(as: .error)] : []
}
