import Frames
import Linux
import MadeNetworks
import Models
import Networks

extension SelftestCheck {
    /// What the references of `Networks` wrote when they were accepted.
    private static let goldenNetworkKernels: [String: UInt64] = [
        "matrix": 0x8ef1_4cb3_b3b5_37d0, "depthwise": 0x15a8_a58d_0174_59c4,
        "matrix with SiLU": 0x6cfb_a931_2b1d_afe2, "depthwise with SiLU": 0x29c3_c751_24a8_3f0d,
        "matrix with PReLU": 0x689b_2ee3_50e7_5308, "depthwise with PReLU": 0x29cb_3885_3e14_4ea1
    ]

    /// Every path that this machine has: a board's own, and those that an older one would go.
    static let networkKernels = SelftestCheck {
        NetworkSelftest.run().map { kernel in
            var hash = StableHash()
            for code in kernel.codes { hash.combine(UInt8(bitPattern: code)) }
            let golden = goldenNetworkKernels[kernel.name]
            var fault: String?
            if !kernel.differing.isEmpty {
                fault =
                    "differs from the reference on the path "
                    + kernel.differing.joined(separator: ", ")
            } else if golden != hash.value {
                fault = "expected \(golden.map(hexadecimal) ?? "nothing by that name")"
            }
            return Outcome(
                name: "network kernel \(kernel.name)", hash: hash.value, fault: fault)
        }
    }

    /// Of what `MadeNetwork.input` shows them; those of shipped networks change with their files.
    static let goldenNetworks: [String: UInt64] = [
        "mobilenet int8": 0x5487_caf4_8b1b_2082, "mobilenet uint8": 0xac0c_cf45_9015_2502,
        "people": 0x2935_b227_77df_289a, "crowd": 0x6fbb_ca4c_0c78_4e2e,
        "fights": 0x0a4b_d607_b6b4_3c29, "faces-find": 0x5540_5334_9482_b356,
        "faces-find-wide": 0x52bb_5d7a_65b6_fdaa, "faces-know": 0x005a_777a_3653_d849
    ]

    /// Those that ship, as a board looks with them.
    static let shippedNetworks = SelftestCheck {
        BuiltInModel.all.map { model -> Outcome in
            let title = "network \(model.name)"
            do {
                guard let network = try Network.sharing([model.bytes]).first else {
                    return Outcome(name: title, hash: 0, fault: "none could be made")
                }
                return outcome(title, run(network), golden: model.name)
            } catch {
                return Outcome(name: title, hash: 0, fault: "\(error)")
            }
        }
    }

    /// Whole networks that are made on the spot, on one thread and on two.
    static let networks = SelftestCheck {
        [ModelFile.Tensor.Kind.int8, .uint8].flatMap { kind in
            [1, 2].map { threadCount -> Outcome in
                let name = "mobilenet \(kind)"
                let title = "network \(name) on \(threadCount) thread\(threadCount > 1 ? "s" : "")"
                do {
                    let hash = try run(MadeNetwork.mobileNet(kind), threadCount: threadCount)
                    return outcome(title, hash, golden: name)
                } catch {
                    return Outcome(name: title, hash: 0, fault: "\(error)")
                }
            }
        }
    }

    private static func run(_ model: [UInt8], threadCount: Int) throws -> UInt64 {
        let workers = threadCount > 1 ? try WorkerThreads(count: threadCount) : nil
        defer { workers?.stop() }
        return run(try Network(model: model, workers: workers ?? LoneWorker()))
    }

    private static func outcome(_ title: String, _ hash: UInt64, golden name: String) -> Outcome {
        let golden = goldenNetworks[name] ?? 0
        let fault = hash == golden ? nil : "expected \(hexadecimal(golden))"
        return Outcome(name: title, hash: hash, fault: fault)
    }

    private static func run(_ network: Network) -> UInt64 {
        network.load(MadeNetwork.input(of: network))
        network.run()
        var hash = StableHash()
        for byte in network.result() { hash.combine(byte) }
        return hash.value
    }
}
