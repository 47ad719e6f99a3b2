// swift-tools-version:6.0
import PackageDescription

/// For what runs a few times a second at most: on a board, size goes before speed there.
let small: [SwiftSetting] = [.unsafeFlags(["-Osize"], .when(configuration: .release))]

let package = Package(
    name: "kuzet",
    products: [.executable(name: "kuzet", targets: ["kuzet"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2")
    ],
    targets: [
        // Core: pure, integers only, no clock, no I/O. `CKernels` and `CNetworks` hold its kernels,
        // whose worker threads alone need a C library.
        .target(name: "CKernels"),
        .target(name: "Frames", dependencies: ["CKernels"]),
        // Optimised in debug builds too: without, one function's frame is a megabyte.
        .target(
            name: "CNetworks",
            cSettings: [.unsafeFlags(["-O2"], .when(configuration: .debug))]),
        .target(
            name: "Networks", dependencies: ["CNetworks"], exclude: ["README.md"]),
        .testTarget(
            name: "NetworksTests", dependencies: ["Networks", "MadeNetworks", "Seeds", "CNetworks"]),
        // Trained weights, with their cards and recipes. `CModels` takes the files as they are.
        .target(name: "CModels", cSettings: [.headerSearchPath("../Models")]),
        .target(
            name: "Models", dependencies: ["CModels"],
            exclude: ["fights", "people", "crowd", "faces", "recipe", "NOTICE"]),
        .target(
            name: "Watchlist", dependencies: ["Frames"], exclude: ["README.md"],
            swiftSettings: small),
        .testTarget(
            name: "WatchlistTests", dependencies: ["Watchlist", "Frames", "Cryptography"]),
        .target(
            name: "Detectors", dependencies: ["Models", "Networks", "Watchlist", "Frames"],
            exclude: ["README.md"]),
        .testTarget(
            name: "DetectorsTests",
            dependencies: ["Detectors", "Models", "MadeNetworks", "Networks", "Frames"]),
        .target(
            name: "Incidents", dependencies: ["Detectors", "Frames"], exclude: ["README.md"]),
        .testTarget(name: "IncidentsTests", dependencies: ["Incidents", "Detectors", "Frames"]),
        .target(
            name: "Records", dependencies: ["Incidents", "Detectors", "Frames"],
            exclude: ["README.md"],
            swiftSettings: small),
        .testTarget(
            name: "RecordsTests", dependencies: ["Records", "Incidents", "Detectors", "Frames"]),
        .target(
            name: "Station", dependencies: ["Records", "Incidents", "Detectors", "Frames"],
            exclude: ["README.md"]),
        .testTarget(
            name: "StationTests",
            dependencies: ["Station", "Records", "Incidents", "Detectors", "Frames"]),

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

        // JSON, Base64, columns.
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
        // JPEGs of every kind, for tests.
        .target(
            name: "CTestJPEG", path: "Tests/CTestJPEG", linkerSettings: [.linkedLibrary("jpeg")]),
        .testTarget(
            name: "CameraTests",
            dependencies: ["Camera", "Seeds", "Station", "Frames", "Linux", "CLinux", "CJPEG"]),
        .target(
            name: "Alarm", dependencies: ["Station", "Frames", "Linux", "CGPIOD"],
            exclude: ["README.md"]),
        .testTarget(name: "AlarmTests", dependencies: ["Alarm", "Station", "Frames", "Linux"]),
        .target(
            name: "Store",
            dependencies: [
                "Station", "Records", "Incidents", "Watchlist", "Frames", "Linux", "Cryptography",
                "CSQLite", "CJPEG"
            ],
            exclude: ["README.md"],
            swiftSettings: small),
        // Small input of every kind, for tests, and as what fuzzing starts from.
        .target(
            name: "Seeds", dependencies: ["MadeNetworks", "Frames", "CJPEG", "CTestJPEG"],
            path: "Tests/Seeds"),
        // A disk for tests, that fails and forgets.
        .target(
            name: "CTestDisk", path: "Tests/CTestDisk",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "Store", "Station", "Records", "Incidents", "Detectors", "Frames", "Linux",
                "Cryptography", "CTestDisk"
            ]),
        .target(
            name: "Uplink",
            dependencies: [
                "Station", "Records", "Incidents", "Detectors", "Frames", "Linux", "Cryptography",
                "Text",
                "COpenSSL"
            ],
            exclude: ["README.md", "schema"],
            swiftSettings: small),
        .testTarget(
            name: "UplinkTests",
            dependencies: [
                "Uplink", "Loopback", "Simulation", "Station", "Records", "Incidents", "Detectors",
                "Frames", "Linux", "Cryptography", "Text"
            ]),

        .target(
            name: "Simulation",
            dependencies: ["Station", "Records", "Incidents", "Detectors", "Frames"],
            swiftSettings: small),

        // The one file, and what stands in it.
        .target(
            name: "Configuration",
            dependencies: [
                "Alarm", "Camera", "Uplink", "Station", "Records", "Incidents", "Detectors",
                "Watchlist", "Frames", "Linux", "Cryptography", "Text", "CTOML"
            ],
            exclude: ["README.md"],
            swiftSettings: small),
        .testTarget(
            name: "ConfigurationTests",
            dependencies: [
                "Configuration", "Alarm", "Camera", "Station", "Records", "Incidents", "Detectors",
                "Frames", "Linux"
            ]),
        .target(
            name: "Doctor",
            dependencies: [
                "Configuration", "Alarm", "Camera", "Store", "Uplink", "Station", "Frames", "Linux",
                "Text"
            ],
            exclude: ["README.md"],
            swiftSettings: small),
        .testTarget(
            name: "DoctorTests", dependencies: ["Doctor", "Configuration", "Alarm", "Linux"]),

        // Wires edge and core together: the appliance, and the workbench.
        .target(
            name: "Guard",
            dependencies: [
                "Configuration", "Alarm", "Camera", "Store", "Uplink", "Station", "Records",
                "Incidents", "Detectors", "Watchlist", "Frames", "Linux", "Cryptography"
            ],
            exclude: ["README.md"],
            swiftSettings: small),
        .testTarget(
            name: "GuardTests",
            dependencies: [
                "Guard", "Configuration", "Camera", "Store", "Station", "Records", "Incidents",
                "Detectors", "Simulation", "Watchlist", "Cryptography", "Frames", "Linux"
            ]),
        // Networks without a file, for bench, selftest, tests and fuzzing.
        .target(
            name: "MadeNetworks", dependencies: ["Networks", "Frames"], exclude: ["README.md"]),
        .target(
            name: "Workbench",
            dependencies: [
                "Guard", "Configuration", "Simulation", "MadeNetworks", "Alarm", "Camera", "Store",
                "Uplink", "Station", "Records", "Incidents", "Detectors", "Networks", "Models",
                "Watchlist", "Frames", "Linux", "Cryptography", "Text"
            ],
            exclude: ["README.md"],
            swiftSettings: small),
        .testTarget(
            name: "WorkbenchTests",
            dependencies: [
                "Workbench", "Guard", "Configuration", "Simulation", "Camera", "Store", "Station",
                "Records", "Incidents", "Detectors", "Models", "Watchlist", "Cryptography",
                "Frames",
                "Linux", "Text"
            ]),

        // Argument parsing.
        .executableTarget(
            name: "kuzet",
            dependencies: [
                "Workbench", "Guard", "Doctor", "Configuration", "Simulation", "Camera", "Store",
                "Uplink", "Records", "Incidents", "Watchlist", "Linux", "Cryptography", "Text",
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ],
            swiftSettings: small),
        .testTarget(
            name: "KuzetTests",
            dependencies: [
                "kuzet", "Workbench", "Configuration", "Camera",
                .product(name: "ArgumentParser", package: "swift-argument-parser")
            ]),

        .testTarget(name: "HouseTests"),
        .testTarget(name: "FramesTests", dependencies: ["Frames"]),
        // The other end of connections, for tests.
        .target(name: "Loopback", dependencies: ["Linux"], path: "Tests/Loopback"),
        // Searches memory, files and messages for what must not be there, for tests.
        .target(name: "Traces", dependencies: ["Frames", "Linux"], path: "Tests/Traces"),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "Simulation", "Traces", "Loopback", "Guard", "Configuration", "Store", "Uplink",
                "Station", "Records", "Incidents", "Detectors", "Watchlist", "Models", "Networks",
                "Frames", "Linux", "Cryptography", "Text"
            ])
    ],
    cLanguageStandard: .gnu11,
    cxxLanguageStandard: .cxx17
)

// Tests/Fuzz/run: parsers under libFuzzer, which ordinary builds neither need nor have.
if Context.environment["KUZET_FUZZ"] != nil {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "CFuzzer", "Seeds", "Configuration", "MadeNetworks", "Camera", "Store", "Uplink",
                "Station", "Records", "Incidents", "Watchlist", "Cryptography", "Text", "Networks",
                "Frames", "Linux", "CJPEG"
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "run"])
    ]
}

// Tests/City: many boards, or one that is killed, in front of a real broker.
if Context.environment["KUZET_CITY"] != nil {
    package.targets += [
        .executableTarget(
            name: "City",
            dependencies: [
                "Guard", "Simulation", "Store", "Uplink", "Station", "Records", "Incidents",
                "Detectors", "Frames", "Linux", "Cryptography"
            ],
            path: "Tests/City", exclude: ["storm", "faults", "figures", "broker.py"])
    ]
}
