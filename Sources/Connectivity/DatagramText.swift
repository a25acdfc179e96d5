import Addressing
import STUN
import TURN

/// Datagrams in words, one line each: class and method of a STUN message with the attributes that
/// matter, what a TURN message carries, the kind of anything else.
public enum DatagramText {
    /// What `bytes` say; nested for data within Send, Data and ChannelData.
    public static func describe(_ bytes: [UInt8]) -> String {
        switch DatagramKind.classify(bytes) {
        case .stun: return describeMessage(bytes)
        case .turnChannel: return describeChannelData(bytes)
        case .dtls: return "DTLS record"
        case .rtp: return "SRTP or SRTCP packet"
        case .zrtp: return "ZRTP packet"
        case .unknown: return "\(bytes.count) bytes of no known kind"
        }
    }

    private static func describeChannelData(_ bytes: [UInt8]) -> String {
        guard bytes.count >= ChannelData.headerByteCount else { return "malformed ChannelData" }
        let number = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
        let length = bytes.withUnsafeBytes {
            // Over a stream the padding is there and is no error; over UDP it may be.
            ChannelData.dataByteCount(in: $0, channel: number, over: .tcp)
                ?? ChannelData.dataByteCount(in: $0, channel: number, over: .udp)
        }
        guard let length else { return "malformed ChannelData" }
        let data = bytes.dropFirst(ChannelData.headerByteCount).prefix(length)
        return "ChannelData 0x\(String(number, radix: 16)) [\(describe(Array(data)))]"
    }

    private static func describeMessage(_ bytes: [UInt8]) -> String {
        let message: MessageView
        do throws(MalformedMessage) {
            message = try MessageView(bytes)
        } catch {
            return "malformed STUN message"
        }
        var text = name(of: message.method) + " " + name(of: message.kind)
        if let code = message.errorCode { text += " \(code)" }
        if let user = message.text(of: .username) { text += ", USERNAME \(user)" }
        for (type, label) in addresses {
            for address in message.addresses(of: type, limit: 4) { text += ", \(label) \(address)" }
        }
        if let number = message.channelNumber {
            text += ", CHANNEL-NUMBER 0x\(String(number, radix: 16))"
        }
        if let priority = message.priority { text += ", PRIORITY \(priority)" }
        if let lifetime = message.lifetime { text += ", LIFETIME \(lifetime)" }
        for (type, label) in flags where message.has(type) { text += ", \(label)" }
        if let data = message.value(of: .data) { text += " [\(describe(Array(data)))]" }
        return text
    }

    private static let addresses: [(AttributeType, String)] = [
        (.xorMappedAddress, "XOR-MAPPED-ADDRESS"), (.xorRelayedAddress, "XOR-RELAYED-ADDRESS"),
        (.xorPeerAddress, "XOR-PEER-ADDRESS"), (.alternateServer, "ALTERNATE-SERVER"),
    ]

    private static let flags: [(AttributeType, String)] = [
        (.iceControlling, "ICE-CONTROLLING"), (.iceControlled, "ICE-CONTROLLED"),
        (.useCandidate, "USE-CANDIDATE"),
    ]

    private static func name(of kind: MessageClass) -> String {
        switch kind {
        case .request: "request"
        case .indication: "indication"
        case .success: "success"
        case .error: "error"
        }
    }

    private static func name(of method: Method) -> String {
        switch method {
        case .binding: "Binding"
        case .allocate: "Allocate"
        case .refresh: "Refresh"
        case .send: "Send"
        case .data: "Data"
        case .createPermission: "CreatePermission"
        case .channelBind: "ChannelBind"
        default: "method \(method.rawValue)"
        }
    }
}
