import Addressing
import Quantities
import RandomStreams

/// A NAT or stateful firewall for UDP: mappings and filter entries that live and die with the
/// packets that pass (RFC 4787 §4 and §5), for one host or for many.
public struct NATBox: Sendable {
    /// How long an idle mapping or filter entry lives unless configured: two minutes, the least
    /// that RFC 4787 REQ-5 allows. Deployed devices range from 10 s to 200 s and more.
    public static let defaultBindingTimeout = SimDuration.minutes(2)
    /// Live mappings per internal address unless configured; a further one is refused, like a
    /// carrier's limit per subscriber (RFC 6888 REQ-4). Two calls at a time behind an
    /// address-and-port-dependent NAT need 40.
    public static let maximumMappings = 256
    /// Live filter entries of a box of one host; the one longest unused gives way to a further one.
    public static let maximumFilterEntries = 512
    /// Live mappings, and filter entries, of a shared box for each external address: what Linux
    /// allows its connection tracking on machines with memory to spare (nf_conntrack_max).
    public static let maximumSharedSessions = 262_144
    /// The lowest external port that is drawn; those below are reserved (RFC 6335 §6).
    public static let firstDrawnPort: UInt16 = 1024
    /// The sizes that a subscriber's block of ports may have.
    public static let chunkSizes: ClosedRange<UInt16> = 64...16_384
    /// Ports that a box which overloads tries before it refuses a mapping, as Linux does
    /// (nf_nat_core.c); others try all.
    public static let overloadingAttempts = 128
    /// Ports 1024…65535.
    static let drawnPortCount = Int(UInt16.max - firstDrawnPort) + 1

    /// What becomes of a packet that arrives from outside.
    enum Verdict: Equatable {
        case passes(subscriber: UInt32, internalPort: UInt16)
        case filtered
        case noMapping
    }

    /// What a box keeps of one internal address.
    struct Subscriber: BitwiseCopyable {
        static let none = UInt16.max
        var mappings: UInt32 = 0
        /// Its block of ports, and the external address that has it.
        var chunk = Subscriber.none
        var chunkAddress: UInt16 = 0
    }

    let behaviour: NATBehaviour
    let addressCount: Int
    let isShared: Bool
    private let filterMask: UInt64
    private let mappingMask: UInt64
    private let keepsFilterEntries: Bool
    private(set) var mappings: SessionTable
    private var filters: SessionTable
    private var lone = Subscriber()
    private var subscribers: [Subscriber] = []
    /// Of a shared box, by external address: ports in use from 1024 on, and which blocks are.
    var portsInUse: [UInt32] = []
    var chunksInUse: [Bool] = []
    var nextSequentialPort = NATBox.firstDrawnPort
    private var nextSerial: UInt32 = 0
    /// Mappings that were refused so far.
    public internal(set) var refusals = NATRefusals()

    /// A box that stands nowhere.
    static var vacant: NATBox {
        NATBox(NATBehaviour(.endpointIndependent, .endpointIndependent))
    }

    /// A box of the given behaviour for one internal address, or for many.
    ///
    /// - Precondition: The fields of `behaviour` go together.
    init(_ behaviour: NATBehaviour, isShared: Bool = false, addressCount: Int = 1) {
        precondition(behaviour.isConsistent, "a NAT's settings go together")
        self.behaviour = behaviour
        self.isShared = isShared
        self.addressCount = addressCount
        filterMask = behaviour.filtering.mask
        mappingMask = behaviour.mapping.mask
        // A mapping at least as particular as the filter is its own, only, filter entry.
        keepsFilterEntries =
            filterMask != 0
            && (filterMask & ~mappingMask != 0
                || behaviour.filterScope == .internalEndpoint
                || behaviour.filterTimeout != behaviour.mappingTimeout)
        mappings = SessionTable(
            findsExternals: true, remoteTellsExternals: behaviour.overloadsPorts)
        filters = SessionTable(findsExternals: false)
        if isShared {
            portsInUse = Array(repeating: 0, count: addressCount)
            if case .chunked(let size) = behaviour.allocation {
                let chunks = Self.drawnPortCount / Int(size)
                chunksInUse = Array(repeating: false, count: addressCount * chunks)
            }
        }
    }

    /// Memory of what is kept, in bytes, but for the value itself.
    var byteCount: Int {
        mappings.byteCount + filters.byteCount
            + subscribers.capacity * MemoryLayout<Subscriber>.stride
            + portsInUse.capacity * MemoryLayout<UInt32>.stride + chunksInUse.capacity
    }

    /// What is kept of an internal address.
    subscript(subscriber number: UInt32) -> Subscriber {
        get {
            guard isShared else { return lone }
            return Int(number) < subscribers.count ? subscribers[Int(number)] : Subscriber()
        }
        set {
            guard isShared else {
                lone = newValue
                return
            }
            while subscribers.count <= Int(number) { subscribers.append(Subscriber()) }
            subscribers[Int(number)] = newValue
        }
    }

