import CMediaShim
import CSRTP

/// What libsrtp2 is to do under `profile` with streams of any source in one direction; a key is
/// still to be given. `replayWindow` counts packets, 64 at least (RFC 3711 §3.3.2).
func streamPolicy(
    of profile: SRTPProfile, _ direction: srtp_ssrc_type_t, replayWindow: Int
) -> srtp_policy_t {
    var policy = srtp_policy_t()
    switch profile {
    case .aes128CMSHA1:
        srtp_crypto_policy_set_rtp_default(&policy.rtp)
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp)
    case .aeadAES128GCM:
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp)
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp)
    }
    policy.ssrc.type = direction
    policy.window_size = UInt(replayWindow)
    return policy
}

/// Makes a libsrtp2 session under `key`, which is a master key followed by its salt, and notes
/// where its memory lies.
func create(
    _ session: inout srtp_t?, _ places: inout media_srtp_places, _ profile: SRTPProfile,
    _ key: UnsafeRawBufferPointer,
    _ direction: srtp_ssrc_type_t, _ replayWindow: Int
) -> srtp_err_status_t {
    var policy = streamPolicy(of: profile, direction, replayWindow: replayWindow)
    policy.allow_repeat_tx = 0
    // The library copies the key; it takes a mutable pointer but only reads.
    policy.key = UnsafeMutablePointer(
        mutating: key.baseAddress?.assumingMemoryBound(to: UInt8.self))
    return srtp_err_status_t(UInt32(media_srtp_create(&session, &policy, &places)))
}
