import Addressing
import COpenSSL

/// Why TLS cannot be spoken, or not any longer.
public enum TLSFailure: Error, Hashable, Sendable {
    /// A file with a certificate, a key or authorities cannot be used.
    case unusableFile(path: String, reason: String)
    /// The other end broke the protocol, or its certificate is not what was asked for.
    case refused(reason: String)
    /// The other end did not finish its handshake in time.
    case impatient

    /// OpenSSL's own reason for what it has just refused.
    static var reason: String {
        let code = ERR_peek_last_error()
        ERR_clear_error()
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

/// What the connections of one end of TLS have in common: its version, 1.2 or later (RFC 8489 §6.2.3),
/// its certificate, and whom it trusts.
///
/// A class, because connections share it; OpenSSL counts its references, and nothing changes it once it
/// is made.
final class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer
    /// Whether it takes connections, not opens them.
    let isServer: Bool
    /// Whether the certificate of the other end must be one that an authority has signed for its address.
    let verifies: Bool

    /// A year, in seconds: longer than a relay runs that made its own certificate.
    private static let lifetime = 365 * 86_400

    private init(isServer: Bool, verifies: Bool = false) {
        guard let made = SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method()) else {
            preconditionFailure("OpenSSL made no context")
        }
        pointer = made
        self.isServer = isServer
        self.verifies = verifies
        SSL_CTX_ctrl(made, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        // A connection is opened once; none is resumed.
        SSL_CTX_set_num_tickets(made, 0)
    }

    deinit { SSL_CTX_free(pointer) }

    /// A server that shows the certificate chain in one file of PEM and has the key in another.
    static func server(certificate: String, key: String) throws(TLSFailure) -> TLSContext {
        let context = TLSContext(isServer: true)
        guard SSL_CTX_use_certificate_chain_file(context.pointer, certificate) == 1 else {
            throw .unusableFile(path: certificate, reason: TLSFailure.reason)
        }
        guard SSL_CTX_use_PrivateKey_file(context.pointer, key, SSL_FILETYPE_PEM) == 1,
            SSL_CTX_check_private_key(context.pointer) == 1
        else { throw .unusableFile(path: key, reason: TLSFailure.reason) }
        return context
    }

    /// A server with a fresh key on P-256 and a certificate of its own, which no client can verify.
    static func selfSigned(name: String) -> TLSContext {
        let context = TLSContext(isServer: true)
        let settings = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nil)
        defer { EVP_PKEY_CTX_free(settings) }
        var key: OpaquePointer?
        let certificate = X509_new()
        defer {
            X509_free(certificate)
            EVP_PKEY_free(key)
        }
        let isMade =
            EVP_PKEY_keygen_init(settings) == 1
            && EVP_PKEY_CTX_set_ec_paramgen_curve_nid(settings, NID_X9_62_prime256v1) == 1
            && EVP_PKEY_keygen(settings, &key) == 1
            && ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1
            && X509_gmtime_adj(X509_getm_notBefore(certificate), 0) != nil
            && X509_gmtime_adj(X509_getm_notAfter(certificate), lifetime) != nil
            && X509_set_pubkey(certificate, key) == 1
            && X509_NAME_add_entry_by_txt(
                X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1
            && X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1
            && X509_sign(certificate, key, EVP_sha256()) > 0
            && SSL_CTX_use_certificate(context.pointer, certificate) == 1
            && SSL_CTX_use_PrivateKey(context.pointer, key) == 1
        precondition(isMade, "OpenSSL made no certificate: \(TLSFailure.reason)")
        return context
    }

    /// A client that trusts the authorities in a file of PEM; or, without one, anybody, as who measures a
    /// server of its own may.
    static func client(authorities: String?) throws(TLSFailure) -> TLSContext {
        let context = TLSContext(isServer: false, verifies: authorities != nil)
        if let authorities {
            guard SSL_CTX_load_verify_locations(context.pointer, authorities, nil) == 1 else {
                throw .unusableFile(path: authorities, reason: TLSFailure.reason)
            }
            SSL_CTX_set_verify(context.pointer, SSL_VERIFY_PEER, nil)
        }
        return context
    }
}
