// swift-tools-version: 6.2
import PackageDescription

/// The same strictness as in the codec's package.
let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let c: [CSetting] = [
    .define("NDEBUG", .when(configuration: .release)),
    .treatAllWarnings(as: .error),
]

/// The laboratory: training. A package of its own, so that the codec never resolves or builds what only training
/// needs.
let package = Package(
    name: "vrvq-laboratory",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "vrvq-train", targets: ["TrainCommand"])
    ],
    dependencies: [
        .package(name: "vrvq", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // libtorch behind a C interface; the C++ in TorchPlugin/ is compiled at set-up and opened with dlopen.
        .target(name: "CTorch", cSettings: c),
        .target(name: "Torch", dependencies: ["CTorch"], swiftSettings: swift),

        // Files of a bundle, compiled in.
        .target(name: "CBundle", cSettings: c),

        // Network on autograd, losses, discriminators, data, optimiser, checkpoints.
        .target(
            name: "Training",
            dependencies: [
                "CBundle", "Torch", "Yams",
                .product(name: "VRVQ", package: "vrvq"),
                .product(name: "VRVQNetwork", package: "vrvq"),
                .product(name: "VRVQAudio", package: "vrvq"),
                .product(name: "VRVQMetrics", package: "vrvq"),
                .product(name: "VRVQReport", package: "vrvq"),
            ],
            swiftSettings: swift),

        // The program `vrvq-train`.
        .executableTarget(
            name: "TrainCommand",
            dependencies: ["Training", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: swift),

        .testTarget(name: "TorchTests", dependencies: ["Torch"], swiftSettings: swift),
        // Tests/TestSupport and the golden files of TrainingTests are links to those of the codec's package.
        .target(
            name: "TestSupport", path: "Tests/TestSupport", swiftSettings: swift),
        .testTarget(
            name: "TrainingTests",
            dependencies: [
                "Training", "Torch", "TestSupport",
                .product(name: "VRVQ", package: "vrvq"),
                .product(name: "VRVQNetwork", package: "vrvq"),
                .product(name: "VRVQAudio", package: "vrvq"),
                .product(name: "VRVQMetrics", package: "vrvq"),
            ],
            swiftSettings: swift),
        .testTarget(
            name: "TrainCommandTests",
            dependencies: ["TrainCommand", "Training", "Torch", .product(name: "VRVQ", package: "vrvq")],
            swiftSettings: swift),
    ],
    cLanguageStandard: .c2x
)
