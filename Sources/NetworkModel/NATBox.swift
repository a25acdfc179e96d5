import Addressing
import Quantities
import RandomStreams

/// A NAT or stateful firewall of one host, for UDP: mappings and filter entries that live and
/// die with the packets that pass (RFC 4787 §4 and §5).
///
/// Filter entries belong to a mapping, as a device that keeps one state per session has them.
/// Outbound packets refresh (REQ-6); inbound ones do not, so that nobody outside can keep a
/// mapping alive.
public struct NATBox: Sendable {
    /// How long an idle mapping or filter entry lives unless configured: two minutes, the least
    /// that RFC 4787 REQ-5 allows. Deployed devices range from 10 s to 200 s and more.
    public static let defaultBindingTimeout = SimDuration.minutes(2)
    /// Live mappings per host; a further one is refused, like a carrier's limit per subscriber
    /// (RFC 6888 REQ-4). Two calls at a time behind an address-and-port-dependent NAT need 40.
    public static let maximumMappings = 256
    /// Live filter entries per host; the one longest unused gives way to a further one.
    public static let maximumFilterEntries = 512
    /// The lowest external port that is drawn; those below are reserved (RFC 6335 §6).
    public static let firstDrawnPort: UInt16 = 1024

    struct Mapping: BitwiseCopyable {
        /// The remote end the mapping is for, masked to what the mapping depends on.
        var remote: UInt64
        var lastOutbound: SimTime
        var internalPort: UInt16
        var externalPort: UInt16
    }

    struct FilterEntry: BitwiseCopyable {
        /// The remote end let in, masked to what the filter depends on.
        var remote: UInt64
        var lastOutbound: SimTime
        var externalPort: UInt16
    }

    /// What becomes of a packet that arrives from outside.
    enum Verdict: Equatable {
        case passes(internalPort: UInt16)
        case filtered
        case noMapping
    }

    private let mappingMask: UInt64
    private let filterMask: UInt64
    private let keepsFilterEntries: Bool
    private let preservesPort: Bool
    private let timeout: SimDuration
    private(set) var mappings: [Mapping] = []
    private(set) var filterEntries: [FilterEntry] = []

    /// A box that stands nowhere.
    static var vacant: NATBox {
        NATBox(
            mapping: .endpointIndependent, filtering: .endpointIndependent,
            timeout: defaultBindingTimeout)
    }

    /// A box of the given behaviour; ports are preserved where the mapping is independent of the
    /// destination (as Linux conntrack does) and pseudo-random otherwise.
    init(mapping: MappingBehaviour, filtering: FilteringBehaviour, timeout: SimDuration) {
        switch mapping {
        case .endpointIndependent: mappingMask = 0
        case .addressDependent: mappingMask = ~0xffff
        case .addressAndPortDependent: mappingMask = ~0
        }
        switch filtering {
        case .endpointIndependent: filterMask = 0
        case .addressDependent: filterMask = ~0xffff
        case .addressAndPortDependent: filterMask = ~0
        }
        // A mapping at least as particular as the filter is its own, only, filter entry.
        keepsFilterEntries = filterMask & ~mappingMask != 0
        preservesPort = mapping == .endpointIndependent
        self.timeout = timeout
    }

    private func isLive(_ lastOutbound: SimTime, at now: SimTime) -> Bool {
        now - lastOutbound < timeout
    }

    /// The external port for a packet from `internalPort` to `remote`, creating or refreshing
    /// its mapping and filter entry; nil when the host's mappings are used up.
    mutating func passOutbound(
        from internalPort: UInt16, to remote: Endpoint, at now: SimTime,
        using stream: inout RandomStream
    ) -> UInt16? {
        let key = remote.bits & mappingMask
        var external: UInt16?
        for i in mappings.indices
        where mappings[i].internalPort == internalPort && mappings[i].remote == key {
            guard isLive(mappings[i].lastOutbound, at: now) else {
                mappings.swapRemove(at: i)
                break
            }
            mappings[i].lastOutbound = now
            external = mappings[i].externalPort
            if i > 0 { mappings.swapAt(i, i - 1) }
            break
        }
        guard
            let port = external
                ?? allocate(internalPort: internalPort, key: key, at: now, using: &stream)
        else { return nil }
        if keepsFilterEntries {
            admit(remote.bits & filterMask, through: port, at: now)
        }
        return port
    }

    private mutating func allocate(
        internalPort: UInt16, key: UInt64, at now: SimTime, using stream: inout RandomStream
    ) -> UInt16? {
        let timeout = self.timeout
        mappings.removeAll { now - $0.lastOutbound >= timeout }
        guard mappings.count < Self.maximumMappings else { return nil }
        var port = internalPort
        if !preservesPort {
            let span = UInt64(UInt16.max - Self.firstDrawnPort) + 1
            port = Self.firstDrawnPort + UInt16(stream.nextInteger(below: span))
        }
        while mappings.contains(where: { $0.externalPort == port }) {
            port = port == .max ? Self.firstDrawnPort : port + 1
        }
        mappings.append(
            Mapping(
                remote: key, lastOutbound: now, internalPort: internalPort, externalPort: port))
        return port
    }

    private mutating func admit(_ key: UInt64, through port: UInt16, at now: SimTime) {
        for i in filterEntries.indices
        where filterEntries[i].remote == key && filterEntries[i].externalPort == port {
            filterEntries[i].lastOutbound = now
            if i > 0 { filterEntries.swapAt(i, i - 1) }
            return
        }
        let timeout = self.timeout
        filterEntries.removeAll { now - $0.lastOutbound >= timeout }
        if filterEntries.count == Self.maximumFilterEntries {
            var oldest = 0
            for i in filterEntries.indices
            where filterEntries[i].lastOutbound < filterEntries[oldest].lastOutbound {
                oldest = i
            }
            filterEntries.swapRemove(at: oldest)
        }
        filterEntries.append(
            FilterEntry(remote: key, lastOutbound: now, externalPort: port))
    }

    /// What the box does with a packet from `remote` to its external `port` now.
    func passInbound(from remote: Endpoint, to port: UInt16, at now: SimTime) -> Verdict {
        for mapping in mappings where mapping.externalPort == port {
            guard isLive(mapping.lastOutbound, at: now) else { return .noMapping }
            let key = remote.bits & filterMask
            let isAdmitted =
                keepsFilterEntries
                ? filterEntries.contains {
                    $0.remote == key && $0.externalPort == port
                        && isLive($0.lastOutbound, at: now)
                } : mapping.remote & filterMask == key
            return isAdmitted ? .passes(internalPort: mapping.internalPort) : .filtered
        }
        return .noMapping
    }
}

extension Array {
    /// Removes the element at `index`, filling its place with the last one; O(1).
    mutating func swapRemove(at index: Int) {
        let last = removeLast()
        if index < count { self[index] = last }
    }
}
