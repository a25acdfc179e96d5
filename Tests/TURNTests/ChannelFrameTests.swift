import Addressing
import TURN
import Testing

/// ChannelData written and checked where a packet lies.
@Suite struct ChannelFrameTests {
    private func framed(
        _ count: Int, over transport: TransportProtocol
    ) -> (bytes: [UInt8], length: Int) {
        var bytes = [UInt8](repeating: 0xee, count: 64)
        for index in 0..<count { bytes[4 + index] = UInt8(index) }
        let length = bytes.withUnsafeMutableBytes {
            ChannelData.frame($0, dataByteCount: count, channel: 0x4abc, over: transport)
        }
        return (Array(bytes[..<length]), length)
    }

    @Test(arguments: [TransportProtocol.udp, .tcp, .tls], 0...40)
    func `what is framed in place is the server's own ChannelData and reads back`(
        _ transport: TransportProtocol, _ count: Int
    ) {
        let (bytes, length) = framed(count, over: transport)
        #expect(length == ChannelData.byteCount(of: count, over: transport))
        #expect(bytes[..<4] == [0x4a, 0xbc, 0, UInt8(count)])
        #expect(bytes[4..<4 + count].elementsEqual((0..<count).map { UInt8($0) }))
        #expect(bytes[(4 + count)...].allSatisfy { $0 == 0 })
        bytes.withUnsafeBytes {
            #expect(
                ChannelData.dataByteCount(in: $0, channel: 0x4abc, over: transport) == count)
            #expect(ChannelData.dataByteCount(in: $0, channel: 0x4abd, over: transport) == nil)
        }
    }

    @Test(arguments: [TransportProtocol.udp, .tcp])
    func `a frame cut short anywhere is refused`(_ transport: TransportProtocol) {
        let (bytes, length) = framed(21, over: transport)
        for cut in 0..<(transport == .udp ? 25 : length) {
            bytes[..<cut].withUnsafeBytes {
                #expect(
                    ChannelData.dataByteCount(in: $0, channel: 0x4abc, over: transport) == nil)
            }
        }
    }
}

@Suite struct RegisteredNumberTests {
    @Test func `ports and channel numbers are the registered ones`() {
        let configuration = Exchange.configuration()
        #expect(configuration.port == 3478 && configuration.securePort == 5349)
        #expect(ChannelData.numbers == 0x4000...0x4FFF)
        #expect(configuration.firstRelayedPort == 49_152)
    }
}
