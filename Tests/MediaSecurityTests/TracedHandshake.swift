import CMediaShim
import COpenSSL
import MemorySearch
import Testing

/// A handshake between two bare associations, below ``MediaSecurity``'s types, that remembers its
/// secrets under a mask: whatever was drawn for a private key, and the master secret.
///
/// One at a time per process; OpenSSL's draws come from here while it lives.
final class TracedHandshake {
    private(set) var secrets: [MaskedSecret] = []
    private var noise: UInt64 = 88_172_645_463_325_252
    private var former = media_random_source()
    private var certificates: [OpaquePointer] = []
    private var ends: [OpaquePointer?] = []
    private var progress = [MEDIA_DTLS_HANDSHAKING, MEDIA_DTLS_HANDSHAKING]
    private var buffer = [UInt8](repeating: 0, count: 4096)
    private var datagrams: [[UInt8]] = []

    /// A client and a server; the client expects a wrong certificate when `mismatched`.
    init(mismatched: Bool = false) {
        let fill: media_random_fill = { context, bytes, count in
            Unmanaged<TracedHandshake>.fromOpaque(context!).takeUnretainedValue()
                .draw(UnsafeMutableRawBufferPointer(start: bytes, count: count))
        }
        let context = Unmanaged.passUnretained(self).toOpaque()
        former = media_random_enter(media_random_source(fill: fill, context: context))
        var fingerprints: [[UInt8]] = []
        for _ in 0..<2 {
            var fingerprint = [UInt8](repeating: 0, count: 32)
            certificates.append(media_certificate_new(&fingerprint)!)
            fingerprints.append(fingerprint)
        }
        if mismatched { fingerprints[1][0] ^= 1 }
        for end in 0..<2 { ends.append(associate(end, expecting: fingerprints[1 - end])) }
        for end in 0..<2 { progress[end] = media_dtls_start(ends[end]) }
    }

    /// Frees what is left.
    func end() {
        for end in 0..<2 { crash(end) }
        certificates.forEach { media_certificate_free($0) }
        _ = media_random_enter(former)
    }

    private func associate(_ end: Int, expecting fingerprint: [UInt8]) -> OpaquePointer {
        var settings = media_dtls_settings()
        settings.is_client = end == 0 ? 1 : 0
        settings.certificate = certificates[end]
        settings.first_timeout = 50_000
        settings.maximum_timeout = 60_000_000
        settings.maximum_transmission_unit = 1200
        return fingerprint.withUnsafeBufferPointer { fingerprint in
            "SRTP_AEAD_AES_128_GCM".withCString { profiles in
                "X25519:P-256".withCString { groups in
                    settings.peer_fingerprint = fingerprint.baseAddress
                    settings.profiles = profiles
                    settings.groups = groups
                    return media_dtls_new(&settings)!
                }
            }
        }
    }

    private func draw(_ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices {
            noise ^= noise << 13
            noise ^= noise >> 7
            noise ^= noise << 17
            bytes[index] = UInt8(truncatingIfNeeded: noise >> 24)
        }
        if bytes.count >= 32 { remember(UnsafeRawBufferPointer(bytes)) }
    }

    /// Large numbers lie in memory the other way around, so both ways are remembered.
    private func remember(_ bytes: UnsafeRawBufferPointer) {
        let turned = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        for index in bytes.indices { turned[index] = bytes[bytes.count - 1 - index] }
        secrets.append(MaskedSecret(bytes))
        secrets.append(MaskedSecret(UnsafeRawBufferPointer(turned)))
        wipe(turned)
        turned.deallocate()
    }

    /// Passes on up to `count` datagrams.
    func exchange(datagrams count: Int) {
        for _ in 0..<count {
            guard let end = (0..<2).first(where: { waiting($0) > 0 }) else { return }
            let bytes = takeDatagram(of: end)
            guard let other = ends[1 - end] else { continue }
            progress[1 - end] = media_dtls_receive(other, buffer, bytes)
        }
    }

    private func waiting(_ end: Int) -> Int {
        ends[end].map { media_dtls_waiting_bytes($0) } ?? 0
    }

    /// Moves the oldest datagram of `end` into the buffer and returns its bytes.
    @discardableResult
    private func takeDatagram(of end: Int) -> Int {
        let bytes = waiting(end)
        media_dtls_take_waiting(ends[end], &buffer)
        datagrams.append(Array(buffer[..<bytes]))
        return bytes
    }

    /// Lets the timer of `end` fire until it gives up, nobody answering.
    func timeOut(_ end: Int) {
        while progress[end] == MEDIA_DTLS_HANDSHAKING {
            progress[end] = media_dtls_expire(ends[end])
            while waiting(end) > 0 { takeDatagram(of: end) }
        }
    }

    /// One end is gone without a word.
    func crash(_ end: Int) {
        media_dtls_free(ends[end])
        ends[end] = nil
    }

    /// Whether both ends are connected, or both have failed.
    var isConnected: Bool { progress.allSatisfy { $0 == MEDIA_DTLS_CONNECTED } }
    /// Whether an end has failed.
    func hasFailed(_ end: Int) -> Bool { progress[end] == MEDIA_DTLS_FAILED }

    /// Remembers the master secret and the first keys exported from it.
    func rememberAgreedSecrets() {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 56, alignment: 16)
        precondition(media_dtls_export_keys(ends[0], bytes.baseAddress, 56) == 1)
        remember(UnsafeRawBufferPointer(rebasing: bytes[..<32]))
        // OpenSSL's own object is the first thing in an association.
        let connection = UnsafeRawPointer(ends[0]!).load(as: OpaquePointer.self)
        precondition(
            SSL_SESSION_get_master_key(
                SSL_get_session(connection),
                bytes.baseAddress!.assumingMemoryBound(to: UInt8.self), 48) == 48)
        remember(UnsafeRawBufferPointer(rebasing: bytes[..<48]))
        wipe(bytes)
        bytes.deallocate()
    }

    /// The secrets of which nothing went over the network: hellos carry random bytes as well.
    var unpublishedSecrets: [MaskedSecret] {
        secrets.filter { secret in
            datagrams.allSatisfy { datagram in
                datagram.withUnsafeBytes { secret.occurrences(in: $0) } == 0
            }
        }
    }
}
