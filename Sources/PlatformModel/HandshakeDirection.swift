import ICE
import NetworkModel
import Quantities

/// When an agent's checks go out on the pair in use during a handshake.
struct PairChecks {
    private let timing: TimingProfile
    private var sent: UInt32
    /// When the next one goes out.
    private(set) var next: SimTime

    /// The checks after the first `sent`, the last of which was sent at `time`, none before `selected`.
    init(
        under timing: TimingProfile, sent: UInt32, lastAt time: SimTime, selected: SimTime
    ) {
        self.timing = timing
        self.sent = sent
        next = selected
        next = max(selected, time + interval)
    }

    /// A handshake that lasts has lost packets, and so have the checks: the pair does not become stable.
    private var interval: SimDuration {
        guard let stability = timing.stability else { return timing.consentInterval }
        return sent < stability.quickChecks
            ? timing.pacing : min(stability.interval, timing.consentInterval)
    }

    /// The next one has gone out.
    mutating func advance() {
        sent += 1
        next += interval
    }
}

/// How the datagrams of one side of a modelled handshake travel, among the checks of both agents.
///
/// A check has come through when the handshake begins, so the path is not in a burst of loss then. Bursts are
/// of packets, not of time: the side's own checks and its answers to the other's take the same path, and
/// end them. Without those a flight lost in a burst would meet the same burst when it is sent again.
struct HandshakeDirection {
    /// Proven by a check.
    var path: MediaPath
    let route: MediaRoute
    /// What the side itself sends.
    var checks: PairChecks
    /// The other side's checks, each of which the side answers ``askingTime`` later.
    var asked: PairChecks
    let askingTime: SimDuration

    /// When a datagram that leaves at `now`, not before any other, arrives; nil if it is lost.
    mutating func carry(at now: SimTime) -> SimTime? {
        while true {
            let answer = asked.next + askingTime
            let next = min(checks.next, answer)
            guard next < now else { break }
            _ = path.carry(along: route, at: next)
            if next == answer { asked.advance() } else { checks.advance() }
        }
        return path.carry(along: route, at: now)
    }
}
