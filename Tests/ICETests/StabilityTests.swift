import NetworkModel
import Quantities
import Testing

@testable import ICE

/// How often browsers check the pair in use (libwebrtc's `CalculateActiveWritablePingInterval`).
@Suite struct StabilityTests {
    /// The gaps between the checks that `side` sends until `end`, in ms, from its last one before.
    static func gaps(of side: Int, in meeting: inout Meeting, until end: SimTime) -> [Int64] {
        var gaps: [Int64] = []
        var last = meeting.agents[side].lastCheckAt!
        while meeting.now < end {
            let count = meeting.agents[side].counters.checksSent
            meeting.step(until: end) { $0.agents[side].counters.checksSent > count }
            guard meeting.agents[side].counters.checksSent > count else { break }
            gaps.append((meeting.now - last).nanoseconds / 1_000_000)
            last = meeting.now
        }
        return gaps
    }

    static func connect(_ meeting: inout Meeting) {
        meeting.agents[0].startGathering(at: .zero)
        meeting.signal(.credentials(meeting.agents[0].localCredentials), to: 1)
        meeting.collect(0)
        meeting.step(until: .zero + .seconds(5)) { $0.isSettled }
    }

    /// Three checks go out in no more time than the answers take, two more make five answers.
    @Test(arguments: 0...1)
    func `a pair is checked every 900 ms until five answers are there, then every 2.5 s`(
        _ side: Int
    ) {
        var meeting = Meeting(Side(.public), Side(.public))
        Self.connect(&meeting)
        meeting.step(until: meeting.now + .milliseconds(100))
        #expect(meeting.agents[side].consent.sent == 3)
        let gaps = Self.gaps(of: side, in: &meeting, until: meeting.now + .seconds(20))
        #expect(gaps == [900, 900] + Array(repeating: 2500, count: 7))
    }

    @Test func `while answers are missing a stable pair is checked every 900 ms`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        meeting.step(until: meeting.now + .seconds(20))
        meeting.isServerDown = true
        let lost = Self.gaps(of: 0, in: &meeting, until: meeting.now + .seconds(8))
        #expect(lost.first == 2500 && lost.count >= 6)
        #expect(lost.dropFirst().allSatisfy { $0 == 900 })
        meeting.isServerDown = false
        let again = Self.gaps(of: 0, in: &meeting, until: meeting.now + .seconds(12))
        #expect(again.count >= 4 && again.dropFirst().allSatisfy { $0 == 2500 })
    }

    @Test func `an answer is missing after two round trips, and late ones count`() {
        let stability = TimingProfile.browser.stability!
        var pair = CandidatePair(local: 0, remote: 0, priority: 1, state: .succeeded)
        pair.checksSent = 9
        for _ in 0..<9 { pair.estimate.add(.milliseconds(600)) }
        var consent = Consent(of: pair, at: .zero)
        consent.expiresAt = .zero + .seconds(30)
        func send(at now: SimTime) {
            consent.noteCheck(at: now)
            consent.plan(
                after: TimingProfile.browser.interval(after: consent)!, wait: nil,
                stability: stability)
        }
        send(at: .zero)
        #expect(consent.nextCheckAt == .zero + .milliseconds(1200))
        send(at: .zero + .milliseconds(1200))
        #expect(consent.nextCheckAt == .zero + .milliseconds(2100))
        consent.noteAnswer(after: .milliseconds(1000), under: .browser)
        #expect(consent.roundTrip.value == .milliseconds(700))
        #expect(consent.nextCheckAt == .zero + .milliseconds(3700))
        // Media alone show that the peer is there, not that it answers.
        send(at: .zero + .milliseconds(3700))
        _ = consent.hear(at: .zero + .milliseconds(3800))
        #expect(consent.nextCheckAt == .zero + .milliseconds(5100))
    }
}
