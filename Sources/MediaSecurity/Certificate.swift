import CMediaShim
import RandomStreams

/// A key pair on P-256 with its self-signed certificate, made for one call (RFC 8827 §6.5).
///
/// A class because the key has one identity: the session description shows its fingerprint and
/// the handshake proves it. Immutable, so threads may share it; the private key never leaves
/// OpenSSL's memory and is cleansed with the last reference.
public final class Certificate: @unchecked Sendable {
    /// SHA-256 of the certificate in DER, 32 bytes.
    public let fingerprint: [UInt8]

    let pointer: OpaquePointer

    /// A fresh certificate; equal streams make equal certificates.
    public init(randomness: inout RandomStream) {
        var made: OpaquePointer?
        fingerprint = [UInt8](unsafeUninitializedCapacity: Fingerprint.byteCount) { bytes, count in
            made = AttributedRandomness.drawing(from: &randomness) {
                media_certificate_new(bytes.baseAddress)
            }
            count = made == nil ? 0 : Fingerprint.byteCount
        }
        guard let made else { preconditionFailure("OpenSSL made no P-256 certificate") }
        pointer = made
    }

    deinit {
        media_certificate_free(pointer)
    }

    /// The fingerprint as session descriptions write it: 32 upper-case pairs between colons.
    public var fingerprintText: String { Fingerprint.text(of: fingerprint) }
}
