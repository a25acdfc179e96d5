import CMediaShim
import CSRTP

/// SRTP and SRTCP of one call (RFC 3711, RFC 7714): protects what is sent with the local keys and
/// unprotects what arrives with the remote ones, in place.
///
/// The library's copies of the keys are cleansed when the session ends, whichever way. It holds
/// raw pointers, but has one owner, so it may move between threads.
public struct SRTPSession: ~Copyable, @unchecked Sendable {
    /// Packets of reordering that the replay check tolerates by default; RFC 3711 §3.3.2 asks for
    /// at least 64.
    public static var defaultReplayWindow: Int { 128 }

    /// The profile in force.
    public let profile: SRTPProfile

    /// What has happened so far.
    public private(set) var counters = SRTPCounters()

    private let outbound: srtp_t
    private let inbound: srtp_t
    private var outboundPlaces: media_srtp_places
    private var inboundPlaces: media_srtp_places
    private var outboundLeft: SRTPKeyLifetime
    private var inboundLeft: SRTPKeyLifetime
    private let releases: KeyReleases?

    /// A session under `keys`, which are cleansed before this returns.
    ///
    /// - Precondition: `replayWindow` is in 64..<32768 packets and `lifetime` within RFC 3711's.
    /// - Throws: `library` when libsrtp2 cannot be initialised or has no memory.
    public init(
        keys: consuming SRTPKeys, replayWindow: Int = SRTPSession.defaultReplayWindow,
        lifetime: SRTPKeyLifetime = .maximum
    ) throws(SRTPError) {
        precondition(64..<0x8000 ~= replayWindow, "a replay window has 64 to 32767 packets")
        precondition(lifetime.isValid, "a key's lifetime is not \(lifetime)")
        let initialized = media_srtp_initialize()
        guard initialized == 0 else { throw .library(UInt32(truncatingIfNeeded: initialized)) }
        let profile = keys.profile
        var places = (media_srtp_places(), media_srtp_places())
        var (made, status): ((srtp_t?, srtp_t?), srtp_err_status_t) = keys.withKeys {
            local, remote in
            var sessions: (srtp_t?, srtp_t?)
            var status = create(
                &sessions.0, &places.0, profile, local, ssrc_any_outbound, replayWindow)
            if status == srtp_err_status_ok {
                status = create(
                    &sessions.1, &places.1, profile, remote, ssrc_any_inbound, replayWindow)
            }
            return (sessions, status)
        }
        guard let outbound = made.0, let inbound = made.1 else {
            if let outbound = made.0 { srtp_dealloc(outbound) }
            if status == srtp_err_status_ok { status = srtp_err_status_fail }
            throw SRTPError(status)
        }
        self.profile = profile
        self.outbound = outbound
        self.inbound = inbound
        (outboundPlaces, inboundPlaces) = places
        (outboundLeft, inboundLeft) = (lifetime, lifetime)
        releases = keys.releases
    }

    deinit {
        guard let releases else { return SRTPSession.free(outbound, inbound) }
        releases.look { SRTPSession.free(outbound, inbound) }
    }

    private static func free(_ outbound: srtp_t, _ inbound: srtp_t) {
        srtp_dealloc(outbound)
        srtp_dealloc(inbound)
    }

    /// Asks for the memory that the next ``protect(_:count:)`` touches, without waiting for it: with
    /// thousands of sessions in turn, call it one session ahead.
    ///
    /// Mutating, though nothing changes: what is only read the compiler copies first, and so waits
    /// for.
    @inline(__always)
    public mutating func prefetchOutbound() {
        media_srtp_prefetch(&outboundPlaces)
    }

    /// Asks for the memory that the next ``unprotect(_:count:)`` touches, without waiting for it.
    /// Mutating as ``prefetchOutbound()`` is.
    @inline(__always)
    public mutating func prefetchInbound() {
        media_srtp_prefetch(&inboundPlaces)
    }

