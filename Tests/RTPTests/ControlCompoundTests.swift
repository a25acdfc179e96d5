import Quantities
import RTP
import Testing

@Suite struct ControlCompoundTests {
    private static let block = ReportBlock(
        source: 7, fractionLost: 12, cumulativeLost: -3, extendedHighest: 0x1_ffff, jitter: 99,
        lastSenderReport: 0xaabb_ccdd, delaySinceLastSenderReport: 0x1_0000)
    private static let information = SenderInformation(
        ntp: NTPTimestamp(rawValue: 0x0123_4567_89ab_cdef), timestamp: 0xdead_beef,
        packetCount: 5, octetCount: 600)

    @Test(arguments: [nil, block], [true, false])
    func `the bytes are those that the general writer makes`(
        block: ReportBlock?, isSender: Bool
    ) throws {
        for length in 0...16 {
            let name = [UInt8]((0..<UInt8(length)).map { 65 + $0 })
            var general = ControlWriter()
            let blocks = block.map { [$0] } ?? []
            general.append(
                isSender
                    ? .senderReport(source: 42, Self.information, blocks: blocks)
                    : .receiverReport(source: 42, blocks: blocks))
            general.append(
                .sourceDescription(canonicalNames: [CanonicalName(source: 42, name: name)]))
            general.append(.goodbye(sources: [42]))
            var memory = [UInt8](repeating: 0xee, count: ControlCompound.byteLimit)
            let count = memory.withUnsafeMutableBytes { buffer in
                var compound = ControlCompound(in: buffer)
                if isSender {
                    compound.append(senderReportOf: 42, Self.information, block: block)
                } else {
                    compound.append(receiverReportOf: 42, block: block)
                }
                name.withUnsafeBytes { compound.append(canonicalName: $0, of: 42) }
                compound.append(goodbyeOf: 42)
                return compound.count
            }
            #expect(Array(memory[..<count]) == general.bytes)
        }
    }
}
