import Records

/// How somebody checks an export who has only a shell and OpenSSL.
extension IncidentExport {
    /// A POSIX shell script; its last lines say what is to hold of this incident.
    var script: String {
        var steps: [String] = []
        for item in evidence {
            let name = item.facts.name.fileName
            guard item.bytes != nil else {
                steps.append("absent \(name)")
                continue
            }
            guard let (link, offset) = vouching(for: item) else { continue }
            steps.append("evidence \(name) \(link.fileName) \(offset)")
        }
        for run in proof.runs {
            for (link, next) in zip(run.links, run.links.dropFirst()) {
                steps.append("follows \(link.fileName) \(next.fileName)")
            }
            if let signed = run.signed, let index = keys.firstIndex(of: signed.checkpoint.key) {
                steps.append(
                    "checkpoint \(signed.checkpoint.sequence) \(Self.keyFileName(index))")
            } else if let first = run.links.first, let last = run.links.last {
                steps.append("unsigned \(first.sequence) \(last.sequence)")
            }
        }
        for index in keys.indices { steps.append("key \(Self.keyFileName(index))") }
        return Self.functions + steps.joined(separator: "\n") + "\n" + Self.verdict
    }

    /// The record that vouches for a file, and where in its file of the chain the hash stands.
    private func vouching(for item: Evidence) -> (IncidentProof.Link, Int)? {
        let wanted = item.facts.sha256
        for link in proof.links where link.isWanted && link.input.count > wanted.count {
            for offset in Chain.hashByteCount...(link.input.count - wanted.count)
            where link.input[offset..<offset + wanted.count].elementsEqual(wanted) {
                return (link, offset)
            }
        }
        return nil
    }

    private static let functions = """
        #!/bin/sh
        # Checks this folder. Needs a POSIX shell and OpenSSL 3, no network.
        #
        # usage: sh verify.sh [FINGERPRINT]
        #   FINGERPRINT: of the device's key, as somebody noted it when the device was installed
        #
        # Exit status: 0 everything holds, 1 something is wrong, 2 something is not proved.
        noted=${1:-}
        cd "$(dirname "$0")" || exit 1
        wrong=0
        open=0

        wrong() { wrong=1; echo "WRONG  $1"; }
        sha256() { openssl dgst -sha256 -r "$1" 2>/dev/null | cut -c1-64; }
        # The 32 bytes of file $1 from $2 on, as digits.
        digits() { dd if="$1" bs=1 skip="$2" count=32 2>/dev/null | od -An -v -tx1 | tr -d ' \\n'; }
        same() { [ -n "$1" ] && [ "$1" = "$2" ]; }

        # The hash of file $1 stands in the record in $2 at byte $3.
        evidence() {
            if same "$(sha256 "$1")" "$(digits "$2" "$3")"; then echo "ok     $1 is what $2 vouches for"
            else wrong "$1 is not what $2 vouches for"; fi
        }
        absent() { open=1; echo "ABSENT $1 was no longer there when this was exported"; }
        # The record in $2 follows the one in $1.
        follows() {
            if same "$(sha256 "$1")" "$(digits "$2" 0)"; then echo "ok     $2 follows $1"
            else wrong "$2 does not follow $1"; fi
        }
        # The device vouched for record $1, and with it for all before, with key $2.
        checkpoint() {
            key=$(openssl pkey -pubin -in "$2" -outform DER 2>/dev/null | od -An -v -tx1 | tr -d ' \\n')
            if grep -qx "record $1" "checkpoint-$1.txt" &&
                grep -qx "hash $(sha256 "chain/record-$1")" "checkpoint-$1.txt" &&
                grep -qx "key ${key#????????????????????????}" "checkpoint-$1.txt" &&
                openssl pkeyutl -verify -pubin -inkey "$2" -rawin -in "checkpoint-$1.txt" \\
                    -sigfile "checkpoint-$1.sig" >/dev/null 2>&1
            then echo "ok     checkpoint-$1.txt names chain/record-$1 and is signed by $2"
            else wrong "checkpoint-$1.txt does not name chain/record-$1, or is not signed by $2"; fi
        }
        unsigned() { open=1; echo "OPEN   records $1 to $2: nothing was signed after them yet"; }
        key() {
            found=$(openssl pkey -pubin -in "$1" -outform DER 2>/dev/null | openssl dgst -sha256 -r |
                cut -c1-64)
            if [ -z "$noted" ]; then echo "key    $1 has fingerprint $found: compare it"
            elif same "$found" "$noted"; then echo "ok     $1 is the key that was noted"
            else wrong "$1 has fingerprint $found, which was not noted"; fi
        }


        """

    private static let verdict = """

        if [ $wrong -ne 0 ]; then echo "Something is WRONG: see above."; exit 1; fi
        if [ $open -ne 0 ]; then echo "Nothing is wrong, but not everything is proved."; exit 2; fi
        echo "Everything holds."

        """

    static let instructions = """
        This folder holds one incident of a Kuzet appliance. index.html shows it; the page is for
        reading, what proves it are the other files. To check them no network and none of our
        programs is needed, only OpenSSL 3 and a shell (Linux, macOS, or Git Bash on Windows):

            sh verify.sh
            sh verify.sh FINGERPRINT

        FINGERPRINT is that of the device's key, which somebody should have noted when the device
        was installed (`kuzet incidents key`). Without it the script prints the fingerprint of the
        key that signed: compare it with the note. Whoever has no note can only tell that all of
        this was signed by one key, not by whose.

        What the script does can be done by hand:

        1. Evidence. `openssl dgst -sha256 FILE` gives the hash that stands in the record about it,
           in one of the files chain/record-N.
        2. Chain. A file chain/record-N is the hash of record N-1, 32 bytes, and then record N. Its
           SHA-256 is the hash of record N: the first 32 bytes of chain/record-(N+1).
        3. Signature. checkpoint-N.txt states the hash of record N, and is signed:

               openssl pkeyutl -verify -pubin -inkey device.pem -rawin \\
                   -in checkpoint-N.txt -sigfile checkpoint-N.sig

        4. Key. The fingerprint is
               openssl pkey -pubin -in device.pem -outform DER | openssl dgst -sha256

        So the device vouched for record N, and through the chain for every record before it: these
        records were in its ledger, with this content and in this order, when it signed.

        A record, behind the 32 bytes of the hash (`od -An -tx1 -j32 FILE`), numbers with the
        highest byte first:

            offset 0   'R', 1 (version), type
                   3   boot of the device, 16 bytes
                  19   nanoseconds since that boot, 8 bytes
                  27   milliseconds since 1970-01-01 UTC by the device's clock, 8 bytes
                  35   1 where that clock had been set
            type 2, incident
                  36   number within the boot, 4 bytes; camera, 1; kind, 2; zone, 1
                  44   1 suspected, 2 confirmed, 3 closed
                  45   opened, nanoseconds since the boot, 8 bytes
            type 5, evidence
                  36   incident's number, 4 bytes; kind (1 snapshot, 2 clip, 3 find), 1; length, 4
                  45   32, then the SHA-256 of the file, 32 bytes

        What this does not prove: that the scene in front of the camera was real, and that nobody
        else had the device's secret key.

        """
}
