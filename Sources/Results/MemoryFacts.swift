/// How much memory a run's records took, for `host.json`: storage divided by the most records
/// that it held at once, of the replication in which there was most.
public struct MemoryFacts: Hashable, Sendable {
    /// One kind of records.
    public struct Records: Hashable, Sendable {
        /// The most at once.
        public var peak: Int
        /// Memory of their tables, in bytes.
        public var bytes: Int

        /// `peak` records in tables of `bytes` bytes.
        public init(peak: Int, bytes: Int) {
            self.peak = peak
            self.bytes = bytes
        }

        /// Memory for each; nil without any.
        public var bytesEach: Double? { peak > 0 ? Double(bytes) / Double(peak) : nil }
    }

    /// People with the app open, whatever they are doing.
    public var peers: Records
    /// Tickets that wait.
    public var waitingTickets: Records
    /// Calls, from the pairing to the end.
    public var calls: Records
    /// Calls whose media are simulated packet by packet, without the libraries' sessions and codecs.
    public var talks: Records
    /// Pending events; an idle peer, a waiting ticket and a call have one each, a call that is
    /// being set up a few.
    public var events: Records
    /// Memory that grows with the people, all of the above and the risk scorer's, in bytes.
    public var bytes: Int
    /// Memory of the histograms, in bytes; it does not grow with the people.
    public var histogramBytes: Int

    /// The given facts.
    public init(
        peers: Records, waitingTickets: Records, calls: Records, talks: Records,
        events: Records, bytes: Int, histogramBytes: Int
    ) {
        self.peers = peers
        self.waitingTickets = waitingTickets
        self.calls = calls
        self.talks = talks
        self.events = events
        self.bytes = bytes
        self.histogramBytes = histogramBytes
    }

    /// The facts as JSON.
    var json: JSONValue {
        .object([
            .init("idle_peer", withEvent(peers)),
            .init("waiting_ticket", withEvent(waitingTickets)),
            .init("call", withEvent(calls)),
            .init("talk", rounded(talks.bytesEach)),
            .init("event", rounded(events.bytesEach)),
            .init(
                "live_peer", rounded(peers.peak > 0 ? Double(bytes) / Double(peers.peak) : nil)),
            .init("peak_peers", .integer(Int64(peers.peak))),
            .init("peak_waiting_tickets", .integer(Int64(waitingTickets.peak))),
            .init("peak_calls", .integer(Int64(calls.peak))),
            .init("peak_talks", .integer(Int64(talks.peak))),
            .init("peak_events", .integer(Int64(events.peak))),
            .init("records", .integer(Int64(bytes))),
            .init("histograms", .integer(Int64(histogramBytes))),
        ])
    }

    /// Memory for one of `records` with the event that it waits for.
    private func withEvent(_ records: Records) -> JSONValue {
        rounded(records.bytesEach.map { $0 + (events.bytesEach ?? 0) })
    }

    private func rounded(_ bytes: Double?) -> JSONValue {
        bytes.map { .integer(Int64($0.rounded())) } ?? .null
    }
}
