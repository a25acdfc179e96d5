import MediaPipeline
import MediaSecurity
import Quantities
import Testing

@Suite struct HostileDatagramTests {
    /// A call of 3 s with the SRTP packets of the first party that its path carried.
    private func call() throws -> (CallPair, [[UInt8]]) {
        let pair = try CallPair()
        pair.run(for: .seconds(3))
        let packets = pair.seen.filter { $0.fromFirst && $0.bytes[0] >> 6 == 2 }.map(\.bytes)
        return (pair, packets)
    }

    @Test func `every kind of rubbish is counted under its reason and changes nothing`() throws {
        let (pair, packets) = try call()
        let sample = try #require(packets.last)
        pair.inject([], toFirst: false)
        pair.inject([UInt8](repeating: 0x80, count: 1501), toFirst: false)
        pair.inject([0, 1, 2, 3], toFirst: false)
        pair.inject([22, 0xfe, 0xfd, 0], toFirst: false)
        pair.inject([0x80, 0x6f, 0, 1], toFirst: false)
        pair.inject(sample, toFirst: false)
        var altered = sample
        altered[40] ^= 1
        pair.inject(altered, toFirst: false)
        pair.run(for: .seconds(1))
        let report = pair.close().second
        #expect(report.rejected[.size] == 2)
        #expect(report.rejected[.unknownKind] == 1)
        #expect(report.rejected[.malformedHandshake] == 1)
        #expect(report.rejected[.malformedProtection] == 1)
        #expect(report.rejected[.authentication] + report.rejected[.replay] == 2)
        #expect(report.rejected.total == 7)
        #expect(report.packetsLost == 0 && report.playout.concealed == 0)
    }

    @Test func `an SRTP packet with any bit altered is rejected`() throws {
        let (pair, _) = try call()
        // A packet on its way, not yet seen by the receiver.
        var fresh: [UInt8]?
        while fresh == nil {
            let before = pair.seen.count
            pair.run(for: .milliseconds(20))
            fresh = pair.seen[before...].first { $0.fromFirst && $0.bytes[0] >> 6 == 2 }?.bytes
        }
        let packet = try #require(fresh)
        let received = pair.second
        for bit in 0..<packet.count * 8 {
            var altered = packet
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            pair.inject(altered, toFirst: false)
        }
        #expect(received.phase == .secured)
        pair.run(for: .milliseconds(500))
        let report = pair.close().second
        #expect(report.rejected.total == Int64(packet.count * 8))
        #expect(report.packetsLost == 0)
    }

    @Test func `a recording of the whole call played again is rejected to the last packet`() throws
    {
        let (pair, packets) = try call()
        pair.run(for: .milliseconds(100))
        for packet in packets { pair.inject(packet, toFirst: false) }
        let report = pair.close().second
        #expect(report.rejected[.replay] == Int64(packets.count))
    }

    @Test func `packets cut at any length are rejected`() throws {
        let (pair, packets) = try call()
        let packet = try #require(packets.last)
        for count in 0..<packet.count {
            pair.inject(Array(packet[..<count]), toFirst: false)
        }
        #expect(pair.close().second.rejected.total == Int64(packet.count))
    }

    @Test func `random bytes in every protocol's range never trap`() throws {
        let (pair, _) = try call()
        var randomness = stream(40)
        for _ in 0..<5000 {
            let count = 1 + Int(randomness.nextInteger(below: 120))
            pair.inject(randomness.nextBytes(count), toFirst: randomness.nextBool(probability: 0.5))
        }
        pair.run(for: .seconds(1))
        #expect(pair.first.phase == .secured && pair.second.phase == .secured)
        let (ours, theirs) = pair.close()
        #expect(ours.rejected.total + theirs.rejected.total >= 4500)
        #expect(ours.playout.concealed == 0 && theirs.playout.concealed == 0)
    }

    @Test func `speech before keys and anything after the end is counted`() throws {
        let (donor, packets) = try call()
        _ = donor.close()
        var settings = CallPair.Settings()
        settings.seed = 2
        let pair = try CallPair(settings)
        pair.inject(packets[0], toFirst: false)
        pair.run(for: .seconds(1))
        let report = pair.close().second
        #expect(report.rejected[.beforeKeys] == 1)
        pair.inject(packets[0], toFirst: false)
        #expect(pair.close().second.rejected[.afterClose] == 1)
    }

    @Test func `goodbye is told, closing twice gives one report and no timer is left`() throws {
        let (pair, _) = try call()
        let first = pair.first.close(at: pair.now)
        pair.run(for: .milliseconds(1))
        #expect(pair.first.nextTimeout == nil)
        pair.run(for: .milliseconds(200))
        #expect(pair.time(fromFirst: false) { $0 == .remoteLeft } != nil)
        #expect(pair.first.close(at: pair.now + .seconds(5)).talkTime == first.talkTime)
        #expect(pair.first.pollTransmit() == nil)
    }
}
