import Digests

/// The key of MESSAGE-INTEGRITY with its HMAC states computed once (RFC 8489 §14.5).
///
/// Names and passwords are used as they are: who takes them from people applies OpaqueString
/// (RFC 8265 §4.2) first. Credentials made by a service or by ICE are ASCII and stay unchanged.
public struct IntegrityKey: Sendable, BitwiseCopyable {
    let key: HMACSHA1Key

    @usableFromInline
    init(_ key: HMACSHA1Key) { self.key = key }

    /// A short-term key: the password (RFC 8489 §9.1.1).
    @inlinable
    public init(shortTermPassword password: some Collection<UInt8>) {
        self.init(HMACSHA1Key(password))
    }

    /// A short-term key: the UTF-8 of the password (RFC 8489 §9.1.1).
    public init(shortTermPassword password: String) {
        self.init(shortTermPassword: password.utf8)
    }

    /// A long-term key: MD5(username ":" realm ":" password) (RFC 8489 §9.2.2).
    @inlinable
    public init(
        longTermUsername username: some Collection<UInt8>, realm: some Collection<UInt8>,
        password: some Collection<UInt8>
    ) {
        let colon = UInt8(ascii: ":")
        var text: [UInt8] = []
        text.reserveCapacity(username.count + realm.count + password.count + 2)
        text.append(contentsOf: username)
        text.append(colon)
        text.append(contentsOf: realm)
        text.append(colon)
        text.append(contentsOf: password)
        self.init(HMACSHA1Key(MD5Digest.of(text)))
    }

    /// A long-term key of UTF-8 texts (RFC 8489 §9.2.2).
    public init(longTermUsername username: String, realm: String, password: String) {
        self.init(longTermUsername: username.utf8, realm: realm.utf8, password: password.utf8)
    }
}
