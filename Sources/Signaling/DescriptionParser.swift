import ICE
import TextFields

extension SessionDescription {
    /// Parses SDP text; lines may end in CRLF or LF (RFC 8866 §5). Attributes and lines that a
    /// voice call does not need are skipped. Throws the first line that cannot be and why.
    public init(text: some Collection<UInt8>) throws(DescriptionError) {
        try self.init(text: Array(text)[...])
    }

    /// Parses the same from a part of a longer text.
    public init(text: ArraySlice<UInt8>) throws(DescriptionError) {
        guard text.count <= Self.longestText else {
            throw DescriptionError(line: 1, fault: .tooLong(bytes: text.count))
        }
        var parser = DescriptionParser()
        var lines = TextLines(text)
        while let line = lines.next() { try parser.take(line) }
        self = try parser.finish()
    }
}

/// The lines of a text, without their CRLF or LF.
struct TextLines: Sequence, IteratorProtocol {
    private let text: ArraySlice<UInt8>
    private var position: Int

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        position = text.startIndex
    }

    mutating func next() -> ArraySlice<UInt8>? {
        let start = position
        guard start < text.endIndex else { return nil }
        var end = start
        while end < text.endIndex, text[end] != 10 { end += 1 }
        position = end < text.endIndex ? end + 1 : end
        if end > start, text[end - 1] == 13 { end -= 1 }
        return text[start..<end]
    }
}

/// A set of lines, a bit for each.
private struct LineSet {
    private var bits: UInt32 = 0

    func contains(_ line: DescriptionError.StaticLine) -> Bool {
        bits >> UInt32(line.rawValue) & 1 == 1
    }

    /// Adds `line`; false when it is there already.
    mutating func insert(_ line: DescriptionError.StaticLine) -> Bool {
        defer { bits |= 1 << UInt32(line.rawValue) }
        return !contains(line)
    }
}

/// Takes a description line by line.
struct DescriptionParser {
    typealias Line = DescriptionError.StaticLine

    private var number = 0
    private var seen = LineSet()
    private var sessionID: UInt64 = 0
    private var version: UInt64 = 0
    private var fragment: ArraySlice<UInt8> = []
    private var password: ArraySlice<UInt8> = []
    private var fragmentLine = 0
    private var passwordLine = 0
    private var trickles = false
    private var isLite = false
    private var pacing: UInt32?
    private var fingerprint: [UInt8] = []
    private var setup = SetupRole.actpass
    private var mid = ""
    private var payloadTypes: [UInt8] = []
    private var format = OpusFormat()
    private var candidates: [Candidate] = []
    private var hasAllCandidates = false

    private static let opening: [(line: Line, letter: UInt8)] = [
        (.version, UInt8(ascii: "v")), (.origin, UInt8(ascii: "o")),
        (.sessionName, UInt8(ascii: "s")),
    ]

    mutating func take(_ line: ArraySlice<UInt8>) throws(DescriptionError) {
        number += 1
        guard line.count >= 2, line[line.startIndex + 1] == UInt8(ascii: "=") else {
            throw error(.notALine)
        }
        let letter = line[line.startIndex]
        let value = line.dropFirst(2)
        if number <= Self.opening.count, letter != Self.opening[number - 1].letter {
            throw error(.expected(Self.opening[number - 1].line))
        }
        switch letter {
        case UInt8(ascii: "v"):
            try once(.version)
            guard "0" ~= Spelling(value) else { throw error(.unsupported(.version)) }
        case UInt8(ascii: "o"):
            try once(.origin)
            try takeOrigin(value)
        case UInt8(ascii: "s"):
            try once(.sessionName)
        case UInt8(ascii: "t"):
            try once(.time)
        case UInt8(ascii: "m"):
            if seen.contains(.media) { throw error(.unsupported(.media)) }
            try once(.media)
            try takeMedia(value)
        case UInt8(ascii: "a"):
            try takeAttribute(value)
        default:
            break
        }
    }

    private func error(_ fault: DescriptionError.Fault) -> DescriptionError {
        DescriptionError(line: max(number, 1), fault: fault)
    }

