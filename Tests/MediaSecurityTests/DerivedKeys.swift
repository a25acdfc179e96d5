import CMediaShim
import CSRTP
import MediaSecurity
import MemorySearch

/// What libsrtp2 derives from `key`, a master key with its salt (RFC 3711 §4.3, RFC 7714 §11),
/// computed a second time for the search in memory: the session keys of RTP and RTCP, and under
/// HMAC-SHA1 the states that follow from the keys for authentication.
func derivedSecrets(_ profile: SRTPProfile, key: UnsafeRawBufferPointer) -> [MaskedSecret] {
    precondition(media_srtp_initialize() == 0)
    return [0, 3].flatMap { (label: UInt8) -> [MaskedSecret] in
        let encryption = withDerived(label, 16, key) { MaskedSecret($0) }
        guard profile == .aes128CMSHA1 else { return [encryption] }
        return [encryption, withDerived(label + 1, 20, key, keyedStates)]
    }
}

/// The two states of HMAC-SHA1 under `key`, five words each, which an authenticator keeps behind
/// what the library sees of it.
private func keyedStates(_ key: UnsafeRawBufferPointer) -> MaskedSecret {
    let type = media_srtp_authenticator().pointee
    var made: srtp_auth_pointer_t?
    precondition(type.alloc(&made, Int32(key.count), 10) == srtp_err_status_ok)
    let state = made!.pointee.state!
    let bytes = key.baseAddress!.assumingMemoryBound(to: UInt8.self)
    precondition(type.`init`(state, bytes, Int32(key.count)) == srtp_err_status_ok)
    defer { precondition(type.dealloc(made) == srtp_err_status_ok) }
    return MaskedSecret(
        UnsafeRawBufferPointer(start: state + MemoryLayout<srtp_auth_t>.stride, count: 40))
}

/// Lends the first `count` bytes of the key stream under `key` for `label` (RFC 3711 §4.3.3).
private func withDerived<Result>(
    _ label: UInt8, _ count: Int, _ key: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) -> Result
) -> Result {
    // A salt of 12 bytes is padded to 14 (RFC 7714 §11).
    withWipedBytes(30) { padded in
        padded.copyMemory(from: key)
        return withWipedBytes(count) { derived in
            let type = media_srtp_counter_cipher().pointee
            var (made, length): (srtp_cipher_pointer_t?, UInt32) = (nil, UInt32(count))
            var vector = [UInt8](repeating: 0, count: 16)
            vector[7] = label
            precondition(type.alloc(&made, 30, 0) == srtp_err_status_ok)
            let state = made!.pointee.state
            let start = derived.baseAddress!.assumingMemoryBound(to: UInt8.self)
            precondition(
                type.`init`(state, padded.baseAddress!.assumingMemoryBound(to: UInt8.self))
                    == srtp_err_status_ok
                    && type.set_iv(state, &vector, srtp_direction_encrypt) == srtp_err_status_ok
                    && type.encrypt(state, start, &length) == srtp_err_status_ok
                    && type.dealloc(made) == srtp_err_status_ok)
            return body(UnsafeRawBufferPointer(derived))
        }
    }
}

/// Lends `count` zeros and wipes them.
func withWipedBytes<Result>(
    _ count: Int, _ body: (UnsafeMutableRawBufferPointer) -> Result
) -> Result {
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    wipe(bytes)
    defer {
        wipe(bytes)
        bytes.deallocate()
    }
    return body(bytes)
}

/// Overwrites `bytes` with zeros.
func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    for index in bytes.indices { bytes[index] = 0 }
}
