import STUN

/// What a datagram means to whoever can read it, as far as audits declare it by labels: nothing is compared with anybody's
/// fragments or names here.
enum CheckView {
    /// Neither.
    case other
    /// A connectivity check, by itself or in what a client and its relay send each other: its USERNAME has the user fragments of
    /// both agents (RFC 8445 §7.2.2).
    case check
    /// A client's request to its relay, under a user name (RFC 8489 §9.2).
    case relayRequest(username: String)

    /// Looks into a datagram.
    init(_ datagram: [UInt8]) { self = Self.view(datagram, isWrapped: false) }

    private static func view(_ datagram: [UInt8], isWrapped: Bool) -> CheckView {
        switch DatagramKind.classify(datagram) {
        case .stun: return view(ofMessage: datagram, isWrapped: isWrapped)
        case .turnChannel where !isWrapped:
            return data(ofChannel: datagram).map { view($0, isWrapped: true) } ?? .other
        case .turnChannel, .dtls, .rtp, .zrtp, .unknown: return .other
        }
    }

    /// Channel number and length (RFC 8656 §12.4).
    private static let channelHeader = 4

    /// What is behind the header of a channel; nil where nothing is. The padding behind the data does not make it another
    /// message.
    static func data(ofChannel datagram: [UInt8]) -> [UInt8]? {
        guard datagram.count > channelHeader else { return nil }
        let length = Int(datagram[2]) << 8 | Int(datagram[3])
        return Array(datagram.dropFirst(channelHeader).prefix(length))
    }

    private static func view(ofMessage datagram: [UInt8], isWrapped: Bool) -> CheckView {
        // Answers name nobody, and are as many.
        guard datagram[0] == 0, let message = try? MessageView(datagram) else { return .other }
        switch (message.kind, message.method) {
        case (.request, .binding): return message.has(.username) ? .check : .other
        case (.request, _):
            guard !isWrapped, let name = message.text(of: .username) else { return .other }
            return .relayRequest(username: name)
        case (.indication, .send), (.indication, .data):
            guard !isWrapped, let data = message.value(of: .data) else { return .other }
            return view(Array(data), isWrapped: true)
        default: return .other
        }
    }
}
