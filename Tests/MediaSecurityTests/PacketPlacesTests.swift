import CMediaShim
import CSRTP
import Testing

@testable import MediaSecurity

@Suite struct PacketPlacesTests {
    /// A session for what is sent, with the places that were noted when it was made.
    private static func session(_ profile: SRTPProfile) -> (srtp_t, media_srtp_places) {
        precondition(media_srtp_initialize() == 0)
        var policy = streamPolicy(of: profile, ssrc_any_outbound, replayWindow: 128)
        var key = [UInt8](0..<30)
        var made: srtp_t?
        var places = media_srtp_places()
        let status = key.withUnsafeMutableBufferPointer { key in
            policy.key = key.baseAddress
            return media_srtp_create(&made, &policy, &places)
        }
        guard status == 0, let made else { preconditionFailure("no session: \(status)") }
        return (made, places)
    }

    private static func lines(_ places: media_srtp_places) -> [Int32] {
        withUnsafeBytes(of: places.lines) { lines in
            Array(lines.bindMemory(to: Int32.self).prefix(Int(places.count)))
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `the places of a stream are noted once it is there, each line once`(
        profile: SRTPProfile
    ) {
        let (session, made) = Self.session(profile)
        defer { srtp_dealloc(session) }
        #expect(made.context_lines > 0 && made.knows_stream == 0)
        #expect(!Self.lines(made).isEmpty)

        var places = made
        media_srtp_note_stream(session, &places)
        #expect(places.knows_stream == 1, "there is no stream yet, and it is not looked for again")
        #expect(Self.lines(places) == Self.lines(made))

        var packet = [UInt8](repeating: 0, count: 64)
        packet[0] = 0x80
        var count: Int32 = 40
        #expect(srtp_protect(session, &packet, &count) == srtp_err_status_ok)
        media_srtp_note_stream(session, &places)
        let lines = Self.lines(places)
        #expect(Set(lines).count == lines.count)
        #expect(lines.count <= MEDIA_SRTP_LINES)
        // The only version whose streams are known.
        if srtp_get_version() == 0x0205_0000 { #expect(lines.count > Self.lines(made).count) }
        // Nothing happens but that memory comes near.
        media_srtp_prefetch(&places)
    }
}
