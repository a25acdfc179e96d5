import ICE
import TextFields

/// What is wrong with the text of a signalling message.
public enum SignalingError: Error, Hashable, Sendable {
    /// Longer than ``SignalingMessage/longestText``.
    case tooLong(bytes: Int)
    /// The first line is not `VOICEMEET/1 KIND`.
    case firstLine
    /// A header line is not `name: value`, its value is no number or digest, or it is there twice; or the
    /// empty line is missing.
    case header(line: Int)
    /// `call` or `length` is missing, or the `list` of a notice.
    case missingHeader
    /// The body has not as many bytes as `length` says.
    case length(declared: UInt64, actual: Int)
    /// The description in an offer or answer cannot be; lines count from the body's first.
    case description(DescriptionError)
    /// The candidate cannot be.
    case candidate(CandidateTextError)
    /// The user fragment beside the candidate cannot be.
    case usernameFragment
    /// The body does not belong to the kind.
    case body(SignalingMessage.Kind)
}

/// A message's first line and headers, which is all that the service reads.
struct Envelope {
    var kind: SignalingMessage.Kind
    var call: CallID
    /// `seq`.
    var number: UInt64?
    /// `ack`.
    var acknowledged: UInt64?
    /// `list`.
    var list: ListVersion?
    var body: ArraySlice<UInt8>

    private static let opening: StaticString = "VOICEMEET/1 "

    init(_ text: [UInt8]) throws(SignalingError) {
        guard text.count <= SignalingMessage.longestText else {
            throw .tooLong(bytes: text.count)
        }
        var lines = HeaderLines(text)
        let openingCount = Self.opening.utf8CodeUnitCount
        guard let first = lines.next(), Self.opening ~= Spelling(first.prefix(openingCount)),
            let kind = Self.kind(first.dropFirst(openingCount))
        else { throw .firstLine }
        var call: UInt64?
        var length: UInt64?
        while true {
            guard let line = lines.next() else { throw .header(line: lines.number) }
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")),
                colon + 1 < line.endIndex, line[colon + 1] == 32
            else { throw .header(line: lines.number) }
            let value = line[(colon + 2)...]
            let name = Spelling(line[..<colon])
            if "call" ~= name {
                try Self.take(value, into: &call, line: lines.number)
            } else if "length" ~= name {
                try Self.take(value, into: &length, line: lines.number)
            } else if "seq" ~= name {
                try Self.take(value, into: &number, line: lines.number)
            } else if "ack" ~= name {
                try Self.take(value, into: &acknowledged, line: lines.number)
            } else if "list" ~= name {
                guard list == nil, let version = ListVersion(text: value) else {
                    throw .header(line: lines.number)
                }
                list = version
            }
        }
        guard let call, let length else { throw .missingHeader }
        body = lines.rest
        guard UInt64(body.count) == length else {
            throw .length(declared: length, actual: body.count)
        }
        self.kind = kind
        self.call = CallID(rawValue: call)
    }

    private static func take(
        _ value: ArraySlice<UInt8>, into header: inout UInt64?, line: Int
    ) throws(SignalingError) {
        // A second one could be read one way by the service and another by the peer.
        guard header == nil, let parsed = Words.number(value) else { throw .header(line: line) }
        header = parsed
    }

    private static func kind(_ word: ArraySlice<UInt8>) -> SignalingMessage.Kind? {
        for kind in SignalingMessage.Kind.allCases where kind.token ~= Spelling(word) {
            return kind
        }
        return nil
    }
}

/// The lines of a header, each ended by CRLF, and what follows them.
private struct HeaderLines {
    private let text: [UInt8]
    private var position = 0
    var number = 0

    init(_ text: [UInt8]) { self.text = text }

    /// What follows the lines taken so far.
    var rest: ArraySlice<UInt8> { text[position...] }

    mutating func next() -> ArraySlice<UInt8>? {
        number += 1
        var end = position
        while end < text.count, text[end] != 10 { end += 1 }
        guard end < text.count, end > position, text[end - 1] == 13 else { return nil }
        defer { position = end + 1 }
        return text[position..<(end - 1)]
    }
}

extension SignalingMessage {
    /// The number of a message among its sender's, as its text tells it; nil where it has none or is no message.
    public static func number(of text: [UInt8]) -> UInt64? { (try? Envelope(text))?.number }

    /// Parses the text of a message; tells which call it belongs to.
    public static func parse(
        _ text: [UInt8]
    ) throws(SignalingError) -> (call: CallID, message: SignalingMessage) {
        let envelope = try Envelope(text)
        return (envelope.call, try SignalingMessage(envelope))
    }

    init(_ envelope: Envelope) throws(SignalingError) {
        switch envelope.kind {
        case .offer: self = .offer(try Self.description(envelope.body))
        case .answer: self = .answer(try Self.description(envelope.body))
        case .candidate:
            let (fragment, line) = try Self.trickled(envelope.body)
            do {
                self = .candidate(try Candidate(text: line), usernameFragment: fragment)
            } catch {
                throw .candidate(error)
            }
        case .endOfCandidates:
            let (fragment, line) = try Self.trickled(envelope.body)
            guard "a=end-of-candidates" ~= Spelling(line) else { throw .body(.endOfCandidates) }
            self = .endOfCandidates(usernameFragment: fragment)
        case .bye, .resume, .seen, .notice:
            guard envelope.body.isEmpty else { throw .body(envelope.kind) }
            self = try Self.bodiless(envelope)
        }
    }

    private static func bodiless(
        _ envelope: Envelope
    ) throws(SignalingError) -> SignalingMessage {
        switch envelope.kind {
        case .bye: return .bye
        case .resume: return .resume
        case .seen: return .seen(envelope.list)
        default:
            guard let list = envelope.list else { throw .missingHeader }
            return .notice(list)
        }
    }

    /// The fragment of the generation, if told, and the line after it.
    private static func trickled(
        _ body: ArraySlice<UInt8>
    ) throws(SignalingError) -> (fragment: [UInt8]?, line: ArraySlice<UInt8>) {
        let name: StaticString = "a=ice-ufrag:"
        guard name ~= Spelling(body.prefix(name.utf8CodeUnitCount)) else {
            return (nil, line(body))
        }
        let rest = body.dropFirst(name.utf8CodeUnitCount)
        guard let end = rest.firstIndex(of: 10), end > rest.startIndex, rest[end - 1] == 13
        else { throw .usernameFragment }
        let fragment = rest[..<(end - 1)]
        guard Credentials.isUsernameFragment(fragment) else { throw .usernameFragment }
        return (Array(fragment), line(rest[(end + 1)...]))
    }

    private static func description(
        _ body: ArraySlice<UInt8>
    ) throws(SignalingError) -> SessionDescription {
        do {
            return try SessionDescription(text: body)
        } catch {
            throw .description(error)
        }
    }

    /// The only line of `body`, without its end.
    private static func line(_ body: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        "\r\n" ~= Spelling(body.suffix(2)) ? body.dropLast(2) : body
    }
}
