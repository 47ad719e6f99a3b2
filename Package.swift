// swift-tools-version:6.0
import PackageDescription

// Kernels run on every pixel of every frame: full optimisation, and unchecked only where a
// precondition at set-up has already checked the shapes.
let core: [SwiftSetting] = [.swiftLanguageMode(.v6)]

let package = Package(
    name: "kuzet",
    products: [.executable(name: "kuzet", targets: ["kuzet"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        // Core: pure, integers only, no libc, no clock, no I/O.
        .target(name: "CKernels"),
        .target(name: "Frames", dependencies: ["CKernels"], swiftSettings: core),
        // Optimised in debug builds too: without, one function's frame is a megabyte.
        .target(
            name: "CNetworks",
            cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
        .target(
            name: "Networks", dependencies: ["CNetworks"], exclude: ["README.md"],
            swiftSettings: core),
        .testTarget(name: "NetworksTests", dependencies: ["Networks", "CNetworks"]),
        // Trained weights, with their cards and recipes.
        .target(name: "Models", exclude: ["fights"], swiftSettings: core),
        .target(
            name: "Detectors", dependencies: ["Models", "Frames"], exclude: ["README.md"],
            swiftSettings: core),
        .testTarget(name: "DetectorsTests", dependencies: ["Detectors", "Models", "Frames"]),
        .target(
            name: "Incidents", dependencies: ["Detectors", "Frames"], exclude: ["README.md"],
            swiftSettings: core),
        .testTarget(name: "IncidentsTests", dependencies: ["Incidents", "Detectors", "Frames"]),
        .target(
            name: "Station", dependencies: ["Incidents", "Detectors", "Frames"],
            exclude: ["README.md"], swiftSettings: core),
        .testTarget(
            name: "StationTests", dependencies: ["Station", "Incidents", "Detectors", "Frames"]),

        // C libraries behind thin targets.
        .target(name: "CLinux"),
        .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .target(
            name: "CV4LConvert",
            linkerSettings: [
                .linkedLibrary("v4lconvert"), .linkedLibrary("jpeg"), .linkedLibrary("m")
            ]),
        .target(name: "CGPIOD", linkerSettings: [.linkedLibrary("gpiod")]),
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .target(name: "CTOML"),

        // JSON and Base64.
        .target(name: "Text"),
        .testTarget(name: "TextTests", dependencies: ["Text"]),

        // Hashes, signatures and ciphers: OpenSSL's, never ours.
        .target(name: "Cryptography", dependencies: ["Text", "COpenSSL"]),
        .testTarget(name: "CryptographyTests", dependencies: ["Cryptography"]),

        // Edge: talks to the world.
        .target(name: "Linux", dependencies: ["CLinux"], exclude: ["README.md"]),
        .testTarget(name: "LinuxTests", dependencies: ["Linux", "CLinux"]),
        .target(
            name: "Camera",
            dependencies: ["Station", "Frames", "Linux", "CLinux", "CJPEG", "CV4LConvert"],
            exclude: ["README.md"]),
        .testTarget(
            name: "CameraTests",
            dependencies: ["Camera", "Station", "Frames", "Linux", "CLinux", "CJPEG"]),
        .target(
            name: "Alarm", dependencies: ["Station", "Frames", "Linux", "CGPIOD"],
            exclude: ["README.md"]),
        .testTarget(name: "AlarmTests", dependencies: ["Alarm", "Station", "Frames", "Linux"]),
        .target(
            name: "Store",
            dependencies: [
                "Station", "Incidents", "Frames", "Linux", "Cryptography", "CSQLite", "CJPEG"
            ]),
        // A disk for tests, that fails and forgets.
        .target(
            name: "CTestDisk", path: "Tests/CTestDisk",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "Store", "Station", "Incidents", "Detectors", "Frames", "Linux", "Cryptography",
                "CTestDisk"
            ]),
        .target(
            name: "Uplink",
            dependencies: [
                "Station", "Incidents", "Frames", "Linux", "Cryptography", "Text",
                "COpenSSL"
            ],
            exclude: ["README.md", "schema"]),
        .testTarget(
            name: "UplinkTests",
            dependencies: [
                "Uplink", "Simulation", "Station", "Incidents", "Detectors", "Frames", "Linux",
                "Cryptography", "Text"
            ]),

        .target(name: "Simulation", dependencies: ["Station", "Incidents", "Detectors", "Frames"]),

        .executableTarget(
            name: "kuzet",
            dependencies: [
                "Simulation", "Camera", "Alarm", "Store", "Uplink", "Station", "Incidents",
                "Detectors", "Networks", "Frames", "Linux", "Cryptography", "Text", "CTOML",
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            exclude: ["Configuration/README.md"]),
        .testTarget(
            name: "KuzetTests",
            dependencies: [
                "kuzet", "Alarm", "Camera", "Store", "Uplink", "Station", "Incidents", "Detectors",
                "Frames", "Linux", "Cryptography", "Text"
            ]),

        .testTarget(name: "HouseTests"),
        .testTarget(name: "FramesTests", dependencies: ["Frames"]),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "kuzet", "CTOML", "Alarm", "Station", "Incidents", "Detectors", "Frames", "Linux"
            ]),
        .testTarget(
            name: "SimulationTests",
            dependencies: ["Simulation", "Station", "Incidents", "Detectors", "Frames"])
    ],
    cLanguageStandard: .gnu11,
    cxxLanguageStandard: .cxx17
)

// Tests/Fuzz/run: parsers under libFuzzer, which ordinary builds neither need nor have. What it
// shares with an executable or a test (configuration, small files) it has by symbolic links.
if Context.environment["KUZET_FUZZ"] != nil {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "Camera", "Alarm", "Store", "Uplink", "Station", "Incidents",
                "Detectors", "Cryptography", "Text", "Networks", "Frames", "Linux", "CJPEG",
                "CTOML"
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "run"])
    ]
}

// Tests/City: many boards, or one that is killed, in front of a real broker. `Guard` has links to
// what lies between station and disk in `kuzet run`.
if Context.environment["KUZET_CITY"] != nil {
    package.targets += [
        .executableTarget(
            name: "City",
            dependencies: [
                "Simulation", "Store", "Uplink", "Station", "Incidents", "Detectors", "Frames",
                "Linux", "Cryptography"
            ],
            path: "Tests/City", exclude: ["storm", "faults", "figures", "broker.py"])
    ]
}
