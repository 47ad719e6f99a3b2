import CNetworks

/// Ways to the same bits: each kernel packs its weights for one.
enum KernelPath: CaseIterable, Sendable {
    /// Any machine.
    case portable
    /// x86 with AVX2.
    case avx2
    /// x86 with AVX-512 VNNI.
    case vnni
    /// Any AArch64 machine.
    case neon
    /// AArch64 with the dot product instructions.
    case dotProduct

    /// What this machine can do, the fastest last.
    static let available = allCases.filter { networks_can($0.code) != 0 }

    /// The fastest on this machine.
    static let best = available[available.count - 1]

    var code: networks_path {
        switch self {
        case .portable: networks_portable
        case .avx2: networks_avx2
        case .vnni: networks_vnni
        case .neon: networks_neon
        case .dotProduct: networks_dotprod
        }
    }
}