    private mutating func once(_ line: Line) throws(DescriptionError) {
        guard seen.insert(line) else { throw error(.repeated(line)) }
    }

    /// `- ID VERSION IN IP4 ADDRESS` (RFC 8866 §5.2).
    private mutating func takeOrigin(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        let words = Words.split(value)
        let limit = UInt64(Int64.max)
        guard words.count == 6, let id = Words.number(words[1], limit: limit),
            let version = Words.number(words[2], limit: limit), "IN" ~= Spelling(words[3])
        else { throw error(.malformed(.origin)) }
        sessionID = id
        self.version = version
    }

    /// `audio PORT UDP/TLS/RTP/SAVPF FORMAT…` (RFC 8866 §5.14, RFC 5764 §8).
    private mutating func takeMedia(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        let words = Words.split(value)
        guard words.count >= 4, Words.number(words[1], limit: 65535) != nil else {
            throw error(.malformed(.media))
        }
        guard "audio" ~= Spelling(words[0]), "UDP/TLS/RTP/SAVPF" ~= Spelling(words[2])
        else { throw error(.unsupported(.media)) }
        for word in words[3...] {
            guard let type = Words.number(word, limit: 127) else {
                throw error(.malformed(.media))
            }
            payloadTypes.append(UInt8(type))
        }
    }

    private mutating func takeAttribute(_ line: ArraySlice<UInt8>) throws(DescriptionError) {
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
        let value = colon < line.endIndex ? line[(colon + 1)...] : line[colon...]
        switch Spelling(line[..<colon]) {
        case "ice-ufrag":
            try once(.usernameFragment)
            fragment = value
            fragmentLine = number
        case "ice-pwd":
            try once(.password)
            password = value
            passwordLine = number
        case "ice-options":
            trickles = Words.split(value).contains { "trickle" ~= Spelling($0) }
        case "ice-lite":
            isLite = true
        case "ice-pacing":
            try once(.pacing)
            guard let time = Words.number(value, limit: UInt64(UInt32.max)) else {
                throw error(.malformed(.pacing))
            }
            pacing = UInt32(time)
        case "fingerprint":
            try takeFingerprint(value)
        case "setup":
            try takeSetup(value)
        case "mid":
            try takeMid(value)
        case "rtcp-mux":
            try once(.rtcpMultiplexing)
        case "candidate":
            try takeCandidate(line)
        case "end-of-candidates":
            hasAllCandidates = true
        case "rtpmap":
            try takeMapping(value)
        case "fmtp":
            try takeParameters(value)
        case "ptime":
            try takePacketTime(value)
        default:
            break
        }
    }

    private mutating func takeFingerprint(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        let words = Words.split(value)
        guard words.count == 2 else { throw error(.malformed(.fingerprint)) }
        // Others may stand beside it (RFC 8122 §5); SHA-256 is the one that must be there.
        guard Spelling(words[0]).equalsIgnoringCase("sha-256") else { return }
        try once(.fingerprint)
        let text = words[1]
        guard text.count == SessionDescription.fingerprintByteCount * 3 - 1 else {
            throw error(.malformed(.fingerprint))
        }
        fingerprint.reserveCapacity(SessionDescription.fingerprintByteCount)
        for position in stride(from: text.startIndex, to: text.endIndex, by: 3) {
            guard let high = Words.hexadecimalDigit(text[position]),
                let low = Words.hexadecimalDigit(text[position + 1]),
                position + 2 >= text.endIndex || text[position + 2] == UInt8(ascii: ":")
            else { throw error(.malformed(.fingerprint)) }
            fingerprint.append(high << 4 | low)
        }
    }

    private mutating func takeSetup(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        try once(.setup)
        guard let role = SetupRole.allCases.first(where: { $0.token ~= Spelling(value) }) else {
            throw error(.malformed(.setup))
        }
        setup = role
    }

    private mutating func takeMid(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        try once(.mid)
        guard (1...SessionDescription.longestMid).contains(value.count),
            value.allSatisfy(Characters.isTokenCharacter)
        else { throw error(.malformed(.mid)) }
        mid = String(decoding: value, as: UTF8.self)
    }

