import Frames
import Linux
import Records
import Station
import Testing

@testable import Store

#if DEBUG
    /// Power cuts of a real file system: ext4 on a file, which is copied while the ledger writes. The
    /// copy has what the device has got, and nothing that the kernel still keeps for itself.
    /// Only root can make one.
    @Suite(.serialized) struct ClipPowerCutTests {
        private final class Disk {
            let scratch: TestFolder
            let image: String
            let path: String

            /// nil, and a line, where this process may not mount.
            init?() throws {
                // Not in memory: a loop device wants a file of a disk.
                scratch = try TestFolder(in: "/tmp")
                image = scratch.path + "/disk"
                path = scratch.path + "/mnt"
                try Files.makeFolder(path)
                try FileDescriptor.open(image, [.readWrite, .create]).truncate(to: 64 << 20)
                let made = try Tool.run(["mkfs.ext4", "-q", "-F", image])
                guard made.isEmpty, try Tool.run(["mount", "-o", "loop", image, path]).isEmpty
                else {
                    print("skipped: only root can mount a disk")
                    return nil
                }
            }

            /// What the disk holds if the power fails now, mounted anew, while `body` looks at it.
            func afterAPowerCut(_ body: (_ path: String) throws -> Void) throws {
                let copy = scratch.path + "/copy"
                let place = scratch.path + "/after"
                try Files.makeFolder(place)
                #expect(try Tool.run(["cp", "--sparse=always", image, copy]) == "")
                #expect(try Tool.run(["mount", "-o", "loop", copy, place]) == "")
                defer { _ = try? Tool.run(["umount", place]) }
                try body(place)
            }

            deinit {
                _ = try? Tool.run(["umount", path])
            }
        }

        /// How many pictures there are to see of the clip of incident 1 after a power cut, and
        /// whether the next life vouches for them.
        private func pictureCount(_ disk: Disk) throws -> (played: Int, isVouchedFor: Bool) {
            var result = (played: 0, isVouchedFor: false)
            try disk.afterAPowerCut { path in
                let clip = EvidenceName(boot: Story.boot, ordinal: 1, kind: .clip)
                let boot = BootID(high: 5, low: 5)
                do {
                    let ledger = try SQLiteLedger(
                        directory: path + "/l", stamp: Story.stamp(1, boot: boot))
                    ledger.close()
                }
                let file = path + "/l/evidence/" + clip.fileName
                guard Files.exists(file) else { return }
                result.played = try Tool.probe(file).times.count
                let report = try LedgerVerifier.verify(LedgerReader(directory: path + "/l"))
                result.isVouchedFor = report.isValid && report.evidenceCount == 1
            }
            return result
        }

        @Test(.enabled(if: Tool.hasFFmpeg))
        func whatWasWrittenIsThereAfterAPowerCut() throws {
            guard let disk = try Disk() else { return }
            let ledger = try SQLiteLedger(directory: disk.path + "/l", stamp: Story.stamp(0))
            try ledger.append([Story.incident(1, .confirmed)])
            for end in [10, 20, 30] {
                _ = try ledger.extendClip(
                    Film.pictures(end - 10..<end), ordinal: 1, boot: Story.boot)
                let (played, isVouchedFor) = try pictureCount(disk)
                #expect(played == end)
                #expect(isVouchedFor)
            }
            #expect(try ledger.finishClip(ordinal: 1, boot: Story.boot) != nil)
            let (played, isVouchedFor) = try pictureCount(disk)
            #expect(played == 30)
            #expect(isVouchedFor)
        }

        /// The test above would notice if nothing were synchronised.
        @Test(.enabled(if: Tool.hasFFmpeg))
        func withoutSynchronisationAPowerCutTakesIt() throws {
            guard let disk = try Disk() else { return }
            let ledger = try SQLiteLedger(directory: disk.path + "/l", stamp: Story.stamp(0))
            try ledger.append([Story.incident(1, .confirmed)])
            _ = try SyscallTrace.recording(
                answer: {
                    $0.name == "fdatasync" || $0.name == "fsync" ? .succeed(0) : .kernel
                },
                {
                    _ = try ledger.extendClip(
                        Film.pictures(0..<10), ordinal: 1, boot: Story.boot)
                })
            #expect(try pictureCount(disk).played == 0)
        }
    }
#endif
