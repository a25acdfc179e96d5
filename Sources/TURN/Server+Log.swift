import Addressing
import Quantities

/// One line of what a relay writes down, all that it ever does: addresses and times, no name, no
/// data. A store keeps it for as long as the platform promises, and no longer.
public struct RelayLogEntry: Hashable, Sendable, BitwiseCopyable {
    /// Why a relayed address is no more.
    public enum End: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// The client gave it back, or its connection closed.
        case released
        /// Its time came.
        case expired
        /// The server's own end of draining.
        case drained
    }

    /// What happened to the relayed address.
    public enum Event: Hashable, Sendable, BitwiseCopyable {
        /// It was given to the client.
        case opened
        /// The client asked to let this peer through; noted once, not at each refresh.
        case permitted(IPAddress)
        /// It is no more.
        case closed(End)
    }

    /// When, on the clock of the server's owner.
    public let time: SimTime
    /// What happened.
    public let event: Event
    /// The relayed transport address.
    public let relayed: TransportAddress
    /// The client as the server sees it.
    public let client: TransportAddress
    /// What carries the client leg.
    public let transport: TransportProtocol

    /// The given entry, as a store gives it back.
    public init(
        time: SimTime, event: Event, relayed: TransportAddress, client: TransportAddress,
        transport: TransportProtocol
    ) {
        self.time = time
        self.event = event
        self.relayed = relayed
        self.client = client
        self.transport = transport
    }
}

extension Server {
    /// Entries that wait to be taken; those beyond are counted in ``ServerCounters/unlogged``. Ten
    /// seconds of a thousand allocations a second, with a permission and an end each.
    public static var maximumLogEntries: Int { 32_768 }

    /// The entries since the last call, in order; none unless ``ServerConfiguration/keepsLog``.
    public mutating func takeLog() -> [RelayLogEntry] {
        var taken: [RelayLogEntry] = []
        swap(&taken, &log)
        return taken
    }

    /// Writes down what happened to the relayed address of `slot`.
    mutating func note(_ event: RelayLogEntry.Event, _ relayed: TransportAddress, _ slot: Int) {
        guard configuration.keepsLog else { return }
        guard log.count < Self.maximumLogEntries else {
            counters.unlogged += 1
            return
        }
        let client = slots[slot].client
        log.append(
            RelayLogEntry(
                time: clock, event: event, relayed: relayed, client: client.client,
                transport: client.transport))
    }

    /// Writes down that a peer is let through.
    mutating func note(permitted peer: IPAddress, _ slot: Int) {
        guard let port = slots[slot].port(in: peer.family) else { return }
        note(.permitted(peer), relayedAddress(port, in: peer.family), slot)
    }
}
