import Quantities

/// Which external port a NAT gives to a new mapping (RFC 4787 §4.2, RFC 6056, RFC 6888).
public enum PortAllocation: Hashable, Sendable, BitwiseCopyable {
    /// The internal port where it is free (RFC 4787 §4.2.1), else another one, scattered by
    /// internal address and port.
    case preserving
    /// One after the other over all subscribers, `step` apart, from 1024 on.
    case sequential(step: UInt16)
    /// Drawn from 1024…65535, else the next free one above.
    case random
    /// Drawn from a block of `size` ports that the subscriber holds alone as long as it has
    /// mappings (RFC 7422); carriers use 512…4096.
    case chunked(size: UInt16)
}

/// Which of several external addresses a NAT uses (RFC 4787 §4.1, REQ-2).
public enum AddressPooling: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The same for all mappings of one internal address.
    case paired
    /// Drawn for each mapping.
    case arbitrary
}

/// Which packets keep a mapping and its filter entries alive (RFC 4787 §4.3, REQ-6).
public enum RefreshBehaviour: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Those from inside, which REQ-6 demands.
    case outbound
    /// Those from outside that pass the filter as well, which REQ-6 allows.
    case bidirectional
}

/// Whose packets open a filter (RFC 4787 §5).
public enum FilterScope: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Those that left through the same mapping, as a device with one state per session has it.
    case mapping
    /// Those of the same internal endpoint, through whatever mapping: the words of the RFC.
    case internalEndpoint
}

/// How a NAT treats UDP: RFC 4787's vocabulary, one field for each of its choices.
public struct NATBehaviour: Hashable, Sendable, BitwiseCopyable {
    /// What an external port depends on.
    public var mapping: MappingBehaviour
    /// Whose packets are let in.
    public var filtering: FilteringBehaviour
    /// How external ports are chosen.
    public var allocation: PortAllocation
    /// Whether an even internal port gets an even external one and an odd one an odd (REQ-4).
    public var preservesParity = false
    /// Whether one external port serves several internal endpoints as long as their remote ends
    /// differ, as Linux does: the port is preserved, and the mapping looks independent of the
    /// destination, until two sockets on one port reach for the same remote end. Then the later
    /// one gets another port there and is endpoint-dependent from then on (against REQ-3).
    ///
    /// Needs address-and-port-dependent mapping and filtering.
    public var overloadsPorts = false
    /// Whether packets from inside to an external address of the NAT turn round, with their
    /// external source address and port (REQ-9).
    public var hairpins = true
    /// How long an idle mapping lives.
    public var mappingTimeout: SimDuration
    /// How long an idle filter entry lives; one that outlives its mapping is of no use.
    public var filterTimeout: SimDuration
    /// Which packets keep a mapping alive.
    public var refresh = RefreshBehaviour.outbound
    /// Whose packets open a filter.
    public var filterScope = FilterScope.mapping
    /// Which external address is used; of no meaning with one.
    public var pooling = AddressPooling.paired
    /// Live mappings of one internal address beyond which further ones are refused
    /// (RFC 6888 REQ-4).
    public var mappingsPerSubscriber = NATBox.maximumMappings

    /// The given behaviour; by default ports are preserved where the mapping is independent of
    /// the destination and drawn otherwise, and idle state lives two minutes.
    ///
    /// - Precondition: `timeout` is positive.
    public init(
        _ mapping: MappingBehaviour, _ filtering: FilteringBehaviour,
        allocation: PortAllocation? = nil, timeout: SimDuration = NATBox.defaultBindingTimeout
    ) {
        precondition(timeout > .zero, "a NAT keeps a binding for some time")
        self.mapping = mapping
        self.filtering = filtering
        self.allocation =
            allocation ?? (mapping == .endpointIndependent ? .preserving : .random)
        mappingTimeout = timeout
        filterTimeout = timeout
    }

    /// What Linux's connection tracking makes of masquerading: one state per session, the port
    /// preserved unless the same session would exist twice (port overloading, RFC 4787 §4.2.1).
    public static func linux(
        timeout: SimDuration = NATBox.defaultBindingTimeout
    ) -> NATBehaviour {
        var behaviour = NATBehaviour(
            .addressAndPortDependent, .addressAndPortDependent, allocation: .preserving,
            timeout: timeout)
        behaviour.overloadsPorts = true
        behaviour.refresh = .bidirectional
        return behaviour
    }

    /// Whether the fields go together.
    var isConsistent: Bool {
        guard mappingTimeout > .zero, filterTimeout > .zero, mappingsPerSubscriber > 0 else {
            return false
        }
        if overloadsPorts {
            guard mapping == .addressAndPortDependent, filtering == .addressAndPortDependent else {
                return false
            }
            if case .chunked = allocation { return false }
        }
        switch allocation {
        case .sequential(let step): return step > 0
        case .chunked(let size): return NATBox.chunkSizes.contains(size) && size % 2 == 0
        case .preserving, .random: return true
        }
    }
}

extension MappingBehaviour {
    /// The bits of a remote endpoint that the mapping depends on.
    var mask: UInt64 {
        switch self {
        case .endpointIndependent: 0
        case .addressDependent: ~0xffff
        case .addressAndPortDependent: ~0
        }
    }
}

extension FilteringBehaviour {
    /// The bits of a remote endpoint that the filter looks at.
    var mask: UInt64 {
        switch self {
        case .endpointIndependent: 0
        case .addressDependent: ~0xffff
        case .addressAndPortDependent: ~0
        }
    }
}
