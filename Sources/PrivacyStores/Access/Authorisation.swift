import Digests
public import Quantities

/// As whom somebody reads.
public enum AccessRole: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Whoever keeps the machines running tonight.
    case infrastructureOnCall
    /// Whoever looks into abuse.
    case trustAndSafety
    /// Whoever answers orders of courts.
    case legal
    /// Whoever looks after the others.
    case auditor
    /// The service that takes backups.
    case backupService
}

/// What somebody reads for.
public enum AccessPurpose: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Something is broken.
    case incident
    /// An abuse of the relays.
    case abuse
    /// An order of a court.
    case legalRequest
    /// An audit of what is stored.
    case audit
    /// A backup.
    case backup
}

/// What is read.
public enum AccessScope: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The relay log.
    case relayLog
    /// Everything, as a dump or a backup.
    case dump
    /// What an order names: the records that match it, whatever their kind, and no others.
    case namedRecords
}

/// That a role may read a scope for a purpose.
public struct AccessGrant: Hashable, Sendable, BitwiseCopyable {
    /// As whom.
    public var role: AccessRole
    /// What for.
    public var purpose: AccessPurpose
    /// What.
    public var scope: AccessScope

    /// The given right.
    public init(role: AccessRole, purpose: AccessPurpose, scope: AccessScope) {
        self.role = role
        self.purpose = purpose
        self.scope = scope
    }
}

/// A right to read that somebody holds until it expires, sealed so that nobody can make one for himself.
public struct Authorisation: Hashable, Sendable, BitwiseCopyable {
    /// Its number, by which the access log refers to it.
    public let number: UInt64
    /// Who may read what for which purpose.
    public let grant: AccessGrant
    /// From when on.
    public let from: SimTime
    /// Before when.
    public let until: SimTime
    /// The first 128 bits of HMAC-SHA-256 over all this.
    let seal: Seal

    struct Seal: Hashable, BitwiseCopyable {
        var high: UInt64
        var low: UInt64
    }
}

/// How an attempt to read was judged.
public enum AccessVerdict: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// It may be read.
    case granted
    /// There was no authorisation.
    case unauthorised
    /// The authorisation is not one that was given.
    case forged
    /// It holds only later.
    case early
    /// It holds no longer.
    case expired
    /// It is for something else.
    case otherScope
    /// Nobody may read this in that role for that purpose, or no longer.
    case notGranted
}

/// Who may read what: nobody anything, but for what is granted.
public struct AccessControl: Sendable {
    /// The longest that an authorisation holds: a day's work.
    public static let longestValidity = SimDuration.hours(24)

    private let key: HMACSHA256Key
    private let grants: Set<AccessGrant>
    private var issued: UInt64 = 0

    /// Grants `grants` and nothing else.
    ///
    /// - Parameter key: seals authorisations; whoever knows it can make some.
    public init(key: [UInt8], granting grants: Set<AccessGrant> = []) {
        self.key = HMACSHA256Key(key)
        self.grants = grants
    }

    /// An authorisation that holds in `from`..<`from` + `validity`; nil where nothing of the kind is granted, or for
    /// longer than ``longestValidity``.
    public mutating func authorise(
        _ grant: AccessGrant, from: SimTime, for validity: SimDuration
    ) -> Authorisation? {
        guard grants.contains(grant), validity > .zero, validity <= Self.longestValidity else {
            return nil
        }
        issued += 1
        let until = from + validity
        return Authorisation(
            number: issued, grant: grant, from: from, until: until,
            seal: seal(issued, grant, from, until))
    }

    /// Whether `scope` may be read at `now` by whoever shows `authorisation`.
    public func verdict(
        on authorisation: Authorisation?, reading scope: AccessScope, at now: SimTime
    ) -> AccessVerdict {
        guard let shown = authorisation else { return .unauthorised }
        let seal = seal(shown.number, shown.grant, shown.from, shown.until)
        guard seal == shown.seal else { return .forged }
        guard shown.grant.scope == scope else { return .otherScope }
        guard now >= shown.from else { return .early }
        guard now < shown.until else { return .expired }
        return grants.contains(shown.grant) ? .granted : .notGranted
    }

    private func seal(
        _ number: UInt64, _ grant: AccessGrant, _ from: SimTime, _ until: SimTime
    ) -> Authorisation.Seal {
        let kind =
            UInt64(grant.role.rawValue) << 16 | UInt64(grant.purpose.rawValue) << 8
            | UInt64(grant.scope.rawValue)
        let message = (
            number.bigEndian, kind.bigEndian, from.nanoseconds.bigEndian,
            until.nanoseconds.bigEndian
        )
        let words = withUnsafeBytes(of: message) { key.words(of: $0) }
        return Authorisation.Seal(high: words.high, low: words.low)
    }
}
