import MediaSecurity
import Quantities
import RandomStreams
import Testing

/// Datagrams that no honest peer sends: they are counted or end the handshake, nothing else.
@Suite struct DTLSHostileTests {
    private static let handshake: [HandshakePair.Sent] = {
        let pair = HandshakePair()
        pair.run()
        return pair.sent
    }()

    private static func server() -> DTLSSession {
        var certificates = stream(1)
        let client = Certificate(randomness: &certificates)
        let server = Certificate(randomness: &certificates)
        return DTLSSession(
            DTLSConfiguration(
                role: .server, remoteFingerprint: client.fingerprint, firstTimeout: .seconds(1)),
            certificate: server, randomness: stream(3))
    }

    @Test func `a datagram cut short anywhere is dropped as malformed`() {
        for datagram in Self.handshake.map(\.bytes) {
            var server = Self.server()
            server.start(at: .zero)
            // A prefix that ends with a record is a datagram of its own.
            let ends = recordEnds(datagram)
            for count in 0..<datagram.count where !ends.contains(count) {
                server.handle(Array(datagram.prefix(count)), at: .zero)
            }
            let view = EndView(server)
            #expect(view.state == .handshaking)
            #expect(view.counters.malformed == Int64(datagram.count + 1 - ends.count))
            #expect(view.counters.received == 0)
        }
    }

    private func recordEnds(_ datagram: [UInt8]) -> Set<Int> {
        var ends: Set<Int> = []
        var offset = 0
        while offset < datagram.count {
            offset += 13 + Int(datagram[offset + 11]) << 8 + Int(datagram[offset + 12])
            ends.insert(offset)
        }
        return ends
    }

    @Test func `random bytes never trap, whatever the state`() {
        var noise = stream(77)
        for round in 0..<200 {
            var server = Self.server()
            if round % 2 == 0 {
                server.handle(Self.handshake[0].bytes, at: .zero)
            }
            for _ in 0..<20 {
                let count = Int(noise.nextInteger(below: 300))
                var bytes = noise.nextBytes(count)
                if noise.nextBool(probability: 0.8) { dress(&bytes, &noise) }
                server.handle(bytes, at: .zero)
                while server.pollTransmit() != nil {}
            }
            let keys = server.takeKeys()
            #expect((keys == nil) as Bool)
        }
    }

    /// Makes `bytes` look like one record of a handshake.
    private func dress(_ bytes: inout [UInt8], _ noise: inout RandomStream) {
        guard bytes.count >= 25 else { return }
        let length = bytes.count - 13
        bytes[0] = UInt8(20 + noise.nextInteger(below: 4))
        bytes[1] = 0xFE
        bytes[2] = noise.nextBool(probability: 0.5) ? 0xFD : 0xFF
        for index in 3..<11 { bytes[index] = 0 }
        bytes[11] = UInt8(length >> 8)
        bytes[12] = UInt8(length & 0xFF)
        guard noise.nextBool(probability: 0.7) else { return }
        // A handshake message in one fragment.
        bytes[0] = 22
        bytes[13] = UInt8(noise.nextInteger(below: 21))
        let body = length - 12
        for (index, value) in zip(14..., [0, body >> 8, body & 0xFF, 0, 0, 0, 0, 0, 0, body >> 8]) {
            bytes[index] = UInt8(value)
        }
        bytes[24] = UInt8(body & 0xFF)
    }

    @Test func `every bit altered in any flight still ends in keys or in none`() {
        for lost in Self.handshake.indices {
            let datagram = Self.handshake[lost].bytes
            for bit in stride(from: 0, to: datagram.count * 8, by: 7) {
                let outcome = relay(altering: lost, bit: bit)
                // Either the alteration was noticed, or it was outside of what counts and both
                // ends hold the same keys.
                if let client = outcome.client, let server = outcome.server {
                    #expect(client.local == server.remote, "datagram \(lost), bit \(bit)")
                    #expect(client.remote == server.local, "datagram \(lost), bit \(bit)")
                }
            }
        }
    }

    private func relay(
        altering index: Int, bit: Int
    ) -> (client: ExposedKeys?, server: ExposedKeys?) {
        let pair = HandshakePair()
        pair.alteration = (index, bit)
        pair.run(until: .zero + .seconds(2))
        return (pair.takeKeys(of: .client), pair.takeKeys(of: .server))
    }

    @Test func `datagrams out of season are counted and dropped`() {
        var certificates = stream(1)
        let certificate = Certificate(randomness: &certificates)
        var client = DTLSSession(
            DTLSConfiguration(
                role: .client, remoteFingerprint: certificate.fingerprint,
                firstTimeout: .seconds(1)),
            certificate: certificate, randomness: stream(2))
        client.handle(Self.handshake[1].bytes, at: .zero)
        #expect(EndView(client).state == .idle)
        #expect(EndView(client).counters.untimely == 1)

        let pair = HandshakePair()
        pair.run()
        pair.client.handle(Self.handshake[3].bytes, at: pair.now)
        #expect(pair.clientView.counters.untimely == 1)
        #expect(pair.clientView.state == .connected(.aeadAES128GCM))
    }

    @Test func `a forged alert after the handshake takes nothing away`() {
        let pair = HandshakePair()
        pair.run()
        let alert: [UInt8] = [21, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40]
        pair.server.handle(alert, at: pair.now)
        #expect(pair.serverView.state == .connected(.aeadAES128GCM))
        #expect(pair.takeKeys(of: .server) != nil)
    }
}
