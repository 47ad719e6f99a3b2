import Glibc
import Linux
import Loopback
import Testing

@testable import Uplink

/// What is said of files that a TLS connection needs.
@Suite struct TLSChannelTests {
    /// Nobody's: made for this test, as are the keys.
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBLDCB36ADAgECAhQEp4GIu5f+kLfg3vTcV8aMToYk0jAFBgMrZXAwDDEKMAgG
        A1UEAwwBeDAeFw0yNjExMjkxOTEzNTVaFw0yNjEyMDIxOTEzNTVaMAwxCjAIBgNV
        BAMMAXgwKjAFBgMrZXADIQBbw/+ppo5CdjmoT3q3otd3BZzcgmGUb77F1l1PiggP
        T6NTMFEwHQYDVR0OBBYEFDrPtq1NvqNF7c2UBHiFbB5ajK9gMB8GA1UdIwQYMBaA
        FDrPtq1NvqNF7c2UBHiFbB5ajK9gMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
        KzSyE/rrvalu0olnpwXXh0CIAHZ1WDkYXo4b1C8mFgw8F0jLVkvoHHhgJXoC86Td
        9tqHklShyYGgy4bsqVY7CA==
        -----END CERTIFICATE-----
        """
    private static let encryptedKeys = [
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAieABEe2YGiHgICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEAQIEEN4cAJsJw/fD4+ECalvUb+QEgZBS
        eQQabXbkbbOK1f/AK4mkg4+fbxx4uj+ymxYcCAemSOCn4I5habCu5Hj2Y+bpzYpz
        ETEDOoyGoG5Fo/BPZuWc3Zki8vq6Z9YakzTb6nazlVMGkSyy83vk2p5aH5ZCwFqK
        NrB6KIu4o0mmPpHT+wrOFN6//WOB4/Jc11uUyN87vzUOEg0nTWk45QI7iaLCHyY=
        -----END ENCRYPTED PRIVATE KEY-----
        """,
        """
        -----BEGIN EC PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,E2108D144383FE412ABFA92B963C83EE

        xufJMBlfpcKCXNrV4zRwDyHLf7kOWLwQKpoiZdp/Hz3QhHmILGn3w6hRZm+s6t1Q
        AUrLNU2QYhqgSqhm/pz0/dHU+r6CF19PwGpBoUZxR/XH4aK1EDBOwhjmJjakjZmC
        hx1mLFftlPD+rppQ1APmhxuQQsyALccDc9fDdfEN2rI=
        -----END EC PRIVATE KEY-----
        """
    ]

    /// Gone with the test.
    private final class Folder {
        let path = "/tmp/kuzet-tls-\(Process.pid)-\(UInt32.random(in: 0 ... .max))"
        private var files: [String] = []

        func file(_ name: String, _ text: String) throws -> String {
            try Files.makeFolder(path)
            files.append("\(path)/\(name)")
            try Files.replace("\(path)/\(name)", with: Array(text.utf8))
            return "\(path)/\(name)"
        }

        deinit {
            for file in files { unlink(file) }
            rmdir(path)
        }
    }

    private let folder = Folder()

    private func file(_ name: String, _ text: String) throws -> String {
        try folder.file(name, text)
    }

    private func error(_ settings: TLSSettings) -> String? {
        linkError {
            _ = try TLSChannel(
                settings, endpoint: Endpoint(host: "centre", port: 8883),
                socket: try FileDescriptor.event(),
                clock: CertificateClock(wallMilliseconds: 0, isUnset: true))
        }?.description
    }

    @Test func aFileThatIsNotThereIsSaidInTheSystemsWords() throws {
        let gone = "\(folder.path)-gone.pem"
        #expect(
            error(TLSSettings(authorities: gone))
                == "authorities \(gone): read: no such file or directory (ENOENT)")
        #expect(
            error(TLSSettings(certificate: gone))
                == "certificate \(gone): read: no such file or directory (ENOENT)")
        let certificate = try file("certificate.pem", Self.certificate)
        #expect(
            error(TLSSettings(certificate: certificate, key: gone))
                == "key \(gone): read: no such file or directory (ENOENT)")
        let within = certificate + "/x"
        #expect(
            error(TLSSettings(authorities: within))
                == "authorities \(within): read: not a directory (ENOTDIR)")
    }

    /// Neither form asks anybody for it: nobody is there.
    @Test func aKeyWithAPassphraseIsSaidToHaveOne() throws {
        let certificate = try file("owner.pem", Self.certificate)
        for (index, key) in Self.encryptedKeys.enumerated() {
            let path = try file("encrypted-\(index).key", key)
            #expect(
                error(TLSSettings(certificate: certificate, key: path))
                    == "key \(path): read: it has a passphrase: openssl pkey -in \(path) -out NEW"
                    + " writes it without")
        }
    }

    @Test func aFileWithSomethingElseInItIsSaidToBeThat() throws {
        let empty = try file("empty.pem", "")
        let certificate = try file("certificate.pem", Self.certificate)
        #expect(
            error(TLSSettings(authorities: empty))
                == "authorities \(empty): read: no certificate in PEM form in it"
                + " (no certificate or crl found)")
        #expect(
            error(TLSSettings(certificate: empty))
                == "certificate \(empty): read: no certificate in PEM form in it (no start line)")
        #expect(
            error(TLSSettings(certificate: certificate, key: certificate))
                == "key \(certificate): read: no private key in PEM form in it (unsupported)")
        #expect(error(TLSSettings(authorities: certificate)) == nil)
    }
}
