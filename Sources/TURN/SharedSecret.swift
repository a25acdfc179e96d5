import Digests
import Quantities
import STUN

/// A username and its password, as a client presents them.
public struct Credentials: Hashable, Sendable {
    /// What USERNAME carries.
    public var username: String
    /// The password; never on the wire.
    public var password: String

    /// The pair `username`, `password`.
    public init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}

/// The secret that a platform and its relays share, which makes credentials that need no list.
///
/// A username is `EXPIRY:NAME` with EXPIRY in Unix seconds, its password
/// base64(HMAC-SHA-1(secret, username)): the "REST API" form that coturn and WebRTC services use
/// (draft-uberti-behave-turn-rest-00 §2.2). A relay checks a stranger's name without knowing who
/// was given it, so nobody's identity reaches the relay: give NAME no meaning.
public struct SharedSecret: Sendable {
    private let key: HMACSHA1Key
    private let unixTimeAtStart: Int64

    /// The secret of `bytes`; `unixTimeAtStart` is the Unix time, in seconds, at which the run's
    /// clock reads zero.
    public init(_ bytes: some Collection<UInt8>, unixTimeAtStart: Int64 = 0) {
        key = HMACSHA1Key(bytes)
        self.unixTimeAtStart = unixTimeAtStart
    }

    /// Credentials for `name` that open allocations until `expiry`, in whole seconds.
    public func credentials(for name: String, until expiry: SimTime) -> Credentials {
        let username = "\(unixSeconds(expiry)):\(name)"
        return Credentials(
            username: username,
            password: String(decoding: password(of: Array(username.utf8)), as: UTF8.self))
    }

    /// The long-term key of `username` within `realm`, or nil for a name that does not start with a
    /// time or whose time has passed at `now`.
    func integrityKey(
        of username: ArraySlice<UInt8>, realm: [UInt8], at now: SimTime
    ) -> IntegrityKey? {
        guard let expiry = Self.expiry(in: username), expiry >= unixSeconds(now) else { return nil }
        return IntegrityKey(
            longTermUsername: username, realm: realm, password: password(of: Array(username)))
    }

    private func unixSeconds(_ time: SimTime) -> Int64 {
        unixTimeAtStart + time.nanoseconds / 1_000_000_000
    }

    private func password(of username: [UInt8]) -> [UInt8] {
        Base64.encode(key.code(of: username))
    }

    /// Decimal digits up to a colon, at most this many so that they fit into 64 bits.
    private static let longestExpiry = 18

    private static func expiry(in username: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        var digits = 0
        for byte in username {
            if byte == UInt8(ascii: ":") { return digits > 0 ? value : nil }
            guard (48...57).contains(byte), digits < longestExpiry else { return nil }
            value = value * 10 + Int64(byte - 48)
            digits += 1
        }
        return nil
    }
}

/// RFC 4648 §4.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let count = min(3, bytes.count - start)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[start + offset]) : 0)
            }
            for index in 0..<4 {
                text.append(
                    index <= count
                        ? alphabet[Int(group >> (18 - 6 * UInt32(index)) & 63)]
                        : UInt8(ascii: "="))
            }
        }
        return text
    }
}
