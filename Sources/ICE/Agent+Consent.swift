import Addressing
import Quantities

/// Consent to send on the selected pair (RFC 7675).
struct Consent: BitwiseCopyable {
    var nextCheckAt = SimTime.distantFuture
    var expiresAt = SimTime.distantFuture

    mutating func renew(at now: SimTime, for timeout: SimDuration) {
        if expiresAt != .distantFuture { expiresAt = now + timeout }
    }
}

extension Agent {
    /// The nominating check was answered: consent begins with it.
    mutating func startConsent(at now: SimTime) {
        guard configuration.consentChecks else { return }
        consent.expiresAt = now + configuration.timing.consentTimeout
        consent.nextCheckAt = now + consentInterval()
    }

    /// The interval times U(1 − jitter, 1 + jitter) (RFC 7675 §5.1: 0.8 to 1.2).
    private mutating func consentInterval() -> SimDuration {
        let timing = configuration.timing
        guard timing.consentJitter > 0 else { return timing.consentInterval }
        let factor = 1 + timing.consentJitter * (2 * randomness.nextUnit() - 1)
        return SimDuration(seconds: timing.consentInterval.seconds * factor)
    }

    mutating func advanceConsent(at now: SimTime) {
        guard let selected, let peer else { return }
        if now >= consent.expiresAt {
            fail(.consentLost, at: now)
        } else if now >= consent.nextCheckAt {
            consent.nextCheckAt = now + consentInterval()
            send(checkOf: selected, to: peer, useCandidate: false, at: now)
        }
    }
}
