import Digests
public import Quantities

/// A digest of SHA-256 as four words.
public struct AuditDigest: Hashable, Sendable, BitwiseCopyable {
    /// The words, big-endian, in order.
    public let words: InlineArray<4, UInt64>

    /// What the first entry of a log follows.
    public static var zero: AuditDigest { AuditDigest(words: [0, 0, 0, 0]) }

    init(words: InlineArray<4, UInt64>) { self.words = words }

    /// The digest whose 32 bytes are `bytes`; nil unless they are 32.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        words = InlineArray { word in
            bytes[word * 8..<word * 8 + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - $0 % 8 * 8)) }
    }

    /// Equal when all words are.
    public static func == (a: AuditDigest, b: AuditDigest) -> Bool {
        (0..<4).allSatisfy { a.words[$0] == b.words[$0] }
    }

    /// Feeds a word; all are as good as random.
    public func hash(into hasher: inout Hasher) { hasher.combine(words[0]) }
}

/// One attempt to read, granted or refused: who, what for, what, when. Not what was found, nor whom was asked
/// about.
public struct AuditEntry: Hashable, Sendable, BitwiseCopyable {
    /// Its number in the log, from 0.
    public let number: UInt64
    /// When, by the clock of the service.
    public let time: SimTime
    /// What was to be read.
    public let scope: AccessScope
    /// How it was judged.
    public let verdict: AccessVerdict
    /// The authorisation shown; nil without one.
    public let shown: Shown?
    /// SHA-256 over all this and the digest of the entry before.
    public let digest: AuditDigest

    /// An authorisation as it was shown; a forged one says what it likes.
    public struct Shown: Hashable, Sendable, BitwiseCopyable {
        /// Its number.
        public let number: UInt64
        /// As whom.
        public let role: AccessRole
        /// What for.
        public let purpose: AccessPurpose

        /// The given authorisation.
        public init(number: UInt64, role: AccessRole, purpose: AccessPurpose) {
            self.number = number
            self.role = role
            self.purpose = purpose
        }
    }

    /// An entry as it was read from a medium, its digest taken on trust: ``AuditTrail/check(_:against:)`` looks at it.
    public init(
        number: UInt64, time: SimTime, scope: AccessScope, verdict: AccessVerdict, shown: Shown?,
        digest: AuditDigest
    ) {
        self.number = number
        self.time = time
        self.scope = scope
        self.verdict = verdict
        self.shown = shown
        self.digest = digest
    }

    /// The entry that comes after as many as `anchor` counts.
    init(
        after anchor: AuditAnchor, time: SimTime, scope: AccessScope, verdict: AccessVerdict,
        shown: Shown?
    ) {
        self.init(
            number: anchor.count, time: time, scope: scope, verdict: verdict, shown: shown,
            digest: Self.digest(
                after: anchor.head, anchor.count, time, scope, verdict, shown))
    }

    /// The digest that the entry must have behind `previous`.
    func digest(after previous: AuditDigest) -> AuditDigest {
        Self.digest(after: previous, number, time, scope, verdict, shown)
    }

    /// 32 bytes of the digest before; number and time, eight bytes each, big-endian; scope, verdict, and 1 with the
    /// authorisation's number, role and purpose, or 0.
    private static func digest(
        after previous: AuditDigest, _ number: UInt64, _ time: SimTime, _ scope: AccessScope,
        _ verdict: AccessVerdict, _ shown: Shown?
    ) -> AuditDigest {
        func bytes(_ word: UInt64) -> [UInt8] {
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
        }
        var message = previous.bytes
        message += bytes(number) + bytes(UInt64(bitPattern: time.nanoseconds))
        message += [scope.rawValue, verdict.rawValue, shown == nil ? 0 : 1]
        if let shown {
            message += bytes(shown.number) + [shown.role.rawValue, shown.purpose.rawValue]
        }
        return AuditDigest(bytes: SHA256Digest.of(message))!
    }
}
