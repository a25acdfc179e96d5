/// Writes compound RTCP packets into an array (RFC 3550 §6.1); ``CompoundWriter`` writes into
/// memory of its caller.
///
/// A compound starts with a report; `append` keeps the order of the calls.
public struct ControlWriter: Sendable {
    /// The longest compound, in bytes: more than any that fits a datagram.
    public static var byteLimit: Int { 2048 }

    /// The compound so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty compound.
    public init() {}

    /// Appends `packet`.
    ///
    /// - Precondition: at most 31 blocks, sources or names; the first packet is a report; an
    ///   uninterpreted packet cannot be written; the compound has at most ``byteLimit`` bytes.
    public mutating func append(_ packet: ControlPacket) {
        precondition(
            !bytes.isEmpty || packet.isReport, "a compound starts with a report")
        bytes += [UInt8](unsafeUninitializedCapacity: Self.byteLimit - bytes.count) {
            buffer, count in
            var writer = CompoundWriter(UnsafeMutableRawBufferPointer(buffer), isReducedSize: true)
            do {
                try writer.append(packet)
            } catch {
                preconditionFailure("a compound has at most \(Self.byteLimit) bytes")
            }
            count = writer.count
        }
    }
}

extension ControlPacket {
    var isReport: Bool {
        switch self {
        case .senderReport, .receiverReport: true
        case .sourceDescription, .goodbye, .other: false
        }
    }
}

extension CompoundWriter {
    mutating func append(_ packet: ControlPacket) throws(PacketError) {
        switch packet {
        case .senderReport(let source, let information, let blocks):
            try appendSenderReport(source: source, information, blocks: blocks)
        case .receiverReport(let source, let blocks):
            try appendReceiverReport(source: source, blocks: blocks)
        case .sourceDescription(let names): try appendSourceDescription(names)
        case .goodbye(let sources): try appendGoodbye(sources: sources)
        case .other(let type):
            preconditionFailure("an RTCP packet of type \(type) has no content to write")
        }
    }
}
