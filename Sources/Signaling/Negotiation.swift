/// Where one side's exchange of offers and answers stands (RFC 3264 §4, RFC 8829 §4.1.8), and
/// what it does with a description that arrives.
///
/// Offers that cross are settled without a third message: the side whose offer has the smaller
/// session id yields. It takes its own offer back (RFC 8829 §4.1.10.2, rollback) and answers the
/// other's, which drops the offer it gets meanwhile. Both compare the same two numbers, so exactly
/// one yields.
public struct Negotiation: Hashable, Sendable, BitwiseCopyable {
    /// The signalling states that a side without provisional answers can be in.
    public enum State: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// No offer is open.
        case stable
        /// Our offer waits for its answer.
        case haveLocalOffer
        /// The peer's offer waits for our answer.
        case haveRemoteOffer
    }

    /// What to do with a description.
    public enum Verdict: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// Apply it; an offer is to be answered.
        case accept
        /// Take the own offer back, then apply the peer's and answer it.
        case rollBackAndAccept
        /// Offers crossed and the peer yields: drop it.
        case ignoreGlare
        /// It was taken before, or a newer one was: drop it.
        case ignoreOld
        /// It answers nothing: drop it.
        case ignoreUnexpected
        /// It claims another session than before: drop it.
        case ignoreForeign
    }

    /// Where the exchange stands.
    public private(set) var state = State.stable
    /// The `o=` session id of our descriptions.
    public let sessionID: UInt64
    /// The `o=` version of our last description; 0 before the first.
    public private(set) var version: UInt64 = 0
    private var peerSessionID: UInt64?
    private var peerVersion: UInt64 = 0

    /// A side that has sent and received nothing.
    public init(sessionID: UInt64) { self.sessionID = sessionID }

    /// An offer of ours leaves now.
    ///
    /// - Returns: its `o=` version, one more than the last (RFC 3264 §8).
    /// - Precondition: no offer is open.
    public mutating func offer() -> UInt64 {
        precondition(state == .stable, "an offer is open already: \(state)")
        state = .haveLocalOffer
        version += 1
        return version
    }

    /// Our answer to the peer's offer leaves now.
    ///
    /// - Returns: its `o=` version.
    /// - Precondition: the peer's offer is open.
    public mutating func answer() -> UInt64 {
        precondition(state == .haveRemoteOffer, "nothing is to be answered: \(state)")
        state = .stable
        version += 1
        return version
    }

    /// What to do with an offer of the peer's; after ``Verdict/accept`` and
    /// ``Verdict/rollBackAndAccept`` ``answer()`` follows.
    public mutating func receive(offer: SessionDescription) -> Verdict {
        if let fault = check(offer) { return fault }
        switch state {
        case .stable:
            break
        case .haveRemoteOffer:
            // A newer offer before our answer: the peer took the first one back.
            note(offer)
            return .accept
        case .haveLocalOffer:
            guard yields(to: offer) else { return .ignoreGlare }
            note(offer)
            state = .haveRemoteOffer
            return .rollBackAndAccept
        }
        note(offer)
        state = .haveRemoteOffer
        return .accept
    }

    /// What to do with an answer of the peer's.
    public mutating func receive(answer: SessionDescription) -> Verdict {
        if let fault = check(answer) { return fault }
        guard state == .haveLocalOffer else { return .ignoreUnexpected }
        note(answer)
        state = .stable
        return .accept
    }

    private func check(_ description: SessionDescription) -> Verdict? {
        if let peerSessionID, description.sessionID != peerSessionID { return .ignoreForeign }
        return peerSessionID != nil && description.version <= peerVersion ? .ignoreOld : nil
    }

    private mutating func note(_ description: SessionDescription) {
        peerSessionID = description.sessionID
        peerVersion = description.version
    }

    /// Ids are random 63-bit numbers; for equal ones, which a reflected offer has too, both would
    /// yield or neither: then neither does, and the offers time out.
    private func yields(to offer: SessionDescription) -> Bool { sessionID < offer.sessionID }
}
