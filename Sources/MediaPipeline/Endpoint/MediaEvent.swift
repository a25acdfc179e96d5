import MediaSecurity
import OpusCodec

/// Why one side of a call has no media.
public enum MediaFailure: Error, Hashable, Sendable {
    /// The handshake failed.
    case handshake(DTLSFailure)
    /// The keys could not be put to use.
    case protection(SRTPError)
    /// There is no memory for a codec, or it refuses its settings.
    case codec(OpusError)
}

/// What an endpoint tells its owner.
public enum MediaEvent: Hashable, Sendable {
    /// Keys have been agreed on under this profile; speech is sent from now on.
    case secured(SRTPProfile)
    /// There will be no media.
    case failed(MediaFailure)
    /// The first frame of the remote party is played.
    case heard
    /// The remote party said goodbye.
    case remoteLeft
}

/// Why a datagram was dropped.
public enum RejectionReason: UInt8, Hashable, Sendable, CaseIterable {
    /// It is empty or longer than ``MediaEndpoint/datagramLimit``.
    case size
    /// Its first byte belongs to no protocol spoken here (RFC 7983 §7).
    case unknownKind
    /// It is no whole DTLS record.
    case malformedHandshake
    /// It is DTLS, but the handshake is not open for any.
    case untimelyHandshake
    /// It is SRTP or SRTCP before there are keys.
    case beforeKeys
    /// It came after the call was closed.
    case afterClose
    /// Its authentication tag is wrong.
    case authentication
    /// Its index has been seen before or is too old to tell.
    case replay
    /// It is no SRTP or SRTCP packet.
    case malformedProtection
    /// The keys are used up, or the library refused it otherwise.
    case protection
    /// It authenticates, but is no RTP packet.
    case malformedPacket
    /// Its payload type was not agreed on.
    case payloadType
    /// Its source is not the one that was heard first.
    case source
    /// Its sequence number is out of range.
    case sequence
    /// Its payload is no Opus, or not of the agreed frame duration.
    case payload
    /// It authenticates, but is no compound RTCP packet.
    case malformedControl
}

/// Datagrams dropped, by reason; sums over calls by ``merge(_:)``.
public struct RejectionCounts: Hashable, Sendable {
    /// Empty as long as nothing was dropped, so that most calls need no memory for it.
    private var counts: [Int64] = []
    private static var reasonCount: Int { RejectionReason.allCases.count }

    /// Nothing was dropped.
    public init() {}

    /// Datagrams dropped for `reason`.
    public internal(set) subscript(reason: RejectionReason) -> Int64 {
        get { counts.isEmpty ? 0 : counts[Int(reason.rawValue)] }
        set {
            if counts.isEmpty {
                if newValue == 0 { return }
                counts = [Int64](repeating: 0, count: Self.reasonCount)
            }
            counts[Int(reason.rawValue)] = newValue
        }
    }

    /// Datagrams dropped for any reason.
    public var total: Int64 { counts.reduce(0, +) }

    /// The reasons for which datagrams were dropped, with their numbers, in order of the cases.
    public var nonzero: [(reason: RejectionReason, count: Int64)] {
        RejectionReason.allCases.map { ($0, self[$0]) }.filter { $0.count > 0 }
    }

    /// Adds the counts of another endpoint.
    public mutating func merge(_ other: RejectionCounts) {
        guard !counts.isEmpty else { return counts = other.counts }
        for index in other.counts.indices { counts[index] += other.counts[index] }
    }
}
