/// What an agent has sent, received and dropped.
public struct AgentCounters: Hashable, Sendable {
    /// Checks sent, first ones and repetitions, consent checks among them.
    public var checksSent: UInt64 = 0
    /// Authentic checks received.
    public var checksReceived: UInt64 = 0
    /// Success responses that were accepted.
    public var responsesAccepted: UInt64 = 0
    /// Role conflicts, met or told of (RFC 8445 §7.3.1.1).
    public var roleConflicts: UInt64 = 0
    /// Responses that came from elsewhere than the check had gone (RFC 8445 §7.2.5.2.1).
    public var asymmetricResponses: UInt64 = 0
    /// Peer-reflexive candidates learnt, local and remote.
    public var peerReflexiveCandidates: UInt64 = 0
    /// Remote candidates whose mDNS name nobody resolved, and those beyond
    /// ``Agent/maximumNames``.
    public var unresolvableCandidates: UInt64 = 0
    /// Remote candidates of a kind this agent does not use (TCP, another component), doubled ones,
    /// and those beyond ``Agent/maximumRemoteCandidates``.
    public var ignoredCandidates: UInt64 = 0
    /// Pairs pushed off the checklist by its limit (RFC 8445 §6.1.2.5).
    public var discardedPairs: UInt64 = 0
    /// Checks left out because as many were unanswered as the agent remembers.
    public var forgottenChecks: UInt64 = 0

    /// ICE restarts, ours and the peer's.
    public var restarts: UInt64 = 0
    /// Remote candidates of a generation that is over.
    public var staleCandidates: UInt64 = 0
    /// Binding indications sent to keep the path open.
    public var keepAlivesSent: UInt64 = 0

    private var rejections = InlineArray<16, UInt64>(repeating: 0)

    /// No counts yet.
    public init() {}

    /// Datagrams dropped for `reason`.
    public subscript(reason: Rejection) -> UInt64 {
        rejections[Int(reason.rawValue)]
    }

    mutating func count(_ reason: Rejection) {
        rejections[Int(reason.rawValue)] += 1
    }

    /// Datagrams dropped for any reason.
    public var rejected: UInt64 {
        Rejection.allCases.reduce(0) { $0 + self[$1] }
    }

    /// Equal when all counts are.
    public static func == (a: AgentCounters, b: AgentCounters) -> Bool {
        a.named.elementsEqual(b.named) && Rejection.allCases.allSatisfy { a[$0] == b[$0] }
    }

    /// Feeds all counts to `hasher`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(named)
        for reason in Rejection.allCases { hasher.combine(self[reason]) }
    }

    private var named: [UInt64] {
        [
            checksSent, checksReceived, responsesAccepted, roleConflicts, asymmetricResponses,
            peerReflexiveCandidates, unresolvableCandidates, ignoredCandidates, discardedPairs,
            forgottenChecks, restarts, staleCandidates, keepAlivesSent,
        ]
    }
}
