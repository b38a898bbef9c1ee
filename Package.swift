// swift-tools-version: 6.2
import PackageDescription

/// Every Swift target is held to the same strictness; a warning is an error so that none is ever inherited.
let swift: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// SwiftPM does not pass NDEBUG by itself.
let c: [CSetting] = [
    .define("NDEBUG", .when(configuration: .release)),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "vrvq",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "VRVQ", targets: ["VRVQ"]),
        .library(name: "VRVQDefaultModel", targets: ["VRVQDefaultModel"]),
        .executable(name: "vrvq", targets: ["VRVQCommand"]),

        // For the laboratory, the package beside this one; they carry no promise of compatibility.
        .library(name: "VRVQNetwork", targets: ["VRVQNetwork"]),
        .library(name: "VRVQAudio", targets: ["VRVQAudio"]),
        .library(name: "VRVQMetrics", targets: ["VRVQMetrics"]),
        .library(name: "VRVQReport", targets: ["VRVQReport"]),

        // For the fuzzer in Fuzz/.
        .library(name: "HostileInput", targets: ["HostileInput"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
    ],
    targets: [
        // The codec as a library: no third-party dependency, no Foundation.
        .target(name: "CVRVQKernels", cSettings: c),
        .target(name: "VRVQNetwork", swiftSettings: swift),
        .target(name: "VRVQ", dependencies: ["CVRVQKernels", "VRVQNetwork"], swiftSettings: swift),

        // The shipped weights; linked by the command and by apps that want a model built in.
        .target(name: "CVRVQModel", cSettings: c),
        .target(name: "VRVQDefaultModel", dependencies: ["CVRVQModel", "VRVQ"], swiftSettings: swift),

        // Audio files, measures, pictures.
        .systemLibrary(
            name: "CSndfile", pkgConfig: "sndfile", providers: [.apt(["libsndfile1-dev"]), .brew(["libsndfile"])]),
        .systemLibrary(name: "CSoxr", pkgConfig: "soxr", providers: [.apt(["libsoxr-dev"]), .brew(["libsoxr"])]),
        .systemLibrary(
            name: "CKissFFT", pkgConfig: "kissfft-float", providers: [.apt(["libkissfft-dev"]), .brew(["kissfft"])]),
        .target(name: "VRVQAudio", dependencies: ["CSndfile", "CSoxr"], swiftSettings: swift),

        // NumPy's array files.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(name: "VRVQArrays", dependencies: ["VRVQ", "CZlib"], swiftSettings: swift),
        .target(name: "VRVQMetrics", swiftSettings: swift),
        .target(
            name: "VRVQReport", dependencies: ["VRVQ", "VRVQMetrics", "VRVQAudio", "CKissFFT"], swiftSettings: swift),

        // The program `vrvq`.
        .executableTarget(
            name: "VRVQCommand",
            dependencies: [
                "VRVQ", "VRVQNetwork", "VRVQDefaultModel", "VRVQAudio", "VRVQArrays", "VRVQMetrics", "VRVQReport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swift),

        // Tests mirror the rooms.
        .target(
            name: "TestSupport", dependencies: ["VRVQ", "VRVQNetwork"], path: "Tests/TestSupport",
            swiftSettings: swift),
        .target(
            name: "HostileInput", dependencies: ["VRVQ", "VRVQNetwork", "VRVQArrays"], path: "Tests/HostileInput",
            swiftSettings: swift),
        .testTarget(name: "HostileInputTests", dependencies: ["HostileInput"], swiftSettings: swift),
        .testTarget(
            name: "VRVQKernelTests", dependencies: ["CVRVQKernels", "TestSupport"],
            exclude: ["neon-compare.c", "neon-under-qemu.sh"], swiftSettings: swift),
        .testTarget(name: "VRVQNetworkTests", dependencies: ["VRVQNetwork", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "VRVQTests", dependencies: ["VRVQ", "VRVQNetwork", "VRVQDefaultModel", "TestSupport"],
            exclude: ["Model/Fixtures"], swiftSettings: swift),
        .testTarget(
            name: "GoldenTests", dependencies: ["VRVQ", "VRVQNetwork", "VRVQMetrics", "TestSupport"],
            swiftSettings: swift),
        .testTarget(name: "VRVQMetricsTests", dependencies: ["VRVQMetrics", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "VRVQAudioTests", dependencies: ["VRVQAudio", "TestSupport"], exclude: ["Fixtures"],
            swiftSettings: swift),
        .testTarget(
            name: "VRVQArraysTests", dependencies: ["VRVQArrays", "VRVQ", "HostileInput", "TestSupport"],
            exclude: ["Fixtures"],
            swiftSettings: swift),
        .testTarget(
            name: "VRVQReportTests", dependencies: ["VRVQReport", "VRVQMetrics", "TestSupport"], swiftSettings: swift),
        .testTarget(
            name: "CommandTests",
            dependencies: ["VRVQCommand", "VRVQ", "VRVQDefaultModel", "VRVQAudio", "TestSupport"],
            swiftSettings: swift),
    ],
    cLanguageStandard: .c2x
)
