import CMediaShim
import CSRTP
import RandomStreams
import Testing

@testable import MediaSecurity

/// The ciphers put into libsrtp2 make the same packets as the ones it came with, and take the same.
///
/// Each test runs in a process of its own, where nothing has replaced the library's ciphers yet:
/// sessions made before the replacement keep them.
@Suite struct CipherReplacementTests {
    @Test func `packets are byte for byte those of the library's own ciphers`() async {
        await #expect(processExitsWith: .success) {
            precondition(media_srtp_initialize_library() == 0)
            let originals = SRTPProfile.allCases.map { OriginalSession($0) }
            for original in originals { try compareProtection(original) }
        }
    }

    @Test func `what is lost, late, repeated, altered or cut is taken and refused alike`() async {
        await #expect(processExitsWith: .success) {
            precondition(media_srtp_initialize_library() == 0)
            let originals = SRTPProfile.allCases.map { OriginalSession($0) }
            for original in originals { try compareAcceptance(original) }
        }
    }
}

/// Both directions of libsrtp2, under one key, with whatever ciphers the library had when it was
/// made.
private final class OriginalSession {
    let profile: SRTPProfile
    let key: [UInt8]
    private let outbound: srtp_t
    private let inbound: srtp_t

    init(_ profile: SRTPProfile) {
        self.profile = profile
        var bytes = stream(UInt64(profile.rawValue), purpose: 901)
        key = bytes.nextBytes(profile.keyByteCount + profile.saltByteCount)
        outbound = Self.make(profile, key, ssrc_any_outbound)
        inbound = Self.make(profile, key, ssrc_any_inbound)
    }

    private static func make(
        _ profile: SRTPProfile, _ key: [UInt8], _ direction: srtp_ssrc_type_t
    ) -> srtp_t {
        var policy = streamPolicy(of: profile, direction, replayWindow: 128)
        var (key, session): ([UInt8], srtp_t?) = (key, nil)
        key.withUnsafeMutableBufferPointer { bytes in
            policy.key = bytes.baseAddress
            precondition(srtp_create(&session, &policy) == srtp_err_status_ok)
        }
        return session!
    }

    deinit {
        srtp_dealloc(outbound)
        srtp_dealloc(inbound)
    }

    func protect(_ packet: [UInt8], isControl: Bool) -> [UInt8] {
        var buffer = packet + [UInt8](repeating: 0, count: profile.controlOverhead)
        var count = Int32(packet.count)
        let status =
            isControl
            ? srtp_protect_rtcp(outbound, &buffer, &count)
            : srtp_protect(outbound, &buffer, &count)
        precondition(status == srtp_err_status_ok)
        return Array(buffer.prefix(Int(count)))
    }

    /// The packet within `packet`, nil when it is refused.
    func unprotect(_ packet: [UInt8], isControl: Bool) -> [UInt8]? {
        var buffer = packet
        var count = Int32(packet.count)
        let status =
            isControl
            ? srtp_unprotect_rtcp(inbound, &buffer, &count)
            : srtp_unprotect(inbound, &buffer, &count)
        return status == srtp_err_status_ok ? Array(buffer.prefix(Int(count))) : nil
    }
}

/// Packets of all shapes from three sources, their sequence numbers wrapping around.
private struct PacketMill {
    var noise = stream(31)
    private var sequences: [UInt16] = [65_000, 0, 32_768]
    private var step = 0

    init() {}

    mutating func next() -> (packet: [UInt8], isControl: Bool) {
        defer { step += 1 }
        let source = Int(noise.nextInteger(below: 3))
        let ssrc = UInt32(0xCAFE_BABE) &+ UInt32(source)
        if step % 10 == 9 {
            var packet = hex("81c8000b") + ssrc.bigEndianBytes
            packet += noise.nextBytes(4 * Int(noise.nextInteger(below: 40)))
            return (packet, true)
        }
        let payload = noise.nextBytes(Int(noise.nextInteger(below: 300)))
        var packet = rtp(sequences[source], ssrc: ssrc, payload: [])
        sequences[source] &+= UInt16(1 + noise.nextInteger(below: 60))
        let contributors = step % 3 == 0 ? Int(noise.nextInteger(below: 16)) : 0
        packet[0] |= UInt8(contributors)
        packet += noise.nextBytes(4 * contributors)
        if step % 5 == 0 {
            let words = Int(noise.nextInteger(below: 12))
            packet[0] |= 0x10
            packet += [0xBE, 0xDE, 0, UInt8(words)] + noise.nextBytes(4 * words)
        }
        return (packet + payload, false)
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> UInt32($0)) }
    }
}

/// Sends the same packets through `original` and through a session with replaced ciphers.
private func compareProtection(_ original: OriginalSession) throws {
    let key = original.key
    var session = try SRTPSession(keys: makeKeys(original.profile, local: key, remote: key))
    var mill = PacketMill()
    for step in 0..<6000 {
        let (packet, isControl) = mill.next()
        var ours = packet
        if isControl {
            try session.protectControl(&ours)
        } else {
            try session.protect(&ours)
        }
        precondition(ours == original.protect(packet, isControl: isControl), "packet \(step)")
    }
}

/// Sends the same packets, as a bad network delivers them, to `original` and to a session with
/// replaced ciphers.
private func compareAcceptance(_ original: OriginalSession) throws {
    let key = original.key
    var session = try SRTPSession(keys: makeKeys(original.profile, local: key, remote: key))
    var mill = PacketMill()
    var sent: [(packet: [UInt8], isControl: Bool)] = []
    for _ in 0..<4000 {
        let (packet, isControl) = mill.next()
        sent.append((original.protect(packet, isControl: isControl), isControl))
    }
    var (accepted, refused) = (0, 0)
    for step in 0..<8000 {
        // Mostly onwards, but up to 400 packets back.
        let back = step % 3 == 0 ? Int(mill.noise.nextInteger(below: 400)) : 0
        var (packet, isControl) = sent[max(0, step / 2 - back)]
        switch mill.noise.nextInteger(below: 10) {
        case 0: packet[Int(mill.noise.nextInteger(below: UInt64(packet.count)))] ^= 0x10
        case 1: packet.removeLast(1 + Int(mill.noise.nextInteger(below: 8)))
        default: break
        }
        var ours = packet
        var opened: [UInt8]?
        do throws(SRTPError) {
            if isControl {
                try session.unprotectControl(&ours)
            } else {
                try session.unprotect(&ours)
            }
            opened = ours
        } catch {}
        precondition(
            opened == original.unprotect(packet, isControl: isControl), "delivery \(step)")
        if opened == nil { refused += 1 } else { accepted += 1 }
    }
    precondition(accepted > 2000 && refused > 2000, "\(accepted) accepted, \(refused) refused")
}
