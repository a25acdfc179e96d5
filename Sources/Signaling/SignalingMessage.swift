import ICE

/// Names a call within the signalling service.
public struct CallID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number; tells nothing about the parties.
    public let rawValue: UInt64

    /// The call numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Names one end of a connection to the signalling service: a session, not a person.
public struct PartyID: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number.
    public let rawValue: UInt64

    /// The party numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// What the two sessions of a call tell each other through the service.
///
/// As text: a line `VOICEMEET/1 KIND`, header lines `call: NUMBER` and `length: BYTES`, an empty
/// line, and a body of that many bytes: SDP for offers and answers, SDP attribute lines for a
/// trickled candidate or the end of candidates (after RFC 8840 §4.2), nothing for bye.
public enum SignalingMessage: Hashable, Sendable {
    /// The caller's description.
    case offer(SessionDescription)
    /// The callee's.
    case answer(SessionDescription)
    /// One more candidate of the sender's.
    case candidate(Candidate)
    /// The sender has no more candidates.
    case endOfCandidates
    /// The sender leaves; the service forgets the call.
    case bye

    /// What it is, as the first line names it.
    public var kind: Kind {
        switch self {
        case .offer: .offer
        case .answer: .answer
        case .candidate: .candidate
        case .endOfCandidates: .endOfCandidates
        case .bye: .bye
        }
    }

    /// The kinds of messages.
    public enum Kind: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// An offer.
        case offer
        /// An answer.
        case answer
        /// A candidate.
        case candidate
        /// The end of candidates.
        case endOfCandidates
        /// Good-bye.
        case bye

        var token: StaticString {
            switch self {
            case .offer: "offer"
            case .answer: "answer"
            case .candidate: "candidate"
            case .endOfCandidates: "end-of-candidates"
            case .bye: "bye"
            }
        }
    }

    /// Longest message accepted, in bytes: the longest description with its envelope.
    public static let longestText = SessionDescription.longestText + 128

    /// The message as the text that goes to the service in call `call`.
    public func text(in call: CallID) -> [UInt8] {
        var body = TextWriter(capacity: 1024)
        switch self {
        case .offer(let description), .answer(let description):
            description.write(to: &body)
        case .candidate(let candidate):
            body.text("a=")
            candidate.appendText(to: &body.bytes)
            body.endLine()
        case .endOfCandidates:
            body.line("a=end-of-candidates")
        case .bye:
            break
        }
        var writer = TextWriter(capacity: body.bytes.count + 64)
        writer.text("VOICEMEET/1 ")
        writer.text(kind.token)
        writer.endLine()
        writer.text("call: ")
        writer.number(call.rawValue)
        writer.endLine()
        writer.text("length: ")
        writer.number(UInt64(body.bytes.count))
        writer.endLine()
        writer.endLine()
        writer.text(body.bytes)
        return writer.bytes
    }
}
