import Addressing
import ClosedForms
import MediaSecurity
import Quantities
import RTP
import STUN
import TURN
import Testing

@Suite struct PacketSizeTests {
    private func size(
        _ kilobits: Int64, _ path: PacketSize.Path, extensions: Int = 16,
        _ protection: PacketSize.Protection = .aes128CMSHA1, _ family: PacketSize.Family = .v4
    ) -> PacketSize {
        PacketSize(
            bitrate: .kilobitsPerSecond(kilobits), frame: .milliseconds(20),
            protection: protection, extensionByteCount: extensions, path: path, family: family)
    }

    @Test(arguments: [
        (Int64(24), PacketSize.Path.direct, 126.0, 50_400.0), (24, .channel, 130, 52_000),
        (32, .direct, 146, 58_400), (32, .channel, 150, 60_000), (24, .tcp, 156, 62_400),
        (32, .tcp, 176, 70_400),
    ])
    func `the planner's table is met`(
        kilobits: Int64, path: PacketSize.Path, bytes: Double, bitrate: Double
    ) {
        let size = size(kilobits, path)
        #expect(size.byteCount == bytes)
        #expect(size.bitsPerSecond == bitrate)
    }

    @Test func `what each choice adds`() {
        let plain = size(24, .direct).byteCount
        #expect(size(24, .direct, extensions: 0).byteCount == plain - 16)
        #expect(size(24, .direct, .aeadAES128GCM).byteCount == plain + 6)
        #expect(size(24, .direct, .aes128CMSHA1, .v6).byteCount == plain + 20)
    }

    @Test func `a codec with fractions of bytes has a mean`() {
        let size = PacketSize(
            bitrate: Bitrate(bitsPerSecond: 24_100), frame: .milliseconds(20),
            protection: .aes128CMSHA1, extensionByteCount: 0, path: .direct, family: .v4)
        #expect(size.byteCount == 110.25)
        #expect(size.bitsPerSecond == 44_100)
    }

    /// The constants here are those of the real protocols.
    @Test(arguments: [24, 25, 26, 27, 28] as [Int64], PacketSize.Protection.allCases)
    func `real packets have the computed sizes`(
        kilobits: Int64, protection: PacketSize.Protection
    ) {
        let profile: SRTPProfile =
            switch protection {
            case .aes128CMSHA1: .aes128CMSHA1
            case .aeadAES128GCM: .aeadAES128GCM
            }
        // 40 ms make whole bytes of any whole number of kbit/s.
        let payload = Int(kilobits) * 5
        let packet = 12 + AudioHeaderExtension.byteCount + payload + profile.overhead
        for (family, peer) in [
            (PacketSize.Family.v4, IPAddress(v4: 0xC000_0201)),
            (.v6, IPAddress(v6High: 0x2001_0db8_0000_0000, low: 1)),
        ] {
            var indication = MessageBuilder(
                .indication, .send, id: TransactionID(high: 0, low: 0), capacity: 512)
            indication.add(.xorPeerAddress, TransportAddress(peer, port: 4000))
            indication.add(.data, [UInt8](repeating: 7, count: packet))
            let headers = family.headerByteCount
            let expected: [PacketSize.Path: Int] = [
                .direct: headers + 8 + packet,
                .channel: headers + 8 + ChannelData.byteCount(of: packet, over: .udp),
                .indication: headers + 8 + indication.finish().count,
                .tcp: headers + 32 + ChannelData.byteCount(of: packet, over: .tcp),
            ]
            for path in PacketSize.Path.allCases {
                let size = PacketSize(
                    bitrate: .kilobitsPerSecond(kilobits), frame: .milliseconds(40),
                    protection: protection, extensionByteCount: AudioHeaderExtension.byteCount,
                    path: path, family: family)
                #expect(size.byteCount == Double(expected[path]!), "\(path)")
            }
        }
    }
}

@Suite struct RelayTrafficTests {
    @Test func `an hour of a call at 52 kbit/s is 23,4 MB`() {
        #expect(RelayTraffic.byteCount(callHours: 1, bitrate: .kilobitsPerSecond(52)) == 23.4e6)
    }

    @Test func `each part of the volume costs the price of its step`() throws {
        let tariff = try #require(
            Tariff([
                .init(from: 0, price: 0), .init(from: 1000, price: 0.05),
                .init(from: 5000, price: 0.03),
            ]))
        #expect(tariff.cost(of: 999e9) == 0)
        #expect(agree(tariff.cost(of: 3000e9), 100))
        #expect(agree(tariff.cost(of: 6000e9), 230))
    }

    @Test func `steps begin at nothing and rise`() {
        #expect(Tariff([]) == nil)
        #expect(Tariff([.init(from: 1, price: 1)]) == nil)
        #expect(Tariff([.init(from: 0, price: 1), .init(from: 0, price: 2)]) == nil)
    }
}
