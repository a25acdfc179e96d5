import EventEngine

/// What the tables of a replication came to: how many records each held at its fullest, and its
/// memory then. Tables never shrink, so the end of a run tells.
public struct Footprint: Hashable, Sendable {
    /// One or several tables of records of one kind.
    public struct Table: Hashable, Sendable {
        /// The most records at once.
        public var peak: Int
        /// Memory in bytes.
        public var bytes: Int
    }

    /// How many tickets were created in all.
    public var tickets: Int
    /// People with the app open: themselves, their sessions at the matchmaker and, where packets
    /// are simulated, their hosts.
    public var peers: Table
    /// Tickets that wait, with their places in the matchmaker's lists.
    public var waitingTickets: Table
    /// Calls, with their machines where packets are simulated, but for what those keep on the heap.
    public var calls: Table
    /// Calls whose media are simulated packet by packet, with their sides, jitter buffers and packets,
    /// but for the libraries' sessions and codecs.
    public var talks: Table
    /// Pending events.
    public var events: Table
    /// Memory of the risk scorer's records and reports in bytes.
    public var riskBytes: Int
    /// Memory of the histograms in bytes; it does not grow with the peers.
    public var histogramBytes: Int

    /// Memory that grows with the people in it, in bytes.
    public var bytes: Int {
        peers.bytes + waitingTickets.bytes + calls.bytes + talks.bytes + events.bytes + riskBytes
    }
}

extension Platform {
    func footprint(_ engine: borrowing Engine<PlatformEvent>) -> Footprint {
        let owners = hostOwners.capacity * MemoryLayout<HostOwner>.stride
        return Footprint(
            tickets: Int(ticketed),
            peers: Footprint.Table(
                peak: peers.peak,
                bytes: peers.byteCount + matchmaker.sessionByteCount + network.byteCount + owners),
            waitingTickets: Footprint.Table(
                peak: tickets.peak, bytes: tickets.byteCount + matchmaker.ticketByteCount),
            calls: Footprint.Table(
                peak: calls.peak,
                bytes: calls.byteCount + legs.capacity * MemoryLayout<Leg>.stride
                    + freeLegs.capacity * MemoryLayout<Int32>.stride),
            talks: talks.fullest,
            events: Footprint.Table(peak: engine.peakPending, bytes: engine.byteCount),
            riskBytes: risk.byteCount, histogramBytes: recorder.byteCount)
    }
}
