import MediaPipeline

/// What became of the packets that one side of a talk sent. All figures are integers.
public struct TalkTraffic: Hashable, Sendable, BitwiseCopyable {
    /// Packets that left the side.
    public internal(set) var packets: Int64 = 0
    /// Their UDP payloads in bytes, with the ChannelData header where there is one.
    public internal(set) var bytes: Int64 = 0
    /// Packets that relays sent on, each relay counted.
    public internal(set) var forwarded: Int64 = 0
    /// Their UDP payloads in bytes.
    public internal(set) var forwardedBytes: Int64 = 0
    /// Packets lost on the access links.
    public internal(set) var lostOnLinks: Int64 = 0
    /// Packets lost in relays that had more to send than they can.
    public internal(set) var lostInRelays: Int64 = 0
    /// Frames whose channel number or length was not what relay or client knew; they were dropped.
    public internal(set) var channelMismatches: Int64 = 0
    /// Packets that reached the other side before it had keys; they were dropped.
    public internal(set) var beforeKeys: Int64 = 0

    /// Nothing was sent.
    public init() {}
}

/// What came of a talk.
public struct TalkReport: Hashable, Sendable {
    /// What the offerer sent, received and heard.
    public internal(set) var offerer: MediaReport
    /// What the answerer sent, received and heard.
    public internal(set) var answerer: MediaReport
    /// What became of the offerer's packets.
    public internal(set) var fromOfferer: TalkTraffic
    /// What became of the answerer's packets.
    public internal(set) var fromAnswerer: TalkTraffic
    /// Slots that somebody kept; 0 unless there is a bug.
    public internal(set) var keptSlots: Int

    /// A hash of what both sends came to, by counts and sizes alone: no byte of any payload is in it,
    /// as encoded bytes may differ between processors.
    public var digest: UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for (report, traffic) in [(offerer, fromOfferer), (answerer, fromAnswerer)] {
            for figure in [
                report.mediaSent.datagrams, report.mediaSent.bytes,
                report.controlSent.datagrams, report.controlSent.bytes,
                report.mediaReceived.datagrams, report.mediaReceived.bytes,
                report.controlReceived.datagrams, report.playout.played,
                report.playout.recovered, report.playout.concealed, report.playout.late,
                report.rejected.total, traffic.packets, traffic.bytes, traffic.forwarded,
                traffic.forwardedBytes, traffic.lostOnLinks, traffic.lostInRelays,
            ] {
                hash = (hash ^ UInt64(bitPattern: figure)) &* 0x0000_0100_0000_01b3
                hash ^= hash >> 29
            }
        }
        return hash
    }
}
