/// How many packets one master key may serve in one direction (RFC 3711 §9.2, RFC 7714 §14.1).
public struct SRTPKeyLifetime: Hashable, Sendable {
    /// RTP packets, 1…2^48.
    public var packets: Int64
    /// Compound RTCP packets, 1…2^31.
    public var controlPackets: Int64

    /// As many packets as given.
    public init(packets: Int64, controlPackets: Int64) {
        self.packets = packets
        self.controlPackets = controlPackets
    }

    /// What RFC 3711 §9.2 allows at most: 178,000 years of speech at 50 packets a second, and 340
    /// years of reports every 5 s.
    public static var maximum: SRTPKeyLifetime {
        SRTPKeyLifetime(packets: 1 << 48, controlPackets: 1 << 31)
    }

    var isValid: Bool {
        1...Self.maximum.packets ~= packets && 1...Self.maximum.controlPackets ~= controlPackets
    }
}
