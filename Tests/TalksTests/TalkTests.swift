import MediaPipeline
import NetworkModel
import Quantities
import Talks
import Testing

/// Calls from their keys to the hang-up.
@Suite struct TalkTests {
    /// The times of sending in packets are multiples of 2^-18 s, 3.8 µs.
    private func isAbout(_ milliseconds: Int64, _ delay: SimDuration?) -> Bool {
        guard let delay else { return false }
        let difference = delay - .milliseconds(milliseconds)
        return difference < .microseconds(4) && -difference < .microseconds(4)
    }

    @Test func `both hear each other and every packet authenticates`() throws {
        let report = try Call().report(seconds: 20)
        for (listener, speaker, traffic) in [
            (report.offerer, report.answerer, report.fromAnswerer),
            (report.answerer, report.offerer, report.fromOfferer),
        ] {
            #expect(listener.rejected.total == 0)
            #expect(listener.mediaReceived.datagrams > 200)
            // Those of the last 40 ms are under way at the end.
            #expect(speaker.mediaSent.datagrams - listener.mediaReceived.datagrams <= 2)
            #expect(listener.controlReceived.datagrams >= 2)
            #expect(listener.playout.played > 200 && listener.packetsLost == 0)
            #expect(isAbout(40, listener.networkDelay.mean))
            #expect(
                traffic.packets == speaker.mediaSent.datagrams + speaker.controlSent.datagrams)
            #expect(traffic.bytes == speaker.mediaSent.bytes + speaker.controlSent.bytes)
            #expect(traffic.forwarded == 0 && traffic.lostOnLinks == 0)
        }
        #expect(report.keptSlots == 0)
    }

    @Test(arguments: [false, true])
    func `a relay forwards the same bytes, framed for its client`(_ isStream: Bool) throws {
        let report = try Call.relayed(isStream: isStream).report()
        #expect(report.offerer.rejected.total == 0 && report.answerer.rejected.total == 0)
        #expect(report.offerer.mediaReceived.datagrams > 100)
        #expect(report.answerer.mediaReceived.datagrams > 100)
        let (there, back) = (report.fromOfferer, report.fromAnswerer)
        #expect(there.channelMismatches == 0 && back.channelMismatches == 0)
        // The header comes with the client's packets, and with those that the relay sends to it.
        let bare = report.offerer.mediaSent.bytes + report.offerer.controlSent.bytes
        let framing = there.bytes - bare
        #expect(isStream ? framing > 4 * there.packets : framing == 4 * there.packets)
        #expect(isStream ? framing < 8 * there.packets : true)
        #expect(there.forwarded >= there.packets - 3 && there.forwarded <= there.packets)
        #expect(back.bytes == report.answerer.mediaSent.bytes + report.answerer.controlSent.bytes)
        #expect(back.forwardedBytes >= back.bytes)
        #expect(isAbout(40, report.answerer.networkDelay.mean))
    }

    @Test func `two relays take and give the frames of either client`() throws {
        let near = ChannelUse(client: 0x4000, server: 0x4000, transport: .tcp)
        let far = ChannelUse(client: 0x4fff, server: 0x4fff, transport: .tls)
        var call = Call()
        let (a, b) = (Call.leg(10, isStream: true), Call.leg(12, isStream: true))
        call.there = TalkRoute(
            .relayedTwice(a, over: 0, .milliseconds(45), and: 1, b), sending: near, receiving: far)
        call.back = TalkRoute(
            .relayedTwice(b, over: 1, .milliseconds(45), and: 0, a), sending: far, receiving: near)
        let report = try call.report()
        #expect(report.offerer.rejected.total == 0 && report.answerer.rejected.total == 0)
        #expect(report.answerer.mediaReceived.datagrams > 100)
        #expect(isAbout(67, report.answerer.networkDelay.mean))
        #expect(report.fromOfferer.forwarded >= 2 * (report.fromOfferer.packets - 5))
    }

    @Test func `frames on another channel are dropped and counted, by server and client`() throws {
        let report = try Call.relayed(client: 0x4001, server: 0x4002).report()
        // The server wants 0x4002 of the client, the client 0x4001 of the server.
        #expect(report.fromOfferer.channelMismatches > 100)
        #expect(report.fromAnswerer.channelMismatches > 100)
        #expect(report.fromOfferer.forwarded == 0)
        #expect(report.answerer.mediaReceived.datagrams == 0)
        #expect(report.offerer.mediaReceived.datagrams == 0)
        #expect(report.keptSlots == 0)
    }

    @Test func `stretches change nothing`() throws {
        for var call in [Call(), Call.relayed(), Call.relayed(isStream: true)] {
            call.link = Call.jittery
            call.answererSecuredAt = .zero + .milliseconds(130)
            let whole = try call.report(step: .seconds(60))
            #expect(try call.report(step: .seconds(1)) == whole)
            #expect(try call.report(step: .milliseconds(250)) == whole)
            #expect(try call.report(step: .microseconds(7_777)) == whole)
            #expect(whole.keptSlots == 0 && whole.offerer.rejected.total == 0)
        }
    }

    @Test func `another stream makes another talk`() throws {
        var call = Call()
        call.link = Call.jittery
        let first = try call.report()
        call.seed = 2
        #expect(try call.report().digest != first.digest)
        #expect(first.fromOfferer.lostOnLinks > 0)
    }

    @Test func `whoever has keys first speaks, and is not understood before the other has them`()
        throws
    {
        var call = Call()
        call.answererSecuredAt = .zero + .seconds(2)
        let report = try call.report()
        #expect(report.fromOfferer.beforeKeys > 20)
        #expect(report.fromAnswerer.beforeKeys == 0)
        #expect(report.offerer.mediaSent.datagrams > 100)
        #expect(report.answerer.mediaReceived.datagrams > 50)
        #expect(report.answerer.rejected[.authentication] == 0)
    }

    @Test func `a relay's load is felt while it lasts`() throws {
        var load = EffectHistory()
        load.change(
            to: FluidLink.Effect(loss: 0.5, delay: .milliseconds(30)), at: .zero + .seconds(4))
        load.change(to: .none, at: .zero + .seconds(8))
        let idle = try Call.relayed().report(seconds: 12)
        let loaded = try Call.relayed().report(seconds: 12, under: [load])
        #expect(idle.fromOfferer.lostInRelays == 0)
        #expect(idle.offerer.mediaSent == loaded.offerer.mediaSent)
        // One of the two speaks in those four seconds, in fifty packets a second; half of them are lost.
        let lost = loaded.fromOfferer.lostInRelays + loaded.fromAnswerer.lostInRelays
        #expect(lost > 40 && lost < 200)
        #expect(isAbout(70, loaded.answerer.networkDelay.maximum))
        #expect(isAbout(40, idle.answerer.networkDelay.maximum))
        #expect(loaded.answerer.playout.concealed > idle.answerer.playout.concealed)
    }

    @Test func `a new path is taken by what leaves from then on`() throws {
        let shorter = TalkRoute(.direct(.milliseconds(10)))
        let report = try Call.relayed().report(
            seconds: 10,
            telling: [
                (.zero + .seconds(5), .routes(fromOfferer: shorter, fromAnswerer: shorter))
            ])
        #expect(isAbout(40, report.answerer.networkDelay.maximum))
        let mean = try #require(report.answerer.networkDelay.mean)
        #expect(mean > .milliseconds(12) && mean < .milliseconds(38))
        #expect(report.fromOfferer.forwarded > 50)
        #expect(report.fromOfferer.forwarded < report.fromOfferer.packets - 50)
        #expect(report.offerer.rejected.total == 0)
    }

    @Test(arguments: [0, 1, 19_999_999, 20_000_000, 1_234_567_890, 4_000_000_000])
    func `whenever it ends every slot comes back`(_ nanoseconds: Int64) throws {
        var call = Call.relayed(isStream: true)
        call.link = Call.jittery
        let talk = try call.talk()
        let end = SimTime(nanoseconds: nanoseconds)
        talk.tell(.end, at: end)
        talk.handOver()
        talk.advance(to: .zero + .seconds(5), under: [EffectHistory()])
        let report = try #require(talk.report)
        #expect(report.keptSlots == 0)
        #expect(talk.conclude(at: .zero + .seconds(5)) == report)
    }

    @Test func `one that is broken off ends where it was`() throws {
        let talk = try Call().talk()
        talk.handOver()
        talk.advance(to: .zero + .seconds(3), under: [])
        #expect(talk.report == nil)
        #expect(talk.hasAuthenticated(.offerer) && talk.hasAuthenticated(.answerer))
        let report = talk.conclude(at: .zero + .seconds(3))
        #expect(report.keptSlots == 0 && report.offerer.mediaSent.datagrams > 20)
        #expect(report.offerer.talkTime.mean == .seconds(3))
    }

    @Test func `it learns nothing before it is handed over`() throws {
        let talk = try Call().talk()
        talk.tell(.end, at: .zero + .seconds(1))
        #expect(talk.isEnding)
        talk.advance(to: .zero + .milliseconds(500), under: [])
        #expect(talk.report == nil)
        talk.handOver()
        talk.advance(to: .zero + .seconds(2), under: [])
        #expect(talk.report?.offerer.talkTime.mean == .seconds(1))
    }

    @Test func `who performs a batch, and in which order, changes nothing`() throws {
        func reports(_ order: [Range<Int>]) throws -> [TalkReport] {
            let talks = try (0..<6).map { number in
                var call = Call.relayed()
                call.link = Call.jittery
                call.seed = UInt64(number)
                return try call.talk(serial: UInt32(number))
            }
            for (number, talk) in talks.enumerated() {
                talk.tell(.end, at: .zero + .milliseconds(Int64(1_500 + 100 * number)))
                talk.handOver()
            }
            for second in 1...3 as ClosedRange<Int64> {
                let batch = TalkBatch(
                    talks, until: .zero + .seconds(second), under: [EffectHistory()])
                for places in order { batch.perform(places) }
            }
            return talks.map { $0.report! }
        }
        let forward = try reports([0..<6])
        #expect(try reports([5..<6, 2..<5, 0..<2]) == forward)
        #expect(Set(forward.map(\.digest)).count == 6)
    }
}
