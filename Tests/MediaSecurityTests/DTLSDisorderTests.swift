import MediaSecurity
import Quantities
import RandomStreams
import Testing

/// Handshakes over networks that lose, repeat, overtake and cut up.
@Suite struct DTLSDisorderTests {
    /// Loss of a fifth each way, a tenth of the datagrams twice, and overtaking by up to three
    /// times the delay; whatever can be negotiated turns with the seed.
    static func disorder(_ seed: UInt64, _ first: SimDuration) -> HandshakePair.Settings {
        var settings = HandshakePair.Settings()
        settings.seed = seed
        settings.firstTimeout = first
        settings.loss = 0.2
        settings.duplication = 0.1
        settings.jitter = .milliseconds(30)
        settings.verifiesHello = seed % 2 == 1
        settings.datagramByteLimit = [1200, 512, 256][Int(seed % 3)]
        settings.groups = seed % 5 == 0 ? [.p256] : [.x25519, .p256]
        settings.clientProfiles =
            seed % 7 < 4 ? [.aeadAES128GCM, .aes128CMSHA1] : [.aes128CMSHA1]
        return settings
    }

    @Test(arguments: [SimDuration.milliseconds(50), .seconds(1)], 0..<4 as Range<UInt64>)
    func `every handshake completes under loss, repetition, overtaking and fragmentation`(
        first: SimDuration, part: UInt64
    ) throws {
        for seed in part * 100..<part * 100 + 100 {
            let settings = Self.disorder(seed, first)
            let pair = HandshakePair(settings)
            pair.run()
            let agreed = DTLSSession.State.connected(settings.clientProfiles[0])
            try #require(pair.clientView.state == agreed, "client, seed \(seed)")
            try #require(pair.serverView.state == agreed, "server, seed \(seed)")
            let keys = try #require(pair.takeKeys(of: .client))
            #expect(pair.takeKeys(of: .server)?.remote == keys.local, "seed \(seed)")
            #expect(
                pair.sent.allSatisfy { $0.bytes.count <= settings.datagramByteLimit },
                "seed \(seed)")
        }
    }

    @Test(arguments: [false, true])
    func `small datagrams carry the flights in fragments`(verifiesHello: Bool) throws {
        var settings = HandshakePair.Settings()
        settings.datagramByteLimit = 256
        settings.verifiesHello = verifiesHello
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .connected(.aeadAES128GCM))
        #expect(pair.serverView.state == .connected(.aeadAES128GCM))
        #expect(pair.sent.count > 6)
        #expect(pair.sent.map(\.bytes.count).max()! <= 256)
        #expect(pair.clientView.counters.timeouts + pair.serverView.counters.timeouts == 0)
    }

    @Test func `a server that verifies the hello answers the cookie only, one round trip later`() {
        var settings = HandshakePair.Settings()
        settings.verifiesHello = true
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .connected(.aeadAES128GCM))
        #expect(pair.serverView.state == .connected(.aeadAES128GCM))
        #expect(pair.sent.count == 6)
        #expect(pair.now == .zero + .milliseconds(60))
        // A HelloVerifyRequest, message 3 of RFC 6347 §4.3.2, smaller than what it answers.
        #expect(pair.sent[1].bytes[13] == 3)
        #expect(pair.sent[1].bytes.count < pair.sent[0].bytes.count)
        // The second hello carries the cookie and nothing else that is new.
        let cookie = Array(pair.sent[1].bytes.suffix(32))
        #expect(pair.sent[2].bytes.count == pair.sent[0].bytes.count + 32)
        #expect(pair.sent[2].bytes.firstRange(of: cookie) != nil)
    }

    @Test func `a server that verifies the hello arms no timer until the cookie is back`() {
        var settings = HandshakePair.Settings()
        settings.verifiesHello = true
        settings.lostDatagrams = [1]
        let pair = HandshakePair(settings)
        pair.run(until: .zero + .milliseconds(40))
        #expect(pair.serverView.state == .handshaking)
        #expect(pair.serverView.nextTimeout == nil)
        #expect(pair.sent.count == 2)
    }

    @Test func `a hello with a cookie that nobody gave gets no certificate`() throws {
        var settings = HandshakePair.Settings()
        settings.verifiesHello = true
        let pair = HandshakePair(settings)
        pair.run(until: .zero + .milliseconds(25))
        var hello = pair.sent[2].bytes
        let cookie = try #require(hello.firstRange(of: pair.sent[1].bytes.suffix(32)))
        hello[cookie.lowerBound] ^= 1
        let other = HandshakePair(settings)
        other.server.start(at: .zero)
        other.server.handle(pair.sent[0].bytes, at: .zero)
        let request = other.server.pollTransmit()
        #expect(request == pair.sent[1].bytes)
        other.server.handle(hello, at: .zero)
        while let answer = other.server.pollTransmit() {
            // An alert or another request, but no ServerHello.
            #expect(answer[0] == 21 || answer[13] == 3)
        }
        #expect(other.serverView.state != .connected(.aeadAES128GCM))
    }

    @Test func `datagrams that come late or again after the handshake change nothing`() throws {
        let pair = HandshakePair()
        pair.run()
        let (client, server) = (pair.clientView, pair.serverView)
        for datagram in pair.sent + pair.sent.reversed() {
            if datagram.byServer {
                pair.client.handle(datagram.bytes, at: pair.now + .seconds(1))
            } else {
                pair.server.handle(datagram.bytes, at: pair.now + .seconds(1))
            }
        }
        #expect(pair.clientView.state == client.state)
        #expect(pair.serverView.state == server.state)
        #expect(pair.clientView.counters.untimely == 4)
        #expect(pair.client.pollTransmit() == nil)
        // The client's last flight is answered by the server's last one and nothing else.
        while let answer = pair.server.pollTransmit() { #expect(answer.count < 100) }
        let keys = try #require(pair.takeKeys(of: .client))
        #expect(pair.takeKeys(of: .server)?.remote == keys.local)
    }
}
