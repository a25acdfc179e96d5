import MediaSecurity
import Quantities
import Testing

@Suite struct DTLSTimerTests {
    /// RFC 6347 §4.2.4.1: the wait doubles from the first one up to 60 s.
    static func waits(from first: SimDuration) -> [SimDuration] {
        var wait = first
        return (0..<13).map { _ in
            defer { wait = min(wait * 2, DTLSConfiguration.maximumTimeout) }
            return wait
        }
    }

    @Test(arguments: [SimDuration.milliseconds(50), .seconds(1), .milliseconds(237)])
    func `unanswered flights are repeated at doubling intervals, twelve times`(
        first: SimDuration
    ) {
        var settings = HandshakePair.Settings()
        settings.firstTimeout = first
        settings.loss = 1
        let pair = HandshakePair(settings)
        pair.run(until: .zero + .hours(1))
        var expected = [SimTime.zero]
        for wait in Self.waits(from: first) { expected.append(expected.last! + wait) }
        #expect(pair.sent.map(\.time) == expected.dropLast())
        #expect(pair.now == expected.last)
        #expect(pair.clientView.state == .failed(.timedOut))
        #expect(pair.clientView.counters.timeouts == 13)
        #expect(pair.clientView.nextTimeout == nil)
    }

    @Test(arguments: 0..<4, [SimDuration.milliseconds(50), .seconds(1)])
    func `the loss of any one datagram costs exactly one wait`(
        lost: Int, first: SimDuration
    ) throws {
        var settings = HandshakePair.Settings()
        settings.firstTimeout = first
        settings.lostDatagrams = [lost]
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .connected(.aeadAES128GCM))
        #expect(pair.serverView.state == .connected(.aeadAES128GCM))
        let undisturbed = SimDuration.milliseconds(40)
        #expect(pair.now.sinceStart == undisturbed + first)
        let keys = try #require(pair.takeKeys(of: .client))
        #expect(pair.takeKeys(of: .server)?.remote == keys.local)
    }

    @Test(arguments: [SimDuration.milliseconds(50), .seconds(1)])
    func `with a fifth of the datagrams lost both ways every handshake completes`(
        first: SimDuration
    ) throws {
        for seed in 0..<100 as Range<UInt64> {
            var settings = HandshakePair.Settings()
            settings.seed = seed
            settings.firstTimeout = first
            settings.loss = 0.2
            let pair = HandshakePair(settings)
            pair.run()
            try #require(
                pair.clientView.state == .connected(.aeadAES128GCM), "client, seed \(seed)")
            try #require(
                pair.serverView.state == .connected(.aeadAES128GCM), "server, seed \(seed)")
            let keys = try #require(pair.takeKeys(of: .client))
            #expect(pair.takeKeys(of: .server)?.remote == keys.local, "seed \(seed)")
            #expect(
                pair.sent.allSatisfy {
                    $0.bytes.count <= DTLSConfiguration.maximumTransmissionUnit
                })
        }
    }

    @Test func `a connected server repeats its last flight for a client that missed it`() {
        var settings = HandshakePair.Settings()
        settings.lostDatagrams = [3, 4]
        let pair = HandshakePair(settings)
        pair.run()
        let fromServer = pair.sent.filter { $0.byServer && $0.time > .zero + .milliseconds(20) }
        #expect(fromServer.count >= 3)
        #expect(pair.clientView.state == .connected(.aeadAES128GCM))
        #expect(pair.serverView.state == .connected(.aeadAES128GCM))
    }

    @Test func `a timeout that is not due does nothing`() {
        var certificates = stream(1)
        let certificate = Certificate(randomness: &certificates)
        var client = DTLSSession(
            DTLSConfiguration(
                role: .client, remoteFingerprint: certificate.fingerprint,
                firstTimeout: .seconds(1)),
            certificate: certificate, randomness: stream(2))
        client.start(at: .zero)
        while client.pollTransmit() != nil {}
        let before = EndView(client)
        #expect(before.nextTimeout == .zero + .seconds(1))
        client.handleTimeout(at: .zero + .milliseconds(999))
        #expect(EndView(client) == before)
        client.handleTimeout(at: .zero + .seconds(1))
        #expect(EndView(client).counters.timeouts == 1)
        #expect(EndView(client).nextTimeout == .zero + .seconds(3))
    }
}
