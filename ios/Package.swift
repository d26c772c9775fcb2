// swift-tools-version: 6.0
// The field app for iPhones. `cargo xtask bindings` makes gen/ first; README.md says how to go on from there.

import Foundation
import PackageDescription

#if os(Linux)
  // Linux has the core's library, no Apple framework, and shims that have the declarations of those that are used.
  let library = ProcessInfo.processInfo.environment["PLUMBLINE_LIBRARY"] ?? "../target/debug"
  let core = Target.systemLibrary(name: "PlumblineFFI", path: "gen/PlumblineFFI")
  let link: [LinkerSetting] = [
    .linkedLibrary("plumbline_mobile"),
    .unsafeFlags(["-L\(library)", "-Xlinker", "-rpath", "-Xlinker", library]),
  ]
  // Observation's symbols are found when the program starts.
  let loose: [LinkerSetting] = [.unsafeFlags(["-Xlinker", "--allow-shlib-undefined"])]
  let shimNames = [
    "AVFoundation", "AVKit", "BackgroundTasks", "CoreLocation", "CoreMotion", "CryptoKit", "LocalAuthentication",
    "Network", "Security", "SwiftUI", "UIKit", "os",
  ]
  let shimNeeds: [String: [Target.Dependency]] = [
    "AVFoundation": ["UIKit"], "AVKit": ["UIKit"], "LocalAuthentication": ["Security"], "UIKit": ["SwiftUI"],
  ]
  let shims: [Target] = shimNames.map { (name: String) -> Target in
    Target.target(name: name, dependencies: shimNeeds[name] ?? [], path: "Tests/Shims/\(name)")
  }
  // The app itself is Xcode's to build; here its sources are checked beside the others. The tests start programs, which
  // no phone lets them, and send by this system's URLSession. What calls cost is measured by a program of its own.
  let own: [Target] = [
    .executableTarget(name: "Measure", dependencies: ["Plumbline"], path: "Tests/Measure", linkerSettings: loose),
    .target(
      name: "PlumblineApp", dependencies: ["PlumblineUI", "PlumblinePlatform"], path: "App", exclude: ["Resources"]),
    .testTarget(
      name: "PlumblineModelTests", dependencies: ["PlumblineModel", "PlumblinePlatform"],
      resources: [.copy("Pictures")], linkerSettings: loose),
  ]
  let onLinux = shims + own
  let shimDependencies: [Target.Dependency] = shimNames.map { (name: String) -> Target.Dependency in
    Target.Dependency.byName(name: name)
  }
#else
  let core = Target.binaryTarget(name: "PlumblineFFI", path: "gen/Plumbline.xcframework")
  // SQLCipher uses the system's cryptography here.
  let link: [LinkerSetting] = [.linkedFramework("Security")]
  let loose: [LinkerSetting] = []
  let onLinux: [Target] = []
  let shimDependencies: [Target.Dependency] = []
#endif

// The core, and its calls as they are generated. In mode 6 the compiler of 6.0.3 crashes on them.
let bindings: [Target] = [
  core,
  .target(
    name: "Plumbline", dependencies: ["PlumblineFFI"], path: "gen/Plumbline",
    swiftSettings: [.swiftLanguageMode(.v5)], linkerSettings: link),
]

let model = Target.target(
  name: "PlumblineModel", dependencies: ["Plumbline"], resources: [.process("strings")], linkerSettings: loose)

let screenDependencies: [Target.Dependency] = ["PlumblineModel"] + shimDependencies
let screens: [Target] = [
  .target(name: "PlumblineUI", dependencies: screenDependencies),
  .target(name: "PlumblinePlatform", dependencies: screenDependencies),
]

let package = Package(
  name: "PlumblinePhone",
  platforms: [.iOS(.v17), .macOS(.v14)],
  products: ["PlumblineModel", "PlumblineUI", "PlumblinePlatform"].map { Product.library(name: $0, targets: [$0]) },
  targets: bindings + [model] + screens + onLinux)
