import Quantities

/// How much a party sends on average, from a corpus.
public struct SpeechFigures: Hashable, Sendable {
    /// The span of a frame.
    public let frameDuration: SimDuration
    /// Frames counted.
    public private(set) var frames: Int64 = 0
    /// Frames during the party's turns.
    public private(set) var spokenFrames: Int64 = 0
    /// Packets sent: frames that DTX did not withhold.
    public private(set) var packets: Int64 = 0
    /// Bytes of Opus in the packets.
    public private(set) var payloadBytes: Int64 = 0
    /// Packets that hold a coarse copy of the frame before.
    public private(set) var redundantPackets: Int64 = 0

    init(frameDuration: SimDuration) {
        self.frameDuration = frameDuration
    }

    mutating func count(_ frame: SpeechCorpus.Frame) {
        frames += 1
        spokenFrames += frame.isSpoken ? 1 : 0
        guard frame.count > 0 else { return }
        packets += 1
        payloadBytes += Int64(frame.count)
        redundantPackets += frame.hasRedundancy ? 1 : 0
    }

    /// Packets a second.
    public var packetRate: Double {
        frames == 0 ? 0 : Double(packets) / (Double(frames) * frameDuration.seconds)
    }

    /// Mean bytes of Opus in a packet.
    public var meanPayload: Double {
        packets == 0 ? 0 : Double(payloadBytes) / Double(packets)
    }

    /// Share of the packets from which the one before can be recovered, 0…1.
    public var redundancy: Double {
        packets == 0 ? 0 : Double(redundantPackets) / Double(packets)
    }
}
