/// How a candidate of a selected pair was learnt (RFC 8445 §5.1.1, §7.2.5.3.1).
public enum PathEnd: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The address of an interface.
    case host
    /// The address a STUN server saw.
    case serverReflexive
    /// An address first seen in a connectivity check.
    case peerReflexive
    /// An address of a relay.
    case relayed
}

/// Which path ICE finds between two hosts on different public addresses.
public enum ConnectivityOutcome: Hashable, Sendable, BitwiseCopyable {
    /// Packets go straight; how the first host's own candidate and the other host's are known.
    case direct(own: PathEnd, other: PathEnd)
    /// Packets go over a relay.
    case relayed
    /// Nothing works.
    case unreachable

    /// Whether packets go straight.
    public var isDirect: Bool {
        if case .direct = self { return true }
        return false
    }
}

extension NATClass {
    /// What an outsider sees of the class: how it maps and whom it lets in; nil where no UDP
    /// passes. A public host is one whose filter lets everybody in; a firewall does not map.
    var behaviour: (mapping: MappingBehaviour, filtering: FilteringBehaviour)? {
        switch self {
        case .public: (.endpointIndependent, .endpointIndependent)
        case .firewall: (.endpointIndependent, .addressAndPortDependent)
        case .translated(let mapping, let filtering): (mapping, filtering)
        case .udpBlocked: nil
        }
    }

    /// Whether the host itself has a public address.
    public var hasPublicAddress: Bool { self == .public || self == .firewall }

    /// Whether the external port depends on the destination (EDM: ADM or APDM).
    public var isEndpointDependent: Bool {
        behaviour.map { $0.mapping != .endpointIndependent } ?? false
    }

    /// Whether a host that has sent to us from another port is let in (EIF or ADF).
    public var isOpenFiltered: Bool {
        behaviour.map { $0.filtering != .addressAndPortDependent } ?? false
    }
}

/// What two hosts share in front of them.
public enum Vicinity: Hashable, Sendable, BitwiseCopyable {
    /// Nothing: their public addresses differ.
    case apart
    /// One link on which they reach each other's host candidates, by name if need be
    /// (``Network/shareLink(_:_:)``).
    case link
    /// No link but their outermost gateway, which may hairpin: a carrier's NAT, or that of guest
    /// Wi-Fi. Gateways further in do not matter, for reflexive candidates are the outermost's.
    case gateway(hairpins: Bool)
}

extension NATClass {
    /// The one class that acts as this one, standing behind `outer`, does.
    ///
    /// Mappings depend on whatever either depends on, and a packet must pass both filters, so the
    /// stricter counts. One case is more open than that: before an outer box with mappings that
    /// depend on the destination, an inner one with a single mapping remembers in its filter also
    /// whom the host has sent to through other mappings of the outer one. An address-dependent
    /// inner filter then lets in whoever the outer one lets in, for the host has always sent to
    /// the address of its peer. Held to packets for every combination by `NestedRulesTests`.
    public func behind(_ outer: NATClass) -> NATClass {
        guard let inside = behaviour, let outside = outer.behaviour else { return .udpBlocked }
        if outer == .public { return self }
        if self == .public { return outer }
        if hasPublicAddress, outer.hasPublicAddress { return .firewall }
        let isRemembered =
            !isEndpointDependent && outer.isEndpointDependent
            && inside.filtering == .addressDependent
        let filter = isRemembered ? FilteringBehaviour.endpointIndependent : inside.filtering
        return .translated(
            max(inside.mapping, outside.mapping), max(filter, outside.filtering))
    }
}

/// The closed form of what ICE achieves without port prediction: which pairs of NAT classes
/// connect directly.
///
/// Filters belong to mappings, checks go both ways and are answered where they came from, and a
/// pair is valid only if the answer comes from where the check went (RFC 8445 §7.2.5.2.1). Then
///
/// 1. a UDP-blocked side needs a relay;
/// 2. two endpoint-independent mappings always meet: both know each other's address, both send,
///    and each packet opens the filter for the other's;
/// 3. an endpoint-independent mapping meets an endpoint-dependent one if it lets in a known
///    address from an unknown port: it then learns that port and answers there;
/// 4. two endpoint-dependent mappings meet only if one lets in anybody on the mapping the STUN
///    server saw, the other lets in at least another port of a known address, and one of them
///    keeps its port towards all ports of one address. This is rare among deployed NATs.
public enum ConnectivityRules {
    /// The path between hosts of class `own` and `other`, from the view of the first.
    ///
    /// - Parameters:
    ///   - hidesHostAddresses: Host candidates are mDNS names, so that a public host is known
    ///     to its peer by the address the STUN server saw.
    ///   - hasRelay: A TURN server serves both, over UDP and TCP or TLS.
    public static func outcome(
        _ own: NATClass, _ other: NATClass, hidesHostAddresses: Bool = false,
        hasRelay: Bool = true
    ) -> ConnectivityOutcome {
        guard meetDirectly(own, other) else { return hasRelay ? .relayed : .unreachable }
        return .direct(
            own: end(of: own, facing: other, isHidden: false),
            other: end(of: other, facing: own, isHidden: hidesHostAddresses))
    }