    /// The external address and port, `address << 16 | port`, for a packet from an internal port to
    /// `remote`, creating or refreshing its mapping and filter entry; nil when no mapping is to
    /// be had.
    mutating func passOutbound(
        of subscriber: UInt32 = 0, from internalPort: UInt16, to remote: Endpoint, at now: SimTime,
        using stream: inout RandomStream
    ) -> UInt32? {
        let key = UInt64(subscriber) << 16 | UInt64(internalPort)
        let masked = remote.bits & mappingMask
        var found = mappings.find(key: key, remote: masked)
        if let position = found {
            if now - mappings[position].lastUse < behaviour.mappingTimeout {
                mappings.touch(position, at: now)
            } else {
                release(position)
                found = nil
            }
        }
        if found == nil {
            expire(at: now)
            guard
                let external = allocate(
                    for: subscriber, from: internalPort, to: masked, using: &stream)
            else { return nil }
            mappings.insert(
                Session(
                    key: key, remote: masked, lastUse: now, external: external,
                    serial: nextSerial))
            nextSerial &+= 1
            found = mappings.count - 1
        }
        let session = mappings[found!]
        if keepsFilterEntries { admit(remote, through: session, at: now) }
        return session.external
    }

    private mutating func release(_ position: Int) {
        let gone = mappings.remove(at: position)
        giveBack(gone.external, of: UInt32(truncatingIfNeeded: gone.key >> 16))
    }

    /// Takes away all mappings that have timed out.
    private mutating func expire(at now: SimTime) {
        while let position = mappings.expired(at: now, after: behaviour.mappingTimeout) {
            release(position)
        }
    }

    /// Whose filter entries let packets in through a mapping.
    private func filterOwner(_ mapping: Session) -> UInt64 {
        behaviour.filterScope == .mapping ? UInt64(mapping.serial) : mapping.key
    }

    private mutating func admit(_ remote: Endpoint, through mapping: Session, at now: SimTime) {
        let (owner, masked) = (filterOwner(mapping), remote.bits & filterMask)
        if let position = filters.find(key: owner, remote: masked) {
            filters.touch(position, at: now)
            return
        }
        while let position = filters.expired(at: now, after: behaviour.filterTimeout) {
            filters.remove(at: position)
        }
        if filters.count == sessionLimit(Self.maximumFilterEntries) {
            filters.remove(at: filters.oldest)
        }
        filters.insert(Session(key: owner, remote: masked, lastUse: now))
    }

    /// `own` for a box of one host, ``maximumSharedSessions`` for each address of a shared one.
    func sessionLimit(_ own: Int) -> Int {
        isShared ? Self.maximumSharedSessions * addressCount : own
    }

    /// The internal endpoint behind an external port as seen from `remote`, whether or not the
    /// filter lets it in.
    func internalEnd(
        of external: UInt32, from remote: Endpoint, at now: SimTime
    ) -> (subscriber: UInt32, port: UInt16)? {
        guard let position = mappings.find(external: external, remote: remote.bits),
            now - mappings[position].lastUse < behaviour.mappingTimeout
        else { return nil }
        let key = mappings[position].key
        return (UInt32(truncatingIfNeeded: key >> 16), UInt16(truncatingIfNeeded: key))
    }

    /// What the box does with a packet from `remote` to the external address and port `external`
    /// now.
    mutating func passInbound(
        from remote: Endpoint, to external: UInt32, at now: SimTime
    ) -> Verdict {
        guard let position = mappings.find(external: external, remote: remote.bits),
            now - mappings[position].lastUse < behaviour.mappingTimeout
        else { return .noMapping }
        let mapping = mappings[position]
        let masked = remote.bits & filterMask
        if keepsFilterEntries {
            guard let entry = filters.find(key: filterOwner(mapping), remote: masked),
                now - filters[entry].lastUse < behaviour.filterTimeout
            else { return .filtered }
            if behaviour.refresh == .bidirectional { filters.touch(entry, at: now) }
        } else {
            guard mapping.remote & filterMask == masked else { return .filtered }
        }
        if behaviour.refresh == .bidirectional { mappings.touch(position, at: now) }
        return .passes(
            subscriber: UInt32(truncatingIfNeeded: mapping.key >> 16),
            internalPort: UInt16(truncatingIfNeeded: mapping.key))
    }
}

/// How often a box had no mapping to give; each time a packet was lost.
public struct NATRefusals: Hashable, Sendable, BitwiseCopyable {
    /// The internal address had as many as it may have, or its block of ports was full.
    public var subscriberLimit: Int64 = 0
    /// No port, block of ports or memory was left.
    public var exhausted: Int64 = 0

    /// The given counts.
    public init(subscriberLimit: Int64 = 0, exhausted: Int64 = 0) {
        self.subscriberLimit = subscriberLimit
        self.exhausted = exhausted
    }
}

extension Array {
    /// Removes the element at `index`, filling its place with the last one; O(1).
    mutating func swapRemove(at index: Int) {
        let last = removeLast()
        if index < count { self[index] = last }
    }
}