    private mutating func takeCandidate(_ line: ArraySlice<UInt8>) throws(DescriptionError) {
        guard candidates.count < SessionDescription.maximumCandidates else {
            throw error(.tooManyCandidates)
        }
        do {
            candidates.append(try Candidate(text: line))
        } catch {
            throw self.error(.candidate(error))
        }
    }

    /// `TYPE opus/48000/2` (RFC 7587 §7); mappings of other codecs are skipped.
    private mutating func takeMapping(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        let words = Words.split(value)
        guard words.count == 2, let type = Words.number(words[0], limit: 127) else {
            throw error(.malformed(.rtpmap))
        }
        guard Spelling(words[1]).equalsIgnoringCase("opus/48000/2"), !seen.contains(.rtpmap),
            payloadTypes.contains(UInt8(type))
        else { return }
        guard OpusFormat.payloadTypes.contains(UInt8(type)) else {
            throw error(.unsupported(.rtpmap))
        }
        try once(.rtpmap)
        format.payloadType = UInt8(type)
        format.usesInBandFEC = false
    }

    /// `TYPE name=value;…` (RFC 7587 §6.1); those of other codecs are skipped.
    private mutating func takeParameters(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        let space = value.firstIndex(of: 32) ?? value.endIndex
        guard let type = Words.number(value[..<space], limit: 127) else {
            throw error(.malformed(.fmtp))
        }
        guard seen.contains(.rtpmap), UInt8(type) == format.payloadType else { return }
        var rest = value[space...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
            let piece = Words.trim(rest[..<end])
            rest = rest[end...].dropFirst()
            guard let sign = piece.firstIndex(of: UInt8(ascii: "=")), sign > piece.startIndex,
                sign + 1 < piece.endIndex
            else { continue }
            try takeParameter(Spelling(piece[..<sign]), piece[(sign + 1)...])
        }
    }

    private mutating func takeParameter(
        _ name: Spelling, _ value: ArraySlice<UInt8>
    ) throws(DescriptionError) {
        switch name {
        case "useinbandfec":
            format.usesInBandFEC = try flag(value)
        case "usedtx":
            format.usesDTX = try flag(value)
        case "maxaveragebitrate":
            guard let rate = Words.number(value, limit: UInt64(OpusFormat.bitrates.upperBound)),
                OpusFormat.bitrates.contains(UInt32(rate))
            else { throw error(.malformed(.fmtp)) }
            format.maximumAverageBitrate = UInt32(rate)
        default:
            break
        }
    }

    private func flag(_ value: ArraySlice<UInt8>) throws(DescriptionError) -> Bool {
        guard let flag = Words.number(value, limit: 1) else { throw error(.malformed(.fmtp)) }
        return flag == 1
    }

    private mutating func takePacketTime(_ value: ArraySlice<UInt8>) throws(DescriptionError) {
        try once(.ptime)
        guard let time = Words.number(value, limit: 255),
            OpusFormat.packetTimes.contains(UInt8(time))
        else { throw error(.malformed(.ptime)) }
        format.packetTime = UInt8(time)
    }

    private static let needed: [Line] = [
        .version, .origin, .sessionName, .time, .media, .usernameFragment, .password,
        .fingerprint, .setup, .mid, .rtcpMultiplexing, .rtpmap,
    ]

    func finish() throws(DescriptionError) -> SessionDescription {
        for line in Self.needed where !seen.contains(line) { throw error(.missing(line)) }
        let credentials: Credentials
        do {
            credentials = try Credentials(usernameFragment: fragment, password: password)
        } catch {
            switch error {
            case .usernameFragment:
                throw DescriptionError(line: fragmentLine, fault: .malformed(.usernameFragment))
            case .password:
                throw DescriptionError(line: passwordLine, fault: .malformed(.password))
            }
        }
        var description = SessionDescription(
            sessionID: sessionID, version: version, credentials: credentials, trickles: trickles,
            fingerprint: fingerprint, setup: setup, mid: mid, format: format,
            candidates: candidates, hasAllCandidates: hasAllCandidates)
        description.isLite = isLite
        description.pacing = pacing
        return description
    }
}
