import Addressing
import Quantities
import STUN

/// Consent to send on the selected pair (RFC 7675), and signs of life from there.
struct Consent: BitwiseCopyable {
    var nextCheckAt = SimTime.distantFuture
    var expiresAt = SimTime.distantFuture
    /// When the check after the last one is due if that is answered.
    var plannedAt = SimTime.distantFuture
    /// When anything last came from the peer.
    var heardAt = SimTime.zero
    /// Checks sent since.
    var unanswered: UInt32 = 0
    /// Whether the owner has been told that nothing is heard.
    var isSilent = false

    /// As many checks must go unanswered before silence is told: two losses alone are weather.
    static let silentChecks: UInt32 = 3

    mutating func renew(at now: SimTime, for timeout: SimDuration) {
        if expiresAt != .distantFuture { expiresAt = now + timeout }
    }

    /// A check goes out at `now`: the next follows after `interval`, or after `wait`, if there is
    /// one, unless this one is answered.
    mutating func plan(at now: SimTime, interval: SimDuration, wait: SimDuration?) {
        plannedAt = now + interval
        nextCheckAt = plannedAt
        unanswered += 1
        if let wait { nextCheckAt = min(plannedAt, now + wait) }
    }

    /// Whether by now nothing has come for `timeout`, and nobody has been told.
    mutating func fallsSilent(at now: SimTime, after timeout: SimDuration?) -> Bool {
        guard let timeout, !isSilent, unanswered >= Self.silentChecks, now - heardAt >= timeout
        else { return false }
        isSilent = true
        return true
    }

    /// Something has come at `now`; whether that ends a silence that was told.
    @inline(__always)
    mutating func hear(at now: SimTime) -> Bool {
        heardAt = now
        guard unanswered > 0 else { return false }
        unanswered = 0
        nextCheckAt = plannedAt
        defer { isSilent = false }
        return isSilent
    }
}

extension Agent {
    /// The nominating check was answered: consent begins with it.
    mutating func startConsent(at now: SimTime) {
        consent = Consent()
        guard configuration.consentChecks else {
            sentAt = now
            keepAliveAt = configuration.keepAliveInterval.map { now + $0 } ?? .distantFuture
            return
        }
        consent.heardAt = now
        consent.expiresAt = now + configuration.timing.consentTimeout
        consent.nextCheckAt = now + consentInterval()
        consent.plannedAt = consent.nextCheckAt
    }

    /// The interval times U(1 − jitter, 1 + jitter) (RFC 7675 §5.1: 0.8 to 1.2).
    mutating func consentInterval() -> SimDuration {
        let timing = configuration.timing
        guard timing.consentJitter > 0 else { return timing.consentInterval }
        let factor = 1 + timing.consentJitter * (2 * randomness.nextUnit() - 1)
        return SimDuration(seconds: timing.consentInterval.seconds * factor)
    }

    mutating func advanceConsent(at now: SimTime) {
        guard let selected, let peer else { return }
        if now >= consent.expiresAt {
            lose(.consentLost, at: now)
        } else if now >= consent.nextCheckAt {
            if consent.fallsSilent(at: now, after: silenceTimeout) { events.append(.disconnected) }
            consent.plan(
                at: now, interval: consentInterval(), wait: weakWait(pairs[selected].roundTrip))
            send(checkOf: selected, to: peer, useCandidate: false, at: now)
        }
    }

    /// How long nothing may come before that is told; nil where it never is.
    var silenceTimeout: SimDuration? {
        configuration.noticesSilence ? configuration.timing.receivingTimeout : nil
    }

    /// Where silence is to be noticed, how soon a check follows one without answer.
    func weakWait(_ roundTrip: SimDuration) -> SimDuration? {
        guard silenceTimeout != nil else { return nil }
        return max(configuration.timing.weakCheckInterval, roundTrip * 2)
    }

    /// Sends a Binding indication when nothing has gone out for the interval (RFC 8445 §11).
    mutating func keepAlive(at now: SimTime) {
        guard let interval = configuration.keepAliveInterval, let selected else {
            keepAliveAt = .distantFuture
            return
        }
        if now - sentAt >= interval {
            sentAt = now
            counters.keepAlivesSent += 1
            let builder = MessageBuilder(
                .indication, .binding, id: TransactionID(using: &randomness), capacity: 32)
            let pair = pairs[selected]
            transmit(
                builder.finish(fingerprint: true), from: pair.local,
                to: remotes[pair.remote].address, at: now)
        }
        keepAliveAt = sentAt + interval
    }

    /// Something of the peer's has come over the selected pair.
    @inline(__always)
    mutating func noteHeard(at now: SimTime) {
        if consent.hear(at: now) { events.append(.reconnected) }
    }
}
