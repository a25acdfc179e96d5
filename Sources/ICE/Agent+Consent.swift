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
            tellSilence(at: now)
            planConsentCheck(on: selected, at: now)
            send(checkOf: selected, to: peer, useCandidate: false, at: now)
        }
    }

    /// Where silence is to be noticed, a check without answer is followed by another soon.
    private mutating func planConsentCheck(on selected: Int, at now: SimTime) {
        consent.plannedAt = now + consentInterval()
        consent.nextCheckAt = consent.plannedAt
        consent.unanswered += 1
        guard configuration.noticesSilence, configuration.timing.receivingTimeout != nil else {
            return
        }
        let wait = max(
            configuration.timing.weakCheckInterval, pairs[selected].roundTrip * 2)
        consent.nextCheckAt = min(consent.plannedAt, now + wait)
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

    private mutating func tellSilence(at now: SimTime) {
        guard configuration.noticesSilence, let timeout = configuration.timing.receivingTimeout,
            !consent.isSilent, consent.unanswered >= Consent.silentChecks,
            now - consent.heardAt >= timeout
        else { return }
        consent.isSilent = true
        events.append(.disconnected)
    }

    /// Something of the peer's has come over the selected pair.
    @inline(__always)
    mutating func noteHeard(at now: SimTime) {
        consent.heardAt = now
        if consent.unanswered > 0 { endSilence() }
    }

    private mutating func endSilence() {
        consent.unanswered = 0
        consent.nextCheckAt = consent.plannedAt
        guard consent.isSilent else { return }
        consent.isSilent = false
        events.append(.reconnected)
    }
}
