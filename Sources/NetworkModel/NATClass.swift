/// Which external port a NAT uses for an internal one (RFC 4787 §4.1).
public enum MappingBehaviour: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The same mapping for every destination (EIM).
    case endpointIndependent
    /// One mapping per destination address (ADM).
    case addressDependent
    /// One mapping per destination address and port (APDM, "symmetric").
    case addressAndPortDependent
}

extension MappingBehaviour: Comparable {
    /// The more dependent is the greater.
    public static func < (a: MappingBehaviour, b: MappingBehaviour) -> Bool {
        a.rawValue < b.rawValue
    }
}

/// Whose packets a NAT lets in through a mapping (RFC 4787 §5).
public enum FilteringBehaviour: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Anybody's (EIF).
    case endpointIndependent
    /// Those of addresses already sent to (ADF).
    case addressDependent
    /// Those of addresses and ports already sent to (APDF).
    case addressAndPortDependent
}

extension FilteringBehaviour: Comparable {
    /// The stricter is the greater.
    public static func < (a: FilteringBehaviour, b: FilteringBehaviour) -> Bool {
        a.rawValue < b.rawValue
    }
}

/// What stands between a host and the Internet.
public enum NATClass: Hashable, Sendable, BitwiseCopyable {
    /// A public address, nothing filtered.
    case `public`
    /// A public address behind a stateful firewall that filters like APDF.
    case firewall
    /// No UDP at all; TCP to servers works.
    case udpBlocked
    /// A translator of the given behaviour.
    case translated(MappingBehaviour, FilteringBehaviour)
}

extension NATClass: CaseIterable {
    /// The twelve classes: public, firewall, UDP-blocked, then mapping × filtering.
    public static let allCases: [NATClass] =
        [.public, .firewall, .udpBlocked]
        + MappingBehaviour.allCases.flatMap { mapping in
            FilteringBehaviour.allCases.map { .translated(mapping, $0) }
        }
}

extension NATClass: LosslessStringConvertible {
    /// The scenario files' name: `public`, `firewall`, `udp_blocked` or `eim_apdf` and the like.
    public var description: String {
        switch self {
        case .public: "public"
        case .firewall: "firewall"
        case .udpBlocked: "udp_blocked"
        case .translated(let mapping, let filtering):
            ["eim", "adm", "apdm"][Int(mapping.rawValue)] + "_"
                + ["eif", "adf", "apdf"][Int(filtering.rawValue)]
        }
    }

    /// The RFC 3489 names that scenario files accept beside the RFC 4787 ones.
    public static let aliases: [(name: String, value: NATClass)] = [
        ("full_cone", .translated(.endpointIndependent, .endpointIndependent)),
        ("restricted_cone", .translated(.endpointIndependent, .addressDependent)),
        ("port_restricted", .translated(.endpointIndependent, .addressAndPortDependent)),
        ("symmetric", .translated(.addressAndPortDependent, .addressAndPortDependent)),
    ]

    /// The class that scenario files call `name`, or nil.
    public init?(_ name: String) {
        if let found = Self.allCases.first(where: { $0.description == name }) {
            self = found
        } else if let alias = Self.aliases.first(where: { $0.name == name }) {
            self = alias.value
        } else {
            return nil
        }
    }
}
