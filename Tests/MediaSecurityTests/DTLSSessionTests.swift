import MediaSecurity
import Quantities
import RandomStreams
import Testing

@Suite struct DTLSSessionTests {
    @Test(
        arguments: [[SRTPProfile.aeadAES128GCM], [.aes128CMSHA1]],
        [[DTLSGroup.x25519, .p256], [.p256]])
    func `both ends connect and hold each other's keys`(
        profiles: [SRTPProfile], groups: [DTLSGroup]
    ) throws {
        var settings = HandshakePair.Settings()
        settings.clientProfiles = profiles
        settings.groups = groups
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .connected(profiles[0]))
        #expect(pair.serverView.state == .connected(profiles[0]))
        let client = try #require(pair.takeKeys(of: .client))
        let server = try #require(pair.takeKeys(of: .server))
        #expect(client.local == server.remote)
        #expect(client.remote == server.local)
        #expect(client.local != client.remote)
        #expect(client.local.count == profiles[0].keyByteCount + profiles[0].saltByteCount)
        #expect(client.local.count { $0 != 0 } > client.local.count / 2)
    }

    @Test func `keys are given once`() {
        let pair = HandshakePair()
        #expect(pair.takeKeys(of: .client) == nil)
        pair.run()
        #expect(pair.takeKeys(of: .client) != nil)
        #expect(pair.takeKeys(of: .client) == nil)
    }

    @Test func `the server's order of profiles decides`() {
        var settings = HandshakePair.Settings()
        settings.clientProfiles = [.aeadAES128GCM, .aes128CMSHA1]
        settings.serverProfiles = [.aes128CMSHA1, .aeadAES128GCM]
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .connected(.aes128CMSHA1))
        #expect(pair.serverView.state == .connected(.aes128CMSHA1))
    }

    @Test func `without a common profile both ends fail and have no keys`() {
        var settings = HandshakePair.Settings()
        settings.clientProfiles = [.aeadAES128GCM]
        settings.serverProfiles = [.aes128CMSHA1]
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .failed(.noCommonProfile))
        #expect(pair.serverView.state == .failed(.noCommonProfile))
        #expect(pair.takeKeys(of: .client) == nil)
        #expect(pair.takeKeys(of: .server) == nil)
    }

    @Test func `a full handshake takes two round trips and four datagrams below the limit`() {
        let pair = HandshakePair()
        pair.run()
        #expect(pair.sent.count == 4)
        #expect(pair.now == .zero + .milliseconds(40))
        #expect(
            pair.sent.allSatisfy { $0.bytes.count <= DTLSConfiguration.maximumTransmissionUnit })
        #expect(pair.clientView.counters.timeouts == 0)
    }

    @Test func `a stranger with another certificate is refused by name`() {
        var settings = HandshakePair.Settings()
        settings.strangerAnswers = true
        let pair = HandshakePair(settings)
        pair.run()
        #expect(pair.clientView.state == .failed(.fingerprintMismatch))
        #expect(pair.serverView.state == .failed(.alertReceived(42)))
        #expect(pair.takeKeys(of: .client) == nil)
        #expect(pair.takeKeys(of: .server) == nil)
        #expect(pair.clientView.isReleased)
    }

    @Test func `a single wrong bit of the fingerprint fails the handshake`() {
        for role in [DTLSRole.client, .server] {
            var certificates = stream(1)
            let ours = Certificate(randomness: &certificates)
            let theirs = Certificate(randomness: &certificates)
            var wrong = theirs.fingerprint
            wrong[31] ^= 1
            var suspicious = DTLSSession(
                DTLSConfiguration(
                    role: role, remoteFingerprint: wrong, firstTimeout: .seconds(1)),
                certificate: ours, randomness: stream(2))
            var trusting = DTLSSession(
                DTLSConfiguration(
                    role: role.opposite, remoteFingerprint: ours.fingerprint,
                    firstTimeout: .seconds(1)),
                certificate: theirs, randomness: stream(3))
            suspicious.start(at: .zero)
            trusting.start(at: .zero)
            exchange(&suspicious, &trusting)
            #expect(EndView(suspicious).state == .failed(.fingerprintMismatch), "\(role)")
        }
    }

    @Test func `the server keeps its last flight until released or the hold time is over`() throws {
        for endsByItself in [false, true] {
            let pair = HandshakePair()
            pair.run()
            #expect(pair.clientView.isReleased)
            #expect(pair.clientView.nextTimeout == nil)
            #expect(!pair.serverView.isReleased)
            let hold = try #require(pair.serverView.nextTimeout)
            #expect(hold - pair.now <= DTLSConfiguration.finishedHoldTime)
            if endsByItself {
                pair.server.handleTimeout(at: hold)
            } else {
                pair.server.release()
            }
            #expect(pair.serverView.isReleased)
            #expect(pair.serverView.nextTimeout == nil)
            #expect(pair.serverView.state == .connected(.aeadAES128GCM))
            #expect(pair.takeKeys(of: .server) != nil)
        }
    }

    @Test(arguments: [0, 5, 15, 25, 35, 60])
    func `closing ends an association at any stage`(milliseconds: Int64) {
        let pair = HandshakePair()
        pair.run(until: .zero + .milliseconds(milliseconds))
        let hadKeys: Bool
        if case .connected = pair.clientView.state { hadKeys = true } else { hadKeys = false }
        let before = pair.clientView
        pair.client.close()
        let after = pair.clientView
        #expect(after.state == (hadKeys ? before.state : .failed(.abandoned)))
        #expect(after.isReleased)
        #expect(after.nextTimeout == nil)
        #expect(pair.takeKeys(of: .client) == nil)
        #expect(pair.client.pollTransmit() == nil)
        pair.client.handle(pair.sent[0].bytes, at: pair.now)
        pair.client.handleTimeout(at: pair.now + .hours(1))
        pair.client.close()
        #expect(pair.clientView.state == after.state)
        #expect(pair.clientView.counters.untimely == before.counters.untimely + 1)
    }

    @Test func `equal streams make equal certificates, others different ones`() {
        var (a, b, c) = (stream(7), stream(7), stream(8))
        let first = Certificate(randomness: &a)
        #expect(first.fingerprint == Certificate(randomness: &b).fingerprint)
        #expect(first.fingerprint != Certificate(randomness: &c).fingerprint)
        #expect(first.fingerprint != Certificate(randomness: &a).fingerprint)
        #expect(Fingerprint.bytes(of: first.fingerprintText) == first.fingerprint)
    }

    @Test func `roles translate to and from the setup attribute`() {
        #expect(DTLSRole(setup: "active") == .client)
        #expect(DTLSRole(setup: "passive") == .server)
        #expect(DTLSRole(setup: "actpass") == nil)
        #expect(DTLSRole.client.setup == "active")
        #expect(DTLSRole.server.setup == "passive")
    }
}

/// Passes datagrams to and fro without delay until both ends are silent.
func exchange(_ a: inout DTLSSession, _ b: inout DTLSSession, at now: SimTime = .zero) {
    var moved = true
    while moved {
        moved = false
        while let datagram = a.pollTransmit() {
            b.handle(datagram, at: now)
            moved = true
        }
        while let datagram = b.pollTransmit() {
            a.handle(datagram, at: now)
            moved = true
        }
    }
}
