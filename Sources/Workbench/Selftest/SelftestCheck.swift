import Frames
import Station
import Text

/// Proves on the spot that this machine decides as every other one does.
package enum Selftest {
    /// Prints every check, and a digest over them that is the same on every machine.
    ///
    /// - Returns: whether every check gave its golden answer.
    package static func run(isJSON json: Bool) -> Bool {
        var digest = StableHash()
        var failedCount = 0
        let outcomes = SelftestCheck.all.flatMap { $0.run() }
        for outcome in outcomes {
            for byte in outcome.name.utf8 {
                digest.combine(byte)
            }
            digest.combine(outcome.hash)
            failedCount += outcome.isOK ? 0 : 1
            print(json ? outcome.json : outcome.line)
        }
        let total = hexadecimal(digest.value)
        print(
            json
                ? "{\"checks\":\(outcomes.count),\"failed\":\(failedCount),\"digest\":\"\(total)\"}"
                : "\(outcomes.count) checks, \(failedCount) failed, digest \(total)")
        return failedCount == 0
    }
}

/// Something that has one right answer on every machine. A room adds its own to `all`.
struct SelftestCheck: Sendable {
    struct Outcome: Sendable {
        let name: String
        /// Over the answer; part of the digest.
        let hash: UInt64
        /// nil where the answer is right.
        let fault: String?

        var isOK: Bool { fault == nil }

        var line: String {
            let status = fault.map { "FAILED: \($0)" } ?? "ok"
            return "\(hexadecimal(hash))  \(name): \(status)"
        }

        var json: String {
            let cause = fault.map { ",\"fault\":\(JSON.quoted($0))" } ?? ""
            return "{\"name\":\(JSON.quoted(name)),\"hash\":\"\(hexadecimal(hash))\","
                + "\"ok\":\(isOK)\(cause)}"
        }
    }

    let run: @Sendable () -> [Outcome]

    static let all: [SelftestCheck] = [
        .kernels, .networkKernels, .networks, .shippedNetworks, .detectors, .lampScript, .ledger
    ]

    /// What the references of `Frames` wrote when they were accepted.
    private static let goldenKernels: [String: UInt64] = [
        "lumaExtraction": 0xb674_c45d_e7ce_db0e,
        "boxResize": 0x5da1_fc3d_cd14_ffc6,
        "runningBackground": 0x5e9f_48fe_bf92_4c50,
        "maskedDifference": 0x52ca_80e2_1157_4b39,
        "connectedComponents": 0xaf88_106a_6469_3edb,
        "integralImage": 0x4810_e365_ac7b_3dd6,
        "sharpness": 0x2857_1098_e89f_fad4,
        "lumaHistogram": 0x789b_cbb5_9f5c_3c0c,
        "blockMotion": 0x19f4_2619_d6fe_7c79,
        "gradientMap": 0x6ec4_472d_b79e_8b7a,
        "polygonMask": 0x3cb9_3d91_5eaa_7a89,
        "cellLikeness": 0xaec4_ca86_ee8c_83cd,
        "sampledRows": 0xe9d5_b245_8156_f7b9,
        "globalMotion": 0xf390_6092_3e8d_9bf5,
        "cellChange": 0xf163_d227_f6de_13c1,
        "absoluteDifference": 0xcb7e_8e42_9f58_689f,
        "dotProducts": 0xc7c6_de27_78db_5baa
    ]

    /// A lamp pattern on paper: two minutes of decisions, no line touched.
    static let lampScript = SelftestCheck {
        let golden: UInt64 = 0x287d_f416_c0ed_f110
        var hash = StableHash()
        for byte in LampScript.bytes(of: LampScript.run()) { hash.combine(byte) }
        let fault = hash.value == golden ? nil : "expected \(hexadecimal(golden))"
        return [Outcome(name: "station lamps and siren", hash: hash.value, fault: fault)]
    }

    static let kernels = SelftestCheck {
        KernelSelftest.run().map { kernel in
            let golden = goldenKernels[kernel.name]
            var fault: String?
            if kernel.fastHash != kernel.referenceHash {
                fault =
                    "the fast path differs from the reference, which gave "
                    + hexadecimal(kernel.referenceHash)
            } else if golden != kernel.referenceHash {
                fault = "expected \(golden.map(hexadecimal) ?? "nothing by that name")"
            }
            return Outcome(name: "kernel \(kernel.name)", hash: kernel.fastHash, fault: fault)
        }
    }
}

/// Sixteen digits.
func hexadecimal(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
