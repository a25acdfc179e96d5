import Addressing
import Quantities
import STUN

/// A consent check on a former path.
struct FormerCheck: BitwiseCopyable {
    let id: TransactionID
    let sentAt: SimTime
}

/// The selected pair of a generation before an ICE restart: media go on over the last one until
/// the new generation has selected one (RFC 8445 §9), consent included.
///
/// Those before it are only listened to: where restarts follow each other quickly, the peer may
/// still be sending over one of them.
struct FormerPath: Sendable {
    /// What it looks like from outside.
    let pair: SelectedPair
    let peer: Peer
    let localFragment: [UInt8]
    let localKey: IntegrityKey
    let role: Role
    let tieBreaker: UInt64
    /// PRIORITY of its checks.
    let priority: UInt32
    /// Index of the leg of its relayed base; -1 for a host's.
    var leg: Int
    var consent: Consent
    /// Consent checks without answer, the newest last.
    var unanswered: [FormerCheck] = []
    /// When it is forgotten, once a newer pair is in use.
    var endsAt = SimTime.distantFuture
    /// Whether a later path has become the former one before this one was forgotten.
    var isSuperseded = false

    /// Most consent checks remembered: those of half a minute without answer, 900 ms apart.
    static let maximumUnanswered = 34
    /// Most paths kept, the newest first: older ones are forgotten early.
    static let maximumKept = 4

    /// Whether media may still go out over it.
    var isInUse: Bool { endsAt == .distantFuture && !isSuperseded }

    var dueAt: SimTime { min(min(consent.nextCheckAt, consent.expiresAt), endsAt) }

    /// Whether `username` of a check is for these credentials.
    func isAddressed(_ message: borrowing MessageView) -> Bool {
        guard let range = message.range(of: .username) else { return false }
        return message.bytes[range].starts(with: localFragment + [UInt8(ascii: ":")])
    }
}
