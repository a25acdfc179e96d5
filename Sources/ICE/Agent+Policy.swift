import Quantities

/// Direct paths for those who are strangers no longer (``CandidatePolicy/relayForStrangers``).
extension Agent {
    /// Whether only relayed candidates are gathered and used now.
    @inline(__always)
    var relaysOnly: Bool {
        switch configuration.policy {
        case .all: false
        case .relay: true
        case .relayForStrangers: !isDirectPermitted
        }
    }

    /// Allows direct candidates from now on; to be called on both sides once both have stayed.
    ///
    /// The call moves by an ICE restart, because within one ICE session the controlling agent must
    /// not nominate another pair (RFC 8445 §8.1.1). One side has to offer it: the controlling one,
    /// or the other when the controlling one's restart came before this call. After an earlier
    /// restart the other cannot tell that one from it, and both may offer: crossing offers are for
    /// signalling to settle, and whichever is answered serves. Media stay on the relay until a direct pair is selected; the allocation is given back after that.
    ///
    /// - Returns: whether this agent has restarted and its ``localCredentials`` are to be signalled
    ///   in an offer. False when the peer's offer is to be awaited, and where nothing changes:
    ///   under another policy, on repetition, before the start and after the end.
    public mutating func permitDirect(at now: SimTime) -> Bool {
        guard configuration.policy == .relayForStrangers, !isDirectPermitted, phase.isLive else {
            return false
        }
        isDirectPermitted = true
        guard phase != .new, role == .controlling || generation > 0 else { return false }
        return restart(at: now)
    }
}
