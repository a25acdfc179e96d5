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
/// trickled candidate or the end of candidates (after RFC 8840 §4.2 and §9: `a=ice-ufrag` before
/// them names their generation), nothing for the others. On a ``SignalingChannel`` header lines
/// `seq: NUMBER` and `ack: NUMBER` number a message among those of its sender in the call and tell
/// how many of the other side's have come. `list: DIGEST` names a list of processors in ``seen(_:)`` and
/// ``notice(_:)``, which pass between a session and the service alone and have no numbers.
public enum SignalingMessage: Hashable, Sendable {
    /// The caller's description.
    case offer(SessionDescription)
    /// The callee's.
    case answer(SessionDescription)
    /// One more candidate of the sender's; after an ICE restart with the user fragment of its
    /// generation.
    case candidate(Candidate, usernameFragment: [UInt8]? = nil)
    /// The sender has no more candidates of this generation.
    case endOfCandidates(usernameFragment: [UInt8]? = nil)
    /// The sender's connection is new: the service sends it again what it has not acknowledged.
    case resume
    /// The sender leaves; the service forgets the call.
    case bye
    /// Which list of processors the sender was shown last, when its connection is new; nil for none. The service
    /// answers with a ``notice(_:)`` where another one is published.
    case seen(ListVersion?)
    /// The service's own: another list of processors is published than the one seen.
    case notice(ListVersion)

    /// What it is, as the first line names it.
    public var kind: Kind {
        switch self {
        case .offer: .offer
        case .answer: .answer
        case .candidate: .candidate
        case .endOfCandidates: .endOfCandidates
        case .bye: .bye
        case .resume: .resume
        case .seen: .seen
        case .notice: .notice
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
        /// A new connection.
        case resume
        /// The list of processors that was seen last.
        case seen
        /// That another list is published.
        case notice

        var token: StaticString {
            switch self {
            case .offer: "offer"
            case .answer: "answer"
            case .candidate: "candidate"
            case .endOfCandidates: "end-of-candidates"
            case .bye: "bye"
            case .resume: "resume"
            case .seen: "seen"
            case .notice: "notice"
            }
        }
    }

    /// Longest message accepted, in bytes: the longest description with its envelope.
    public static let longestText = SessionDescription.longestText + 192

    /// The message as the text that goes to the service in call `call`.
    ///
    /// - Parameters:
    ///   - call: the call.
    ///   - number: its place among the sender's messages, from 1; nil outside a channel.
    ///   - acknowledged: how many messages of the other side's have come; nil outside a channel.
    public func text(
        in call: CallID, number: UInt64? = nil, acknowledging acknowledged: UInt64? = nil
    ) -> [UInt8] {
        var body = TextWriter(capacity: 1024)
        switch self {
        case .offer(let description), .answer(let description):
            description.write(to: &body)
        case .candidate(let candidate, let fragment):
            Self.write(fragment, to: &body)
            body.text("a=")
            candidate.appendText(to: &body.bytes)
            body.endLine()
        case .endOfCandidates(let fragment):
            Self.write(fragment, to: &body)
            body.line("a=end-of-candidates")
        case .bye, .resume, .seen, .notice:
            break
        }
        var writer = TextWriter(capacity: body.bytes.count + 64)
        writer.text("VOICEMEET/1 ")
        writer.text(kind.token)
        writer.endLine()
        writer.text("call: ")
        writer.number(call.rawValue)
        writer.endLine()
        Self.write("seq: ", number, to: &writer)
        Self.write("ack: ", acknowledged, to: &writer)
        if let list {
            writer.text("list: ")
            list.write(to: &writer)
            writer.endLine()
        }
        writer.text("length: ")
        writer.number(UInt64(body.bytes.count))
        writer.endLine()
        writer.endLine()
        writer.text(body.bytes)
        return writer.bytes
    }

    /// The list of processors that it names.
    private var list: ListVersion? {
        switch self {
        case .seen(let list): list
        case .notice(let list): list
        default: nil
        }
    }

    private static func write(_ fragment: [UInt8]?, to body: inout TextWriter) {
        guard let fragment else { return }
        body.text("a=ice-ufrag:")
        body.text(fragment)
        body.endLine()
    }

    private static func write(
        _ name: StaticString, _ number: UInt64?, to writer: inout TextWriter
    ) {
        guard let number else { return }
        writer.text(name)
        writer.number(number)
        writer.endLine()
    }
}
