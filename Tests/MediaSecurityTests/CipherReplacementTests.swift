import CMediaShim
import CSRTP
import MediaSecurity
import RandomStreams
import Testing

/// The ciphers put into libsrtp2 make the same packets as the ones it came with.
@Suite struct CipherReplacementTests {
    @Test func `packets are byte for byte those of the library's own ciphers`() async {
        // In a process of its own, where nothing has replaced the library's ciphers yet: sessions
        // made before the replacement keep them.
        await #expect(processExitsWith: .success) {
            precondition(media_srtp_initialize_library() == 0)
            let originals = SRTPProfile.allCases.map { OriginalSession($0) }
            for original in originals { try compare(original) }
        }
    }
}

/// A libsrtp2 session with whatever ciphers the library had when it was made.
private final class OriginalSession {
    let profile: SRTPProfile
    let key: [UInt8]
    private var session: srtp_t?

    init(_ profile: SRTPProfile) {
        self.profile = profile
        var bytes = stream(UInt64(profile.rawValue), purpose: 901)
        key = bytes.nextBytes(profile.keyByteCount + profile.saltByteCount)
        var policy = srtp_policy_t()
        switch profile {
        case .aes128CMSHA1:
            srtp_crypto_policy_set_rtp_default(&policy.rtp)
            srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
        case .aeadAES128GCM:
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
            srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
        }
        policy.ssrc.type = ssrc_specific
        policy.ssrc.value = 0xCAFE_BABE
        policy.window_size = 128
        var key = key
        key.withUnsafeMutableBufferPointer { bytes in
            policy.key = bytes.baseAddress
            precondition(srtp_create(&session, &policy) == srtp_err_status_ok)
        }
    }

    deinit {
        srtp_dealloc(session)
    }

    func protect(_ packet: [UInt8], isControl: Bool) -> [UInt8] {
        var buffer = packet + [UInt8](repeating: 0, count: profile.controlOverhead)
        var count = Int32(packet.count)
        let status =
            isControl
            ? srtp_protect_rtcp(session, &buffer, &count) : srtp_protect(session, &buffer, &count)
        precondition(status == srtp_err_status_ok)
        return Array(buffer.prefix(Int(count)))
    }
}

/// Sends the same packets, of all sizes, across two wraps of the sequence number, with and
/// without header extension, through `original` and through a session with replaced ciphers.
private func compare(_ original: OriginalSession) throws {
    var noise = stream(31)
    let (profile, key) = (original.profile, original.key)
    var session = try SRTPSession(keys: makeKeys(profile, local: key, remote: key))
    var sequence: UInt16 = 65_000
    for step in 0..<5000 {
        let isControl = step % 10 == 9
        var packet = rtp(sequence, payload: noise.nextBytes(Int(noise.nextInteger(below: 300))))
        if isControl {
            packet = hex("81c8000bcafebabe") + noise.nextBytes(4 * (step % 40))
        } else if step % 5 == 0 {
            packet[0] |= 0x10
            packet[12..<12] = [0xBE, 0xDE, 0, 1, 0x10, UInt8(step & 0xFF), 0, 0]
        }
        var ours = packet
        if isControl {
            try session.protectControl(&ours)
        } else {
            try session.protect(&ours)
        }
        precondition(ours == original.protect(packet, isControl: isControl), "packet \(step)")
        if isControl {
            try session.unprotectControl(&ours)
        } else {
            try session.unprotect(&ours)
        }
        precondition(ours == packet, "packet \(step), read back")
        sequence &+= UInt16(1 + noise.nextInteger(below: 60))
    }
}
