import RandomStreams

/// The user fragment and password that authenticate one agent's checks (RFC 8445 §5.3).
public struct Credentials: Hashable, Sendable {
    /// The user fragment, 4…256 ice-chars.
    public let usernameFragment: [UInt8]
    /// The password, 22…256 ice-chars.
    public let password: [UInt8]

    /// Why text is no user fragment or password (RFC 8839 §5.4).
    public enum Fault: Error, Hashable, Sendable {
        /// The user fragment has not 4…256 ice-chars.
        case usernameFragment(length: Int)
        /// The password has not 22…256 ice-chars.
        case password(length: Int)
    }

    /// Lengths of a user fragment in characters (RFC 8839 §5.4).
    public static let usernameFragmentLengths = 4...256
    /// Lengths of a password in characters (RFC 8839 §5.4).
    public static let passwordLengths = 22...256

    /// The credentials spelt so; throws what is wrong with them.
    @inlinable
    public init(
        usernameFragment: some Collection<UInt8>, password: some Collection<UInt8>
    ) throws(Fault) {
        try self.init(fragment: Array(usernameFragment), password: Array(password))
    }

    @usableFromInline
    init(fragment: [UInt8], password: [UInt8]) throws(Fault) {
        guard Self.usernameFragmentLengths.contains(fragment.count),
            fragment.allSatisfy(ICEText.isICEChar)
        else { throw .usernameFragment(length: fragment.count) }
        guard Self.passwordLengths.contains(password.count),
            password.allSatisfy(ICEText.isICEChar)
        else { throw .password(length: password.count) }
        self.usernameFragment = fragment
        self.password = password
    }

    /// Whether `text` can be a user fragment (RFC 8839 §5.4).
    public static func isUsernameFragment(_ text: some Collection<UInt8>) -> Bool {
        usernameFragmentLengths.contains(text.count) && text.allSatisfy(ICEText.isICEChar)
    }

    /// Fresh credentials: 24 random bits in 4 characters and 144 bits in 24
    /// (RFC 8445 §5.3 asks for at least 24 and 128 bits).
    public init(using stream: inout RandomStream) {
        usernameFragment = Self.characters(4, using: &stream)
        password = Self.characters(24, using: &stream)
    }

    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func characters(_ count: Int, using stream: inout RandomStream) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var bits: UInt32 = 0
            for index in 0..<count {
                if index % 5 == 0 { bits = stream.nextUInt32() }
                buffer[index] = alphabet[Int(bits & 63)]
                bits >>= 6
            }
            initialized = count
        }
    }
}