    /// The path between two hosts that may stand closer to each other than the Internet.
    ///
    /// - Parameters:
    ///   - own: All that stands between the first host and the Internet, as one class; see
    ///     ``NATClass/behind(_:)``.
    ///   - vicinity: What the two share.
    ///   - bothHaveIPv6: Both have an IPv6 address behind a firewall of their own.
    ///   - bothHaveIPv4: Both have an IPv4 address. Hosts without a family in common meet over a
    ///     relay only.
    public static func outcome(
        _ own: NATClass, _ other: NATClass, vicinity: Vicinity, bothHaveIPv6: Bool = false,
        bothHaveIPv4: Bool = true, hidesHostAddresses: Bool = false, hasRelay: Bool = true
    ) -> ConnectivityOutcome {
        if vicinity == .link, bothHaveIPv4 || bothHaveIPv6 {
            return .direct(own: .host, other: .host)
        }
        let passesUDP = own != .udpBlocked && other != .udpBlocked
        if bothHaveIPv6, passesUDP {
            return outcome(
                .firewall, .firewall, hidesHostAddresses: hidesHostAddresses, hasRelay: hasRelay)
        }
        var isCutOff = !bothHaveIPv4
        if case .gateway(hairpins: false) = vicinity { isCutOff = true }
        if isCutOff {
            return hasRelay ? .relayed : .unreachable
        }
        return outcome(own, other, hidesHostAddresses: hidesHostAddresses, hasRelay: hasRelay)
    }

    private static func meetDirectly(_ a: NATClass, _ b: NATClass) -> Bool {
        guard let first = a.behaviour, let second = b.behaviour else { return false }
        switch (a.isEndpointDependent, b.isEndpointDependent) {
        case (false, false): return true
        case (false, true): return a.isOpenFiltered
        case (true, false): return b.isOpenFiltered
        case (true, true):
            let anyoneEnters =
                first.filtering == .endpointIndependent
                || second.filtering == .endpointIndependent
            let onePortPerAddress =
                first.mapping == .addressDependent || second.mapping == .addressDependent
            return anyoneEnters && a.isOpenFiltered && b.isOpenFiltered && onePortPerAddress
        }
    }

    /// How the candidate of `nat` towards a host of class `facing` is known.
    private static func end(of nat: NATClass, facing: NATClass, isHidden: Bool) -> PathEnd {
        if nat.hasPublicAddress { return isHidden ? .serverReflexive : .host }
        return nat.isEndpointDependent ? .peerReflexive : .serverReflexive
    }

    /// Share of relayed pairs in a well-mixed population of deployed NATs, in which two
    /// endpoint-dependent mappings never meet: 1 − (1 − b)²·[1 − s² − 2s(1 − s)(1 − g)].
    ///
    /// - Parameters:
    ///   - edm: s, the share of endpoint-dependent mappings among hosts whose UDP passes, 0…1.
    ///   - blocked: b, the share of hosts whose UDP is blocked, 0…1.
    ///   - openFilter: g, the share of EIF and ADF filters among the endpoint-independent
    ///     mappings, 0…1.
    public static func relayShare(edm: Double, blocked: Double, openFilter: Double) -> Double {
        let direct = 1 - edm * edm - 2 * edm * (1 - edm) * (1 - openFilter)
        return 1 - (1 - blocked) * (1 - blocked) * direct
    }

    /// Hosts of one kind, as a part of a population.
    public struct Kind: Hashable, Sendable, BitwiseCopyable {
        /// What stands between each and the Internet.
        public var nat: NATClass
        /// Whether each has IPv6 behind a firewall, beside IPv4.
        public var hasIPv6: Bool
        /// Their part of the population, 0…1.
        public var weight: Double

        /// Hosts behind `nat` that are `weight` of all.
        public init(_ nat: NATClass, hasIPv6: Bool = false, weight: Double) {
            self.nat = nat
            self.hasIPv6 = hasIPv6
            self.weight = weight
        }
    }

    /// Share of relayed pairs in a well-mixed population of these kinds, Σᵢⱼ wᵢ·wⱼ·rᵢⱼ.
    ///
    /// - Parameter kinds: Their weights sum to 1.
    public static func relayShare(among kinds: [Kind]) -> Double {
        var share = 0.0
        for a in kinds {
            for b in kinds {
                let path = outcome(
                    a.nat, b.nat, vicinity: .apart, bothHaveIPv6: a.hasIPv6 && b.hasIPv6)
                if !path.isDirect { share += a.weight * b.weight }
            }
        }
        return share
    }

    /// Share of relayed pairs with one side from each population, Σᵢⱼ wᵢ·wⱼ·rᵢⱼ.
    ///
    /// - Parameters: Classes with their weights; those of each population sum to 1.
    public static func relayShare(
        between one: [(nat: NATClass, weight: Double)],
        and other: [(nat: NATClass, weight: Double)]
    ) -> Double {
        var share = 0.0
        for a in one {
            for b in other where !meetDirectly(a.nat, b.nat) { share += a.weight * b.weight }
        }
        return share
    }
}
