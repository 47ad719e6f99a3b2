import Alarm
import Camera
import Configuration
import Cryptography
import Detectors
import Frames
import Linux
import Records
import Station
import Store
import Synchronization

/// Everything that `kuzet run` consists of, wired together.
package struct Wiring {
    /// The configuration's path.
    private let config: String

    package init(configuration path: String) {
        config = path
    }

    /// Guards until SIGTERM or SIGINT.
    ///
    /// - Error: `ConfigurationError`, before anything was begun.
    ///
    /// - Returns: how many records are lost, because the disk did not take them in time.
    package func run() throws -> Int {
        // Before any thread is started: threads inherit which signals are waited for.
        let signals = try Signals.descriptor(
            for: [Signals.terminate, Signals.interrupt, Signals.hangUp])
        Signals.ignoreBrokenPipes()
        defer { Journal.flush(within: 1_000) }
        let directory = Process.environment("RUNTIME_DIRECTORY")
        let supervisor = Supervisor()
        guard try RestartPause.wait(in: directory, signals: signals, supervisor: supervisor) else {
            return 0
        }
        let loaded = try Settings.load(config)
        let settings = loaded.configuration
        let store = settings.store.directory
        // Somebody tries it by hand beside the service. Under a service manager the one before may
        // hang in its disk for good: then this one watches and signals without a ledger.
        if !supervisor.isListening { try LedgerFolder(store).refuseIfTaken() }
        Journal.write(
            Priority.info.rawValue, "kuzet: starts as \(settings.name), by \(config)")
        let boot =
            Boot.identity().map { BootID(high: $0.high, low: $0.low) } ?? BootID(high: 0, low: 0)

        let queue = try EventQueue()
        let ledger = try LedgerThread(
            boot: boot, queue: queue, limits: settings.store.limits,
            destinations: settings.destinations.map(\.name))
        // Nobody who could say whom to look for: then no network for faces is even read.
        let configured = try ConfiguredNetworks(
            settings.models, looksForFaces: !settings.authorities.isEmpty)
        let costs = LookThread.costs(of: configured.networks)
        let looks = try LookThread(configured.networks)
        let watches = settings.cameras.indices.map { index in
            Watch(
                camera: UInt8(index), queue: queue, clip: settings.station.clip,
                cameraCount: settings.cameras.count, looks: looks,
                keepSnapshot: ledger.keepSnapshot, boot: boot, keepFind: ledger.keepFind)
        }
        try ledger.start(
            open: {
                let ledger = try SQLiteLedger(
                    directory: store, stamp: Clocks.stamp(boot: boot))
                for finding in ledger.findings {
                    Journal.write(Priority.warning.rawValue, finding)
                }
                return .init(ledger: ledger, past: ledger.past)
            },
            // A disk that takes no writes can still be read. What another process has may go on, and
            // tells nothing that stays true.
            peek: {
                LedgerFolder(store).isTaken ? nil : try? LedgerReader(directory: store).past()
            })
        let clips = ClipPump(writer: ledger) { camera in
            watches.indices.contains(Int(camera)) ? watches[Int(camera)].ring : nil
        }
        let past = ledger.past(within: Self.openLimit)
        let lines = GPIOLines(settings.lines)
        for failure in lines.failures {
            Journal.write(Priority.error.rawValue, failure.description)
        }
        let uplinks = try Uplinks(settings, ledger: ledger, boot: boot) { order in
            guard !queue.post(.ordered(order)) else { return }
            Journal.write(
                Priority.warning.rawValue,
                "order \(order.words), by \(order.actor): \(EventQueue.orderCountMax) wait already: "
                    + "not taken")
        }
        let technicians = TechnicianOrders(
            LedgerFolder(store), device: settings.name, post: { queue.post(.ordered($0)) })
        let keeper = try WatchKeeper(
            LedgerFolder(store), device: settings.name, authorities: settings.authorities,
            boot: boot, post: { queue.post($0) },
            compare: { gallery in for watch in watches { watch.compare(gallery) } })
        let duty = Duty(
            appliance: Appliance(
                policy: settings.station, boot: boot,
                configuration: SHA256.digest(loaded.bytes), networks: configured.names,
                looks: costs,
                firstOrdinal: firstOrdinal(after: past?.lastOrdinal(of: boot)), past: past),
            lines: lines, keep: ledger.append,
            snapshot: { camera, ordinal in
                guard watches.indices.contains(Int(camera)) else { return }
                watches[Int(camera)].wantSnapshot(ordinal: ordinal)
            },
            find: { camera, ordinal, subject in
                guard watches.indices.contains(Int(camera)) else { return }
                watches[Int(camera)].wantFind(ordinal: ordinal, subject: subject)
            },
            watch: keeper.take,
            answer: { answer in
                uplinks.answer(answer)
                technicians.answer(answer)
            },
            clip: clips.handle, rest: { heat in for watch in watches { watch.rest(heat) } },
            look: { pace in for watch in watches { watch.look(pace) } },
            count: uplinks.tell,
            log: { Journal.write($0.rawValue, $1) })
        let thermalZone = settings.board.thermalZone
        let surroundings = Surroundings(
            celsius: { Machine().celsius(of: thermalZone) },
            utcOffsetSeconds: {
                Clocks.utcOffsetSeconds(wallMilliseconds: Clocks.wallMilliseconds())
            })
        let running = Mutex(settings)
        let reloads = ReloadThread { [config] in
            running.withLock { Self.reload(config, &$0, watches, queue) }
        }
        let guardian = StationThread(
            duty: duty, queue: queue, watches: watches, ledger: ledger, clips: clips,
            uplinks: uplinks, looks: looks,
            supervisor: supervisor, surroundings: surroundings, reload: reloads.begin)
        for (index, camera) in settings.cameras.enumerated() {
            try watches[index].start(settings: camera.detectors) {
                V4L2Camera(camera.source)
            }
        }
        try surroundings.start()
        try technicians.start()
        try keeper.start()
        let lostCount = try guardian.run(signals: signals)
        RestartPause.ended(in: directory)
        return lostCount
    }

    /// A ledger that is not open after this long must not keep the appliance from its watch.
    private static let openLimit = Interval.seconds(10)

    /// What the first incident of this process is called, so that a name is never given twice
    /// within one boot: the one after the ledger's last.
    ///
    /// A ledger that cannot be opened now, but perhaps later, may hold names. Then it is counted
    /// from the time since boot, sixteen for every second: no process gives names that fast.
    private func firstOrdinal(after last: UInt32?) -> UInt32 {
        if let last, last < .max { return last + 1 }
        return UInt32(clamping: max(Clocks.monotonicNanoseconds() / 62_500_000, 1))
    }

    /// Reads the configuration anew, applies what changed, and tells the station.
    private static func reload(
        _ config: String, _ running: inout Settings, _ watches: [Watch], _ queue: EventQueue
    ) {
        let loaded: Settings.Loaded
        do throws(ConfigurationError) {
            loaded = try Settings.load(config)
        } catch {
            for problem in error.problems {
                Journal.write(Priority.error.rawValue, problem.description)
            }
            let bytes = try? Files.read(config, byteCountMax: Settings.byteCountMax)
            queue.post(.configured(policy: nil, configuration: SHA256.digest(bytes ?? [])))
            return
        }
        let reload = Reload(from: running, to: loaded.configuration)
        for (camera, settings) in reload.detectors { watches[camera].replace(settings) }
        if let clip = reload.clip { for watch in watches { watch.ring.replace(clip) } }
        running = reload.running
        queue.post(
            .configured(
                policy: reload.running.station, configuration: SHA256.digest(loaded.bytes),
                words: reload.words))
        guard !reload.later.isEmpty else { return }
        Journal.write(
            Priority.warning.rawValue,
            "\(config): reload: \(reload.later.joined(separator: ", ")): only from the next start "
                + "on: systemctl restart kuzet")
    }
}
