import Alarm
import ArgumentParser
import Camera
import Cryptography
import Frames
import Incidents
import Linux
import Station
import Store

/// `kuzet run`: the appliance.
struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Guard the venue: capture, decide, signal, remember; until told to stop.",
        discussion: """
            Examples:
              kuzet run --config /etc/kuzet/kuzet.toml
              systemctl reload kuzet       reads the configuration again (SIGHUP)

            SIGTERM and SIGINT end it with every lamp and the siren off at once, and then every
            record written, for which it waits at most 10 s. Under systemd it says when it is
            ready and feeds the watchdog for as long as every camera's thread comes round; a disk
            that does not answer is an incident and stands in the status, and ends nothing.
            """)

    @Option(help: "The configuration file.")
    var config = Configuration.defaultPath

    func run() throws {
        // Before any thread is started: threads inherit which signals are waited for.
        let signals = try Signals.descriptor(
            for: [Signals.terminate, Signals.interrupt, Signals.hangUp])
        Signals.ignoreBrokenPipes()
        let loaded = try Configuration.loadOrExit(config)
        let settings = loaded.configuration
        let boot =
            Boot.identity().map { BootID(high: $0.high, low: $0.low) } ?? BootID(high: 0, low: 0)

        let queue = try EventQueue()
        let watches = settings.cameras.indices.map { index in
            Watch(
                camera: UInt8(index), queue: queue, clip: settings.station.clip,
                cameraCount: settings.cameras.count)
        }
        let clerk = try LedgerClerk(
            boot: boot, queue: queue, limits: settings.store.limits,
            destinations: settings.destinations.map(\.name))
        let directory = settings.store.directory
        try clerk.start(
            open: {
                let ledger = try SQLiteLedger(
                    directory: directory, stamp: Clocks.stamp(boot: boot))
                for finding in ledger.findings {
                    Journal.write(Priority.warning.rawValue, finding)
                }
                return .init(ledger: ledger, past: ledger.past)
            },
            // A disk that takes no writes can still be read.
            peek: { try? LedgerReader(directory: directory).past() })
        let evidence = EvidenceKeeper(clerk: clerk) { camera in
            watches.indices.contains(Int(camera)) ? try watches[Int(camera)].snapshot() : nil
        }
        let clips = ClipKeeper(desk: clerk) { camera in
            watches.indices.contains(Int(camera)) ? watches[Int(camera)].ring : nil
        }
        let past = clerk.past(within: Self.openLimit)
        let lines = GPIOLines(settings.lines)
        for failure in lines.failures {
            Journal.write(Priority.error.rawValue, failure.description)
        }
        let uplinks = try Uplinks(settings, clerk: clerk, boot: boot) { command, destination in
            queue.post(.commanded(command, destination: destination))
        }
        let duty = Duty(
            appliance: Appliance(
                policy: settings.station, boot: boot,
                configuration: SHA256.digest(loaded.bytes),
                firstOrdinal: firstOrdinal(after: past?.lastOrdinal(of: boot)), past: past),
            lines: lines, keep: clerk.append, snapshot: evidence.keep, answer: uplinks.answer,
            clip: clips.handle, rest: { heat in for watch in watches { watch.rest(heat) } },
            log: { Journal.write($0.rawValue, $1) })
        let guardian = Guard(
            duty: duty, queue: queue, watches: watches, clerk: clerk, clips: clips,
            uplinks: uplinks,
            supervisor: Supervisor(),
            celsius: { Machine().celsius(of: settings.board.thermalZone) },
            reload: { reload(watches, running: settings) })
        for (index, camera) in settings.cameras.enumerated() {
            try watches[index].start(settings: camera.detectorSettings) {
                V4L2Camera(camera.cameraSettings)
            }
        }
        try guardian.run(signals: signals)
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

    /// What can change while the appliance runs: the station's policy, zones and masks. The rest
    /// holds from the next start on, and the journal says so.
    private func reload(
        _ watches: [Watch], running: Configuration
    ) -> (policy: StationPolicy?, hash: [UInt8]) {
        let loaded: Configuration.Loaded
        do throws(ConfigurationError) {
            loaded = try Configuration.load(config)
        } catch {
            for problem in error.problems {
                Journal.write(Priority.error.rawValue, problem.description)
            }
            return (
                nil,
                SHA256.digest(
                    (try? Files.read(config, byteCountMax: Configuration.byteCountMax)) ?? [])
            )
        }
        let settings = loaded.configuration
        let hash = SHA256.digest(loaded.bytes)
        guard settings.cameras.map(\.name) == running.cameras.map(\.name) else {
            Journal.write(
                Priority.error.rawValue,
                "\(config): reload: the cameras are others than before: restart kuzet instead")
            return (nil, hash)
        }
        for (watch, camera) in zip(watches, settings.cameras) {
            watch.replace(camera.detectorSettings, clip: settings.station.clip)
        }
        let isOther = [
            ("[lines]", settings.lines != running.lines),
            ("[store]", settings.store != running.store),
            ("[[destination]]", settings.destinations != running.destinations),
            ("board.thermal_zone", settings.board.thermalZone != running.board.thermalZone)
        ]
        let later = isOther.filter(\.1).map(\.0)
        if !later.isEmpty {
            Journal.write(
                Priority.warning.rawValue,
                "\(config): reload: \(later.joined(separator: ", ")): from the next start on")
        }
        return (settings.station, hash)
    }
}
