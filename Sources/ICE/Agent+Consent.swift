import Addressing
import Quantities
import STUN

/// Consent to send on the selected pair (RFC 7675), and signs of life from there.
struct Consent: BitwiseCopyable {
    var expiresAt = SimTime.distantFuture
    /// When the check after the last one is due if that is answered.
    private(set) var plannedAt = SimTime.distantFuture
    /// When it is due while an answer is missing, or nothing at all is heard.
    private var missingAt = SimTime.distantFuture
    private var silentAt = SimTime.distantFuture
    /// When the last check went out, and the first one that came after the last answer.
    private var sentAt = SimTime.zero
    private var firstUnansweredAt = SimTime.distantFuture
    /// Checks sent on the pair.
    private(set) var sent: UInt32 = 0
    /// Of the answers to them.
    private(set) var roundTrip = RoundTripEstimate()
    /// When anything last came from the peer.
    var heardAt = SimTime.zero
    /// Checks sent since.
    private(set) var unanswered: UInt32 = 0
    /// Whether the owner has been told that nothing is heard.
    private var isSilent = false

    /// As many checks must go unanswered before silence is told: two losses alone are weather.
    static let silentChecks: UInt32 = 3

    /// Of no pair.
    init() {}

    /// Of `pair`, selected at `now`.
    init(of pair: CandidatePair, at now: SimTime) {
        heardAt = now
        sentAt = pair.lastCheckAt
        sent = pair.checksSent
        roundTrip = pair.estimate
    }

    @inline(__always)
    var nextCheckAt: SimTime { min(plannedAt, min(missingAt, silentAt)) }

    mutating func renew(at now: SimTime, for timeout: SimDuration) {
        if expiresAt != .distantFuture { expiresAt = now + timeout }
    }

    /// The first check is due at `time`.
    mutating func begin(at time: SimTime) { plannedAt = time }

    /// A check goes out at `now`.
    mutating func noteCheck(at now: SimTime) {
        sentAt = now
        sent += 1
        unanswered += 1
        firstUnansweredAt = min(firstUnansweredAt, now)
    }

    /// The next check follows `interval` after the last one; after `wait`, if there is one, unless
    /// anything is heard before, and by `stability` unless the last one is answered.
    mutating func plan(
        after interval: SimDuration, wait: SimDuration?, stability: TimingProfile.Stability?
    ) {
        plannedAt = sentAt + interval
        silentAt = wait.map { sentAt + $0 } ?? .distantFuture
        missingAt =
            stability.map { max(sentAt + $0.interval, firstUnansweredAt + roundTrip.value * 2) }
            ?? .distantFuture
    }

    /// A check was answered in `trip`: none before it is missed, and the pair may have become stable.
    mutating func noteAnswer(after trip: SimDuration, under timing: TimingProfile) {
        guard expiresAt != .distantFuture else { return }
        roundTrip.add(trip)
        firstUnansweredAt = .distantFuture
        missingAt = .distantFuture
        if let interval = timing.interval(after: self) { plannedAt = sentAt + interval }
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
        silentAt = .distantFuture
        defer { isSilent = false }
        return isSilent
    }
}

/// A moving average of round trips: each answer counts a quarter (libwebrtc's `RTT_RATIO` of 3).
struct RoundTripEstimate: BitwiseCopyable {
    private(set) var value = SimDuration.zero
    private(set) var samples: UInt32 = 0

    mutating func add(_ trip: SimDuration) {
        value = samples == 0 ? trip : (value * 3 + trip) / 4
        samples += 1
    }
}

extension Agent {
    /// The nominating check was answered: consent begins with it.
    mutating func startConsent(at now: SimTime) {
        consent = Consent()
        guard configuration.consentChecks, let selected else {
            sentAt = now
            keepAliveAt = configuration.keepAliveInterval.map { now + $0 } ?? .distantFuture
            return
        }
        let pair = pairs[selected]
        consent = Consent(of: pair, at: now)
        consent.expiresAt = now + configuration.timing.consentTimeout
        let interval = consentInterval(consent)
        consent.begin(
            at: configuration.timing.stability == nil
                ? now + interval : max(now, pair.lastCheckAt + interval))
    }

    /// How long after its last check a pair in use is checked again if that is answered: by the
    /// profile's stability, or the interval times U(1 − jitter, 1 + jitter) (RFC 7675 §5.1: 0.8 to
    /// 1.2).
    mutating func consentInterval(_ consent: Consent) -> SimDuration {
        let timing = configuration.timing
        if let interval = timing.interval(after: consent) { return interval }
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
            consent = planned(consent, roundTrip: pairs[selected].roundTrip, at: now)
            send(checkOf: selected, to: peer, useCandidate: false, at: now)
        }
    }

    /// A check for `consent` goes out at `now`: plans the one after it.
    mutating func planned(
        _ consent: Consent, roundTrip: SimDuration, at now: SimTime
    ) -> Consent {
        var next = consent
        next.noteCheck(at: now)
        next.plan(
            after: consentInterval(next), wait: weakWait(roundTrip),
            stability: configuration.timing.stability)
        return next
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
