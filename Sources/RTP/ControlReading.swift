/// Reads compound RTCP packets into values (RFC 3550 §6.1, A.2); ``CompoundView`` reads in place.
public enum ControlReader {
    /// The packets in `bytes`, in order.
    ///
    /// - Throws: the first ``ControlError`` found; a compound is taken whole or not at all.
    public static func packets(
        in bytes: UnsafeRawBufferPointer
    ) throws(ControlError) -> [ControlPacket] {
        var packets: [ControlPacket] = []
        for part in try CompoundView(bytes) { packets.append(ControlPacket(part)) }
        return packets
    }

    /// The packets in `bytes`, in order.
    ///
    /// - Throws: as for raw bytes.
    public static func packets(in bytes: [UInt8]) throws(ControlError) -> [ControlPacket] {
        try bytes.withUnsafeBufferPointer { buffer throws(ControlError) in
            try packets(in: UnsafeRawBufferPointer(buffer))
        }
    }
}

extension ControlPacket {
    init(_ part: ControlPart) {
        switch part {
        case .senderReport(let source, let information, let blocks):
            self = .senderReport(source: source, information, blocks: Array(blocks))
        case .receiverReport(let source, let blocks):
            self = .receiverReport(source: source, blocks: Array(blocks))
        case .sourceDescription(let items):
            self = .sourceDescription(
                canonicalNames: items.filter { $0.type == DescriptionType.canonicalName }
                    .map { CanonicalName(source: $0.source, name: Array($0.text)) })
        case .goodbye(let sources, _): self = .goodbye(sources: Array(sources))
        case .application: self = .other(type: ControlType.application)
        case .feedback(let feedback): self = .other(type: feedback.type)
        case .other(let type): self = .other(type: type)
        }
    }
}
