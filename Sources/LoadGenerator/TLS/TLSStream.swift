import Addressing
import COpenSSL

/// One end of a TLS connection, without its socket: bytes of the network go in and come out, and so do
/// those that they protect.
struct TLSStream: ~Copyable {
    private let connection: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// Bytes of the longest record (RFC 8446 §5.1).
    private static let record = 16_384

    /// An end as `context` says; a client names the server that it means to reach.
    init(_ context: TLSContext, server: IPAddress? = nil) {
        guard let connection = SSL_new(context.pointer), let incoming = BIO_new(BIO_s_mem()),
            let outgoing = BIO_new(BIO_s_mem())
        else { preconditionFailure("OpenSSL made no connection") }
        self.connection = connection
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(connection, incoming, outgoing)  // which owns both from now on
        if context.isServer {
            SSL_set_accept_state(connection)
        } else {
            SSL_set_connect_state(connection)
        }
        if context.verifies, let server {
            X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), "\(server)")
        }
    }

    deinit { SSL_free(connection) }

    /// Whether the handshake is over.
    var isEstablished: Bool { SSL_in_init(connection) == 0 }

    /// Opens the handshake; a server waits for it.
    mutating func start() throws(TLSFailure) {
        ERR_clear_error()
        _ = try step(SSL_do_handshake(connection))
    }

    /// Takes bytes from the network; what they protected.
    mutating func receive(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) -> [UInt8] {
        let taken = BIO_write(incoming, bytes.baseAddress, CInt(clamping: bytes.count))
        precondition(taken == bytes.count, "memory takes all that is written to it")
        if !isEstablished { try start() }
        var plain: [UInt8] = []
        guard isEstablished else { return plain }
        ERR_clear_error()
        let last = withUnsafeTemporaryAllocation(byteCount: Self.record, alignment: 1) { room in
            while true {
                let count = SSL_read(connection, room.baseAddress, CInt(room.count))
                guard count > 0 else { return count }
                plain.append(contentsOf: room[..<Int(count)])
            }
        }
        _ = try step(last)
        return plain
    }

    /// Protects `bytes`, once the handshake is over.
    mutating func send(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) {
        guard !bytes.isEmpty else { return }
        ERR_clear_error()
        _ = try step(SSL_write(connection, bytes.baseAddress, CInt(clamping: bytes.count)))
    }

    /// Says that nothing more will be sent (close_notify).
    mutating func close() {
        SSL_shutdown(connection)
        ERR_clear_error()
    }

    /// What is to go to the network, at most once.
    mutating func takeOutgoing() -> [UInt8] {
        let waiting = BIO_ctrl_pending(outgoing)
        guard waiting > 0 else { return [] }
        return [UInt8](unsafeUninitializedCapacity: waiting) { buffer, count in
            count = max(0, Int(BIO_read(outgoing, buffer.baseAddress, CInt(clamping: waiting))))
        }
    }

    /// Whether `result` is success; nothing has gone wrong when more bytes are needed first.
    private func step(_ result: CInt) throws(TLSFailure) -> Bool {
        guard result <= 0 else { return true }
        switch SSL_get_error(connection, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE, SSL_ERROR_ZERO_RETURN: return false
        default:
            let verification = SSL_get_verify_result(connection)
            let reason = TLSFailure.reason
            guard verification != Int(X509_V_OK) else { throw .refused(reason: reason) }
            throw .refused(reason: String(cString: X509_verify_cert_error_string(verification)))
        }
    }
}
