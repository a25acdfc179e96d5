/// The class of a message, two bits of its type (RFC 8489 §5).
public enum MessageClass: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// Asks for a response.
    case request = 0
    /// Asks for none.
    case indication = 1
    /// Answers a request that was carried out.
    case success = 2
    /// Answers a request that was not; it carries ERROR-CODE.
    case error = 3
}

/// The method of a message, twelve bits of its type (RFC 8489 §18.2, RFC 8656 §17, RFC 6062 §6.1).
public struct Method: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The registered number, 0…0xFFF.
    public let rawValue: UInt16

    /// The method numbered `rawValue`; only its twelve lower bits travel.
    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue & 0xFFF
    }

    /// Binding (RFC 8489 §18.2): what is my address, and an ICE check.
    @inlinable public static var binding: Method { Method(rawValue: 0x001) }
    /// Allocate (RFC 8656 §7): gives a relayed transport address.
    @inlinable public static var allocate: Method { Method(rawValue: 0x003) }
    /// Refresh (RFC 8656 §8): prolongs or ends an allocation.
    @inlinable public static var refresh: Method { Method(rawValue: 0x004) }
    /// Send (RFC 8656 §11): data for a peer; indications only.
    @inlinable public static var send: Method { Method(rawValue: 0x006) }
    /// Data (RFC 8656 §11): data from a peer; indications only.
    @inlinable public static var data: Method { Method(rawValue: 0x007) }
    /// CreatePermission (RFC 8656 §10).
    @inlinable public static var createPermission: Method { Method(rawValue: 0x008) }
    /// ChannelBind (RFC 8656 §12).
    @inlinable public static var channelBind: Method { Method(rawValue: 0x009) }
    /// Connect (RFC 6062 §4.3).
    @inlinable public static var connect: Method { Method(rawValue: 0x00A) }
    /// ConnectionBind (RFC 6062 §4.3).
    @inlinable public static var connectionBind: Method { Method(rawValue: 0x00B) }
    /// ConnectionAttempt (RFC 6062 §4.4); indications only.
    @inlinable public static var connectionAttempt: Method { Method(rawValue: 0x00C) }
}

/// The 14-bit type of a message: class and method interleaved (RFC 8489 §5, figure 3).
enum MessageType {
    static func encode(_ kind: MessageClass, _ method: Method) -> UInt16 {
        let m = method.rawValue
        let c = UInt16(kind.rawValue)
        return m & 0xF | (m & 0x70) << 1 | (m & 0xF80) << 2 | (c & 1) << 4 | (c & 2) << 7
    }

    static func kind(of type: UInt16) -> MessageClass {
        switch (type >> 4 & 1) | (type >> 7 & 2) {
        case 0: .request
        case 1: .indication
        case 2: .success
        default: .error
        }
    }

    static func method(of type: UInt16) -> Method {
        Method(rawValue: type & 0xF | (type >> 1 & 0x70) | (type >> 2 & 0xF80))
    }
}

/// What every message has before its attributes (RFC 8489 §5).
public enum Header {
    /// Its length in bytes.
    @inlinable public static var byteCount: Int { 20 }
    /// The fixed value of bytes 4…7.
    @inlinable public static var magicCookie: UInt32 { 0x2112_A442 }
}
