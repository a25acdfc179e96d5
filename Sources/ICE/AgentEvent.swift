/// Why an agent has given up.
public enum AgentFailure: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// At the end of ``TimingProfile/connectivityTimeout`` every pair had failed, and neither side
    /// had more candidates.
    case allPairsFailed
    /// Within ``TimingProfile/connectivityTimeout`` no pair was nominated, though some might have.
    case timeout
    /// The peer no longer answered consent checks (RFC 7675 §5.1), and no restart followed within
    /// ``TimingProfile/restartPatience``.
    case consentLost
    /// The allocation that the selected pair ran over is gone.
    case relayLost
}

/// What an agent tells its owner, in order.
public enum AgentEvent: Hashable, Sendable {
    /// A candidate to signal to the peer (trickled, RFC 8838 §9).
    case localCandidate(Candidate)
    /// There will be no more; signal the end of candidates (RFC 8838 §13).
    case gatheringComplete
    /// A candidate of the peer's hides behind this name: ask for it by multicast DNS on the host's
    /// own links and give what comes to ``Agent/resolved(_:as:at:)``.
    case resolve(MDNSName)
    /// The TURN server refused an allocation with this error code, 300…699; 0 when nobody
    /// answered.
    case relayRefused(code: UInt16)
    /// A pair is nominated: media may flow.
    indirect case connected(SelectedPair)
    /// The controlling peer nominated another pair.
    indirect case selectedPairChanged(SelectedPair)
    /// An ICE restart has a pair: media go over it from now on.
    indirect case restarted(SelectedPair)
    /// An ICE restart found no pair in time; media stay on the one selected before.
    case restartFailed
    /// Nothing has come over the selected pair for ``TimingProfile/receivingTimeout``, and checks
    /// went unanswered. Media may still be sent; who wants less silence than consent allows
    /// restarts now.
    case disconnected
    /// Something has come over the selected pair again after ``disconnected``.
    case reconnected
    /// Consent for the pair in use has run out (RFC 7675 §5.1): nothing is sent until an ICE
    /// restart has found another. After ``TimingProfile/restartPatience`` without one
    /// ``failed(_:)`` follows.
    case consentLost
    /// The server no longer has the allocation that the pair in use runs over. As with
    /// ``consentLost``, a restart may follow.
    case relayLost
    /// The agent has given up.
    case failed(AgentFailure)
    /// An allocation of ours has been given back.
    case relayReleased
}

/// What became of a datagram handed to an agent.
public enum Received: Hashable, Sendable {
    /// It was ICE's, STUN's or TURN's own.
    case consumed
    /// The peer's data, out of whatever a relay had wrapped it in.
    case application([UInt8])
    /// It was counted and dropped.
    case rejected(Rejection)

    @inline(__always)
    var isRejected: Bool {
        if case .rejected = self { true } else { false }
    }
}

/// Why a datagram was dropped.
public enum Rejection: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// It claims to be STUN and is not well formed.
    case malformed
    /// Neither STUN nor anything that media sockets carry (RFC 7983).
    case unknownKind
    /// A check without USERNAME, MESSAGE-INTEGRITY, FINGERPRINT, PRIORITY and one role
    /// (RFC 8445 §7.1, §7.3).
    case incompleteCheck
    /// A check for another user fragment.
    case unknownUsername
    /// The integrity is not that of the password.
    case wrongIntegrity
    /// A response to nothing that was asked, or asked and answered before.
    case unknownTransaction
    /// It came to an address that is no base of this agent.
    case unexpectedLocalAddress
    /// Data from an address that is no candidate of the peer's.
    case unexpectedSource
    /// The peer has shown more addresses than ``Agent/maximumLearntCandidates`` or
    /// ``Agent/maximumRemoteCandidates``.
    case tooManyCandidates
    /// The TURN client would not have it.
    case unexpectedRelayMessage
    /// A message of a kind that agents do not exchange.
    case unexpectedMessage
    /// The agent is closed or has failed.
    case closed
}
