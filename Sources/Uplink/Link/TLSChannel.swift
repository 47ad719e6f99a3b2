import COpenSSL
import Linux

/// One TLS session over a non-blocking socket.
///
/// - Source: RFC 8446; libssl's interface.
final class TLSChannel {
    enum Progress {
        case done(Int)
        case wants(FileDescriptor.Readiness)
        case ended
    }

    private let object: String
    private let context: OpaquePointer
    private let session: OpaquePointer

    init(
        _ settings: TLSSettings, endpoint: Endpoint, socket: FileDescriptor,
        clock: CertificateClock
    ) throws(LinkError) {
        object = endpoint.name
        OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_LOAD_CONFIG), nil)
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw LinkError(object: endpoint.name, attempt: "TLS", cause: "out of memory")
        }
        do throws(LinkError) {
            try Self.set(up: context, settings, endpoint, clock)
            guard let session = SSL_new(context) else {
                throw Self.error(endpoint.name, "TLS")
            }
            guard kuzet_tls_name(session, settings.serverName ?? endpoint.host) == 1,
                SSL_set_fd(session, socket.rawValue) == 1
            else {
                SSL_free(session)
                throw Self.error(endpoint.name, "TLS")
            }
            SSL_set_connect_state(session)
            self.context = context
            self.session = session
        } catch {
            SSL_CTX_free(context)
            throw error
        }
    }

    deinit {
        SSL_free(session)
        SSL_CTX_free(context)
    }

    private static func set(
        up context: OpaquePointer, _ settings: TLSSettings, _ endpoint: Endpoint,
        _ clock: CertificateClock
    ) throws(LinkError) {
        guard kuzet_tls_prepare(context) == 1 else { throw error(endpoint.name, "TLS") }
        kuzet_tls_verify(context, clock.isUnset ? 1 : 0, clock.wallMilliseconds / 1000)
        if let authorities = settings.authorities {
            guard SSL_CTX_load_verify_file(context, authorities) == 1 else {
                throw error("authorities \(authorities)", "read", wants: "certificate")
            }
        } else {
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw error("the system's authorities", "read")
            }
        }
        guard let certificate = settings.certificate else { return }
        guard SSL_CTX_use_certificate_chain_file(context, certificate) == 1 else {
            throw error("certificate \(certificate)", "read", wants: "certificate")
        }
        let key = settings.key ?? certificate
        switch kuzet_tls_use_key(context, key) {
        case 1: break
        case -1:
            throw LinkError(
                object: "key \(key)", attempt: "read",
                cause: "it has a passphrase: openssl pkey -in \(key) -out NEW writes it without")
        default: throw error("key \(key)", "read", wants: "private key")
        }
        guard SSL_CTX_check_private_key(context) == 1 else {
            throw error("key \(key)", "use with certificate \(certificate)")
        }
    }

    func shake() throws(LinkError) -> Progress {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        guard result != 1 else { return .done(0) }
        return try progress(result, "TLS handshake")
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(LinkError) -> Progress {
        ERR_clear_error()
        var count = 0
        let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        guard result != 1 else { return .done(count) }
        return try progress(result, "receive")
    }

    func write(_ buffer: UnsafeRawBufferPointer) throws(LinkError) -> Progress {
        ERR_clear_error()
        var count = 0
        let result = SSL_write_ex(session, buffer.baseAddress, buffer.count, &count)
        guard result != 1 else { return .done(count) }
        return try progress(result, "send")
    }

    /// Tells the other end that no more comes, if that can be said at once.
    func shutDown() {
        ERR_clear_error()
        _ = SSL_shutdown(session)
    }

    private func progress(_ result: Int32, _ attempt: String) throws(LinkError) -> Progress {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ: return .wants(.readable)
        case SSL_ERROR_WANT_WRITE: return .wants(.writable)
        case SSL_ERROR_ZERO_RETURN: return .ended
        default:
            let verdict = SSL_get_verify_result(session)
            if verdict != X509_V_OK {
                throw LinkError(
                    object: object, attempt: attempt,
                    cause: "its certificate: "
                        + String(cString: X509_verify_cert_error_string(verdict)))
            }
            if ERR_peek_error() == 0 { return .ended }
            throw Self.error(object, attempt)
        }
    }

    /// - Parameter wants: what a file should have had in it.
    private static func error(
        _ object: String, _ attempt: String, wants: String? = nil
    ) -> LinkError {
        // The first says what happened; those after it, through whom it came.
        let code = ERR_peek_error()
        if ERR_GET_LIB(code) == ERR_LIB_SYS {
            let cause = Errno(rawValue: ERR_GET_REASON(code)).description
            return LinkError(object: object, attempt: attempt, cause: cause)
        }
        let words =
            ERR_reason_error_string(code).map { String(cString: $0) }
            ?? "OpenSSL's error 0x\(String(code, radix: 16))"
        return LinkError(
            object: object, attempt: attempt,
            cause: wants.map { "no \($0) in PEM form in it (\(words))" } ?? words)
    }
}
