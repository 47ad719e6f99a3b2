import Configuration
import Linux
import Store

/// The disk and the ledger on it.
enum StoreChecks {
    /// Less than this, and incidents of a busy night may not fit.
    static let freeMegabytesMin = 64
    static let freeMegabytesWanted = 512

    static func findings(_ directory: String) -> [Finding] {
        do throws(Errno) {
            guard try Files.facts(directory).kind == .directory else {
                return [
                    .fail("store", "\(directory) is no folder", do: "correct store.directory")
                ]
            }
        } catch {
            return [
                .fail(
                    "store", "\(directory): \(error)",
                    do: error == .noSuchFile
                        ? "systemd-tmpfiles --create, or make it and give it to the user kuzet"
                        : "run as root, or as the user kuzet")
            ]
        }
        return [room(directory), writing(directory), ledger(directory), key(directory)]
    }

    static func room(_ directory: String) -> Finding {
        do throws(Errno) {
            let room = try Files.room(at: directory)
            if room.isReadOnly {
                return .fail(
                    "disk", "\(directory) is on a file system that is read-only",
                    do: "`dmesg` tells whether the card failed; replace it, or mount it rw")
            }
            return grade(freeMegabytes: Int(clamping: room.freeByteCount >> 20), directory)
        } catch {
            return .fail("disk", "\(directory): \(error)", do: "mount the disk")
        }
    }

    static func grade(freeMegabytes: Int, _ directory: String) -> Finding {
        let text = "\(freeMegabytes) MB free at \(directory)"
        if freeMegabytes < freeMegabytesMin {
            return .fail("disk", text, do: "make room, or use a larger card")
        }
        if freeMegabytes < freeMegabytesWanted {
            return .warn("disk", text, do: "export old incidents, or use a larger card")
        }
        return .ok("disk", text)
    }

    /// Really writes and removes a file: permissions alone do not tell of a dying card.
    static func writing(_ directory: String) -> Finding {
        let path = "\(directory)/doctor-\(Process.pid).tmp"
        let start = Clocks.monotonicNanoseconds()
        do throws(Errno) {
            try Files.replace(path, with: Array("kuzet doctor".utf8))
            try Files.remove(path)
        } catch {
            let advice =
                switch error {
                case .accessDenied, .notPermitted: "run as root, or as the user kuzet"
                case .noSpace: "make room"
                case .readOnlyFileSystem: "`dmesg` tells why; replace the card or mount it rw"
                default: "replace the card: it does not take writes any more"
                }
            return .fail("store", "write in \(directory): \(error)", do: advice)
        }
        let milliseconds = (Clocks.monotonicNanoseconds() - start) / 1_000_000
        if milliseconds > 2000 {
            return .warn(
                "store", "a durable write took \(milliseconds) ms",
                do: "the card is worn or cheap: use one made for endurance")
        }
        return .ok("store", "a durable write took \(milliseconds) ms")
    }

    /// Who can read the secret can sign in the device's name.
    static func key(_ directory: String) -> Finding {
        let path = LedgerFolder(directory).secret
        do throws(Errno) {
            let permissions = try Files.facts(path).permissions
            guard permissions & 0o077 == 0 else {
                return .warn(
                    "key", "\(path): others than its owner may use it",
                    do: "chmod 600 \(path); if somebody may have read it, remove it and restart")
            }
            return .ok("key", "its owner's alone; `kuzet incidents key` shows the public one")
        } catch .noSuchFile {
            return .ok("key", "none yet; the first start makes it")
        } catch {
            return .warn("key", "\(path): \(error)", do: "run as root, or as the user kuzet")
        }
    }

    static func ledger(_ directory: String) -> Finding {
        do {
            _ = try LedgerReader(directory: directory)
            return .ok("ledger", "readable; `kuzet incidents verify` proves it whole")
        } catch let error as StoreError {
            switch error.kind {
            case .missing: return .ok("ledger", "none yet; the first start makes it")
            case .newerVersion:
                return .fail("ledger", error.description, do: "install the newer program again")
            case .damaged:
                return .fail(
                    "ledger", error.description,
                    do: "copy \(directory) away first; the next start begins a new ledger")
            case .owned, .full, .readOnly, .refused:
                return .fail("ledger", error.description, do: "mend the disk, then look again")
            }
        } catch {
            return .fail("ledger", "\(error)", do: "mend the disk, then look again")
        }
    }
}
