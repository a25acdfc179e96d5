/// Writes compound RTCP packets (RFC 3550 §6.1).
///
/// A compound starts with a report; `append` keeps the order of the calls.
public struct ControlWriter: Sendable {
    /// The compound so far.
    public private(set) var bytes: [UInt8] = []

    /// An empty compound.
    public init() {
        bytes.reserveCapacity(128)
    }

    /// Forgets the compound, keeping its storage.
    public mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    /// Appends `packet`.
    ///
    /// - Precondition: at most 31 blocks, sources or names; the first packet is a report; an
    ///   uninterpreted packet cannot be written.
    public mutating func append(_ packet: ControlPacket) {
        switch packet {
        case .senderReport(let source, let information, let blocks):
            let start = begin(ControlType.senderReport, count: blocks.count)
            put(source)
            put(information.ntp.rawValue)
            put(information.timestamp)
            put(information.packetCount)
            put(information.octetCount)
            for block in blocks { put(block) }
            end(start)
        case .receiverReport(let source, let blocks):
            let start = begin(ControlType.receiverReport, count: blocks.count)
            put(source)
            for block in blocks { put(block) }
            end(start)
        case .sourceDescription(let names):
            let start = begin(ControlType.sourceDescription, count: names.count)
            for name in names { put(name) }
            end(start)
        case .goodbye(let sources):
            let start = begin(ControlType.goodbye, count: sources.count)
            for source in sources { put(source) }
            end(start)
        case .other(let type):
            preconditionFailure("an RTCP packet of type \(type) has no content to write")
        }
    }

    private mutating func begin(_ type: UInt8, count: Int) -> Int {
        precondition(count <= 31, "an RTCP packet counts its parts in 5 bits")
        precondition(
            !bytes.isEmpty || type == ControlType.senderReport
                || type == ControlType.receiverReport, "a compound starts with a report")
        let start = bytes.count
        bytes.append(PacketHeader.version << 6 | UInt8(count))
        bytes.append(type)
        put(UInt16(0))
        return start
    }

    private mutating func end(_ start: Int) {
        let words = (bytes.count - start) / 4 - 1
        bytes[start + 2] = UInt8(words >> 8)
        bytes[start + 3] = UInt8(words & 0xff)
    }

    private mutating func put<T: FixedWidthInteger>(_ value: T) {
        var shift = T.bitWidth
        while shift > 0 {
            shift -= 8
            bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
        }
    }

    private mutating func put(_ block: ReportBlock) {
        let lost = min(max(block.cumulativeLost, -(1 << 23)), 1 << 23 - 1)
        put(block.source)
        put(UInt32(block.fractionLost) << 24 | UInt32(bitPattern: lost) & 0xff_ffff)
        put(block.extendedHighest)
        put(block.jitter)
        put(block.lastSenderReport)
        put(block.delaySinceLastSenderReport)
    }

    private mutating func put(_ name: CanonicalName) {
        let start = bytes.count
        put(name.source)
        bytes.append(1)
        bytes.append(UInt8(name.name.count))
        bytes += name.name
        repeat { bytes.append(0) } while (bytes.count - start) % 4 != 0
    }
}
