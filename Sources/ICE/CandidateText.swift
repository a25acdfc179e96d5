import Addressing
import TextFields

/// What is wrong with the text of a candidate; positions count words from 1.
public enum CandidateTextError: Error, Hashable, Sendable {
    /// It does not begin with `candidate:`.
    case prefix
    /// It has fewer than the eight words up to the type (RFC 8839 §5.1).
    case tooFewWords(count: Int)
    /// It is longer than ``Candidate/longestText``.
    case tooLong(bytes: Int)
    /// The foundation is not 1…32 ice-chars.
    case foundation
    /// The component is not 1…256.
    case component
    /// The transport is neither `udp` nor `tcp`.
    case transport
    /// The priority is not 1…2^31 − 1.
    case priority
    /// The address is neither an IP address nor a UUID under `.local`.
    case address
    /// The port is not 0…65535.
    case port
    /// The word `typ` is missing or the type unknown.
    case type
    /// An extension has no value, or `raddr` or `rport` no valid one.
    case `extension`(word: Int)
}

extension Candidate {
    /// Longest text accepted, in bytes: many times what the known fields need, and a bound on
    /// what a stranger can make an agent parse.
    public static let longestText = 1024

    /// Parses `candidate:…` (RFC 8839 §5.1), with or without `a=` before it. Unknown extensions
    /// are skipped, as the RFC demands.
    public init(text: some Collection<UInt8>) throws(CandidateTextError) {
        try self.init(text: Array(text)[...])
    }

    /// Parses the same from a part of a longer text.
    public init(text: ArraySlice<UInt8>) throws(CandidateTextError) {
        guard text.count <= Self.longestText else { throw .tooLong(bytes: text.count) }
        var line = text
        if line.count > 1, line.first == UInt8(ascii: "a"),
            line[line.startIndex + 1] == UInt8(ascii: "=")
        {
            line = line.dropFirst(2)
        }
        guard line.count > 10, Spelling(line.prefix(10)).equalsIgnoringCase("candidate:") else {
            throw .prefix
        }
        let words = Words.split(line.dropFirst(10))
        guard words.count >= 8 else { throw .tooFewWords(count: words.count) }
        guard let foundation = Foundation(bytes: words[0]) else { throw .foundation }
        guard let component = Words.number(words[1], limit: 256), component > 0 else {
            throw .component
        }
        guard let transport = Self.transport(words[2]) else { throw .transport }
        guard let priority = Words.number(words[3], limit: 1 << 31 - 1), priority > 0 else {
            throw .priority
        }
        guard let port = Words.number(words[5], limit: 65535) else { throw .port }
        guard let address = Self.address(words[4], port: UInt16(port)) else { throw .address }
        guard Spelling(words[6]).equalsIgnoringCase("typ"), let type = Self.type(words[7]) else {
            throw .type
        }
        self.init(
            foundation: foundation, component: UInt16(component), transport: transport,
            priority: UInt32(priority), address: address, type: type,
            related: try Self.related(words))
    }

    private static func transport(_ word: ArraySlice<UInt8>) -> TransportProtocol? {
        if Spelling(word).equalsIgnoringCase("udp") { return .udp }
        return Spelling(word).equalsIgnoringCase("tcp") ? .tcp : nil
    }

    private static func address(_ word: ArraySlice<UInt8>, port: UInt16) -> CandidateAddress? {
        if let name = MDNSName(bytes: word) { return .mdns(name, port: port) }
        guard let ip = IPAddress(utf8: word) else { return nil }
        return .ip(TransportAddress(ip, port: port))
    }

    private static func type(_ word: ArraySlice<UInt8>) -> CandidateType? {
        for type in CandidateType.allCases where Spelling(word).equalsIgnoringCase(type.token) {
            return type
        }
        return nil
    }

    private static func related(
        _ words: [ArraySlice<UInt8>]
    ) throws(CandidateTextError) -> TransportAddress? {
        var ip: IPAddress?
        var port: UInt16?
        for index in stride(from: 8, to: words.count, by: 2) {
            guard index + 1 < words.count, !words[index].isEmpty else {
                throw .extension(word: index + 1)
            }
            if Spelling(words[index]).equalsIgnoringCase("raddr") {
                ip = IPAddress(utf8: words[index + 1])
                if ip == nil { throw .extension(word: index + 1) }
            } else if Spelling(words[index]).equalsIgnoringCase("rport") {
                port = Words.number(words[index + 1], limit: 65535).map { UInt16($0) }
                if port == nil { throw .extension(word: index + 1) }
            }
        }
        guard let ip, let port else { return nil }
        return TransportAddress(ip, port: port)
    }

    /// Appends `candidate:…` (RFC 8839 §5.1) to `text`.
    public func appendText(to text: inout [UInt8]) {
        let space = UInt8(ascii: " ")
        text.append(contentsOf: "candidate:".utf8)
        foundation.append(to: &text)
        text.append(space)
        DecimalDigits.append(component, to: &text)
        text.append(contentsOf: (transport == .udp ? " udp " : " tcp ").utf8)
        DecimalDigits.append(priority, to: &text)
        text.append(space)
        let port: UInt16
        switch address {
        case .ip(let address):
            ICEText.append(address.ip, to: &text)
            port = address.port
        case .mdns(let name, let itsPort):
            name.append(to: &text)
            port = itsPort
        }
        text.append(space)
        DecimalDigits.append(port, to: &text)
        text.append(contentsOf: " typ ".utf8)
        type.token.withUTF8Buffer { text.append(contentsOf: $0) }
        guard let related else { return }
        text.append(contentsOf: " raddr ".utf8)
        ICEText.append(related.ip, to: &text)
        text.append(contentsOf: " rport ".utf8)
        DecimalDigits.append(related.port, to: &text)
    }

    /// The text `candidate:…` in bytes of UTF-8.
    public var text: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(128)
        appendText(to: &text)
        return text
    }
}

extension Candidate: CustomStringConvertible {
    /// The text `candidate:…` of RFC 8839 §5.1.
    public var description: String { String(decoding: text, as: UTF8.self) }
}
