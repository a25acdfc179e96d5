import Quantities

/// How often a participant reports (RFC 3550 §6.2, §6.3.1, A.7), before randomisation.
public struct ControlInterval: Hashable, Sendable, BitwiseCopyable {
    /// Share of the session's bandwidth that reports of all participants take (RFC 3550 §6.2,
    /// RFC 3551 §2).
    public static var controlShare: Double { 0.05 }
    /// Share of the reports' bandwidth for senders, as long as they are at most this share of the
    /// members (RFC 3550 §6.2, A.7 `RTCP_SENDER_BW_FRACTION`).
    public static var senderShare: Double { 0.25 }
    /// The least interval between compounds, 5 s (RFC 3550 §6.2, RFC 3551 §2).
    public static var recommendedMinimum: SimDuration { .seconds(5) }

    /// Bytes per second that the reports of all participants may take.
    public var controlBandwidth: Double
    /// The least interval between compounds; half of it before the first.
    public var minimum: SimDuration
    /// Members of the session, oneself included, at least 1.
    public var members: Int
    /// Those of them who send media, oneself included.
    public var senders: Int
    /// Whether oneself sends media.
    public var isSender: Bool
    /// Whether no compound has been sent yet.
    public var isInitial: Bool
    /// The average size of compounds in bytes, headers of IP and UDP included.
    public var averageSize: Double

    /// The interval's inputs for a session of `sessionBandwidth`, of which reports take 5 %.
    public init(
        sessionBandwidth: Bitrate, averageSize: Double, members: Int, senders: Int,
        isSender: Bool, isInitial: Bool, minimum: SimDuration = recommendedMinimum
    ) {
        controlBandwidth = Double(sessionBandwidth.bitsPerSecond) / 8 * Self.controlShare
        self.averageSize = averageSize
        self.members = members
        self.senders = senders
        self.isSender = isSender
        self.isInitial = isInitial
        self.minimum = minimum
    }

    /// The reduced minimum for a session of `bandwidth`: 360 s ÷ kbit/s (RFC 3550 §6.2).
    public static func reducedMinimum(for bandwidth: Bitrate) -> SimDuration {
        SimDuration(seconds: 360_000 / Double(max(bandwidth.bitsPerSecond, 1)))
    }

    /// The deterministic interval in seconds, as A.7 computes it.
    public var seconds: Double {
        var bandwidth = controlBandwidth
        var sharing = members
        if Double(senders) <= Double(members) * Self.senderShare {
            bandwidth *= isSender ? Self.senderShare : 1 - Self.senderShare
            sharing = isSender ? senders : members - senders
        }
        let fair = bandwidth > 0 ? averageSize * Double(sharing) / bandwidth : 0
        return max(fair, minimum.seconds / (isInitial ? 2 : 1))
    }

    /// How long members may be silent before they are counted out: five intervals of a receiver,
    /// never halved (RFC 3550 §6.3.5).
    public var memberTimeout: SimDuration {
        var receiver = self
        receiver.isSender = false
        receiver.isInitial = false
        return SimDuration(seconds: 5 * receiver.seconds)
    }
}
