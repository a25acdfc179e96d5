import Addressing
import ICE
import NetworkModel
import Quantities
import STUN
import Testing

@Suite struct HostileDatagramTests {
    /// A connected meeting, and the checks and answers that side 0 got from its peer.
    static func connected() -> (Meeting, requests: [[UInt8]], answers: [[UInt8]]) {
        var meeting = Meeting(Side(.public), Side(.public))
        meeting.run()
        let peer = meeting.agents[0].selectedPair!.remoteAddress
        let heard = meeting.delivered[0].filter { $0.from == peer }.map(\.bytes)
        return (
            meeting, heard.filter { $0[0] == 0 && $0[1] == 1 },
            heard.filter { $0[0] == 1 && $0[1] == 1 }
        )
    }

    func give(_ bytes: [UInt8], to meeting: inout Meeting) -> Received {
        let peer = meeting.agents[0].selectedPair!.remoteAddress
        return meeting.deliver(bytes, from: peer, to: meeting.base(0), side: 0)
    }

    @Test func `answers replayed are unknown`() {
        var (meeting, _, answers) = Self.connected()
        #expect(!answers.isEmpty)
        for answer in answers {
            let outcome = give(answer, to: &meeting)
            #expect(outcome == .rejected(.unknownTransaction))
        }
        #expect(meeting.agents[0].counters[.unknownTransaction] == UInt64(answers.count))
    }

    @Test func `anything truncated is dropped`() {
        var (meeting, requests, answers) = Self.connected()
        for bytes in [requests[0], answers[0]] {
            for length in 0..<bytes.count {
                guard case .rejected = give(Array(bytes[..<length]), to: &meeting) else {
                    Issue.record("\(length) bytes were taken")
                    continue
                }
            }
        }
    }

    @Test func `a check with any bit changed is dropped`() {
        var (meeting, requests, _) = Self.connected()
        let check = requests[0]
        for bit in 0..<check.count * 8 {
            var changed = check
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            // Two bits of the first byte make it look like media, which is not ICE's to judge.
            if [.dtls, .rtp].contains(DatagramKind.classify(changed)) { continue }
            guard case .rejected = give(changed, to: &meeting) else {
                Issue.record("bit \(bit) passed")
                continue
            }
        }
        #expect(meeting.agents[0].selectedPair == meeting.connected[0])
    }

    @Test func `a stranger's check is dropped whatever it lacks`() {
        var (meeting, _, _) = Self.connected()
        let ours = meeting.agents[0].localCredentials
        let right = IntegrityKey(shortTermPassword: ours.password)
        let wrong = IntegrityKey(shortTermPassword: [UInt8](repeating: 65, count: 24))
        let name = ours.usernameFragment + Array(":abcd".utf8)
        func check(
            _ username: [UInt8]?, _ key: IntegrityKey?, priority: Bool = true, role: Bool = true
        ) -> [UInt8] {
            var builder = MessageBuilder(
                .request, .binding, id: TransactionID(high: 1, low: 2))
            if let username { builder.add(.username, username) }
            if priority { builder.add(.priority, UInt32(5)) }
            if role { builder.add(.iceControlled, UInt64(5)) }
            guard let key else { return builder.finish(fingerprint: true) }
            return builder.finish(integrity: key, fingerprint: true)
        }
        let cases: [([UInt8], Rejection)] = [
            (check(nil, right), .incompleteCheck),
            (check(name, nil), .incompleteCheck),
            (check(name, right, priority: false), .incompleteCheck),
            (check(name, right, role: false), .incompleteCheck),
            (check(Array("abcd:efgh".utf8), right), .unknownUsername),
            (check(ours.usernameFragment, right), .unknownUsername),
            (check(Array("x".utf8), right), .unknownUsername),
            (check(name, wrong), .wrongIntegrity),
        ]
        let sent = meeting.datagrams
        for (bytes, reason) in cases {
            let outcome = meeting.deliver(
                bytes, from: Meeting.somebody, to: meeting.base(0), side: 0)
            #expect(outcome == .rejected(reason))
        }
        #expect(meeting.datagrams == sent)
        #expect(meeting.agents[0].counters[.incompleteCheck] == 4)
        #expect(meeting.agents[0].counters[.unknownUsername] == 3)
        #expect(meeting.agents[0].counters[.wrongIntegrity] == 1)
    }

    @Test func `what is neither STUN nor media nor the peer's is dropped`() {
        var (meeting, _, _) = Self.connected()
        let base = meeting.base(0)
        let cases: [([UInt8], TransportAddress, TransportAddress, Rejection)] = [
            ([], Meeting.somebody, base, .unknownKind),
            ([0x40, 0, 0, 0], Meeting.somebody, base, .unknownKind),
            ([0x80, 1, 2, 3], Meeting.somebody, base, .unexpectedSource),
            ([0x16, 1, 2, 3], Meeting.somebody, base, .unexpectedSource),
            ([0, 1, 2, 3], Meeting.somebody, base, .malformed),
            ([0x80, 1, 2, 3], Meeting.somebody, Meeting.somebody, .unexpectedLocalAddress),
        ]
        for (bytes, from, to, reason) in cases {
            let outcome = meeting.deliver(bytes, from: from, to: to, side: 0)
            #expect(outcome == .rejected(reason))
        }
        #expect(meeting.agents[0].counters.rejected == 6)
    }

    @Test func `an unknown required attribute is refused with 420`() throws {
        var (meeting, _, _) = Self.connected()
        let ours = meeting.agents[0].localCredentials
        var builder = MessageBuilder(.request, .binding, id: TransactionID(high: 1, low: 2))
        builder.add(.username, ours.usernameFragment + Array(":abcd".utf8))
        builder.add(.priority, UInt32(5))
        builder.add(.iceControlled, UInt64(5))
        builder.add(AttributeType(rawValue: 0x7FFF), UInt32(5))
        let bytes = builder.finish(
            integrity: IntegrityKey(shortTermPassword: ours.password), fingerprint: true)
        let sender = TransportAddress(
            meeting.network.publicAddress(of: meeting.hosts[1]), port: 50_001)
        let outcome = meeting.deliver(bytes, from: sender, to: meeting.base(0), side: 0)
        #expect(outcome == .consumed)
        meeting.step(until: meeting.now + .milliseconds(200))
        let answer = try MessageView(meeting.delivered[1].last!.bytes)
        #expect(answer.errorCode == .unknownAttribute)
    }

    @Test func `a peer cannot make an agent learn without end`() {
        var (meeting, requests, _) = Self.connected()
        for port in 1...200 as ClosedRange<UInt16> {
            let source = TransportAddress(Meeting.somebody.ip, port: port)
            meeting.deliver(requests[0], from: source, to: meeting.base(0), side: 0)
        }
        #expect(
            meeting.agents[0].counters[.tooManyCandidates]
                >= 200 - UInt64(Agent.maximumLearntCandidates))
        for number in 1...100 as ClosedRange<UInt16> {
            meeting.agents[0].addRemoteCandidate(
                Candidate(
                    foundation: Foundation(bytes: Array("1".utf8))!, priority: UInt32(number),
                    address: .ip(TransportAddress(Meeting.somebody.ip, port: 1000 + number)),
                    type: .host),
                at: meeting.now)
        }
        #expect(meeting.agents[0].counters.ignoredCandidates > 60)
    }
}
