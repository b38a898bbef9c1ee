// swift-tools-version: 6.2
import PackageDescription

/// The fuzzer: a package of its own, because all of it, the codec included, is compiled with instruments that no other
/// build has. `Scripts/fuzz.sh` passes them; `make fuzz TARGET=container MINUTES=20` runs it.
let package = Package(
    name: "vrvq-fuzz",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "vrvq", path: "..")],
    targets: [
        .target(name: "CFuzzer", cSettings: [.treatAllWarnings(as: .error)]),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["CFuzzer", .product(name: "HostileInput", package: "vrvq")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .treatAllWarnings(as: .error),
            ]),
    ]
)