    /// Protects the RTP packet in the first `count` bytes of `buffer` and returns its new count,
    /// `profile.overhead` more.
    ///
    /// - Precondition: `buffer` has room for the result.
    /// - Throws: `malformed` unless the bytes are an RTP packet; `replayFail` or `replayOld` when
    ///   the sequence number has been used; `keyExpired` when the keys' lifetime is over.
    public mutating func protect(
        _ buffer: UnsafeMutableRawBufferPointer, count: Int
    ) throws(SRTPError) -> Int {
        precondition(buffer.count >= count + profile.overhead, "no room for the tag")
        guard PacketForm.isRTP(UnsafeRawBufferPointer(buffer), count: count) else {
            throw reject(.malformed)
        }
        guard outboundLeft.packets > 0 else { throw reject(.keyExpired) }
        var bytes = Int32(count)
        let status = srtp_protect(outbound, buffer.baseAddress, &bytes)
        guard status == srtp_err_status_ok else { throw reject(SRTPError(status)) }
        if outboundPlaces.knows_stream == 0 { media_srtp_note_stream(outbound, &outboundPlaces) }
        outboundLeft.packets -= 1
        counters.protected += 1
        return Int(bytes)
    }

    /// Authenticates and decrypts the SRTP packet in the first `count` bytes of `buffer` and
    /// returns the count of the RTP packet. After an error the bytes are worthless.
    public mutating func unprotect(
        _ buffer: UnsafeMutableRawBufferPointer, count: Int
    ) throws(SRTPError) -> Int {
        precondition(buffer.count >= count, "the packet is longer than its buffer")
        let text = count - profile.overhead
        guard PacketForm.isRTP(UnsafeRawBufferPointer(buffer), count: text) else {
            throw reject(.malformed)
        }
        guard inboundLeft.packets > 0 else { throw reject(.keyExpired) }
        var bytes = Int32(count)
        let status = srtp_unprotect(inbound, buffer.baseAddress, &bytes)
        guard status == srtp_err_status_ok else { throw reject(SRTPError(status)) }
        if inboundPlaces.knows_stream == 0 { media_srtp_note_stream(inbound, &inboundPlaces) }
        inboundLeft.packets -= 1
        counters.accepted += 1
        return Int(bytes)
    }

    /// Protects the compound RTCP packet in the first `count` bytes of `buffer` and returns its
    /// new count, `profile.controlOverhead` more.
    ///
    /// - Precondition: `buffer` has room for the result.
    /// - Throws: `malformed` unless the bytes are an RTCP packet; `keyExpired` when the keys'
    ///   lifetime is over.
    public mutating func protectControl(
        _ buffer: UnsafeMutableRawBufferPointer, count: Int
    ) throws(SRTPError) -> Int {
        precondition(buffer.count >= count + profile.controlOverhead, "no room for the tag")
        guard PacketForm.isRTCP(UnsafeRawBufferPointer(buffer), count: count) else {
            throw reject(.malformed)
        }
        guard outboundLeft.controlPackets > 0 else { throw reject(.keyExpired) }
        var bytes = Int32(count)
        let status = srtp_protect_rtcp(outbound, buffer.baseAddress, &bytes)
        guard status == srtp_err_status_ok else { throw reject(SRTPError(status)) }
        outboundLeft.controlPackets -= 1
        counters.protected += 1
        return Int(bytes)
    }

    /// Authenticates and decrypts the SRTCP packet in the first `count` bytes of `buffer` and
    /// returns the count of the RTCP packet. After an error the bytes are worthless.
    public mutating func unprotectControl(
        _ buffer: UnsafeMutableRawBufferPointer, count: Int
    ) throws(SRTPError) -> Int {
        precondition(buffer.count >= count, "the packet is longer than its buffer")
        let text = count - profile.controlOverhead
        guard PacketForm.isRTCP(UnsafeRawBufferPointer(buffer), count: text) else {
            throw reject(.malformed)
        }
        guard inboundLeft.controlPackets > 0 else { throw reject(.keyExpired) }
        var bytes = Int32(count)
        let status = srtp_unprotect_rtcp(inbound, buffer.baseAddress, &bytes)
        guard status == srtp_err_status_ok else { throw reject(SRTPError(status)) }
        inboundLeft.controlPackets -= 1
        counters.accepted += 1
        return Int(bytes)
    }

    private mutating func reject(_ error: SRTPError) -> SRTPError {
        counters.countRejection(error)
        return error
    }
}
