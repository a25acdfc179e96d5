public import Quantities
public import TURN

/// All that is stored, as a dump shows it.
public struct StoreContents: Hashable, Sendable {
    /// The reports, in order of time.
    public var reports: [Report] = []
    /// The signalling messages, in order of time.
    public var messages: [StoredMessage] = []
    /// The relay log, in order of time.
    public var relayLog: [RelayLogEntry] = []
    /// The counts of calls.
    public var aggregates = CallAggregates()
    /// Who has read, or tried to.
    public var audit: [AuditEntry] = []

    /// Nothing.
    public init() {}

    /// How many records there are of the kinds that lapse.
    public var recordCount: Int { reports.count + messages.count + relayLog.count }

    /// Every record that lapses, kind by kind.
    public func forEachRecord<Failure: Error>(
        _ body: (StoredRecord) throws(Failure) -> Void
    ) throws(Failure) {
        for report in reports { try body(.report(report)) }
        for message in messages { try body(.message(message)) }
        for entry in relayLog { try body(.relayLog(entry)) }
    }

    /// The records that stand until `time` at least under `policy`, with the counts and the access log.
    func standing(until time: SimTime, under policy: RetentionPolicy) -> StoreContents {
        func stands(_ kind: RecordKind, _ stamp: SimTime) -> Bool {
            policy.lapse(of: kind, stamped: stamp) >= time
        }
        var rest = self
        rest.reports.removeAll { !stands(.reports, $0.time) }
        rest.messages.removeAll { !stands(.signaling, $0.time) }
        rest.relayLog.removeAll { !stands(.relayLog, $0.time) }
        return rest
    }
}

/// A copy of what is stored, to start from again after a loss.
///
/// It holds only records that would stand as long as the backup itself may be kept. So no record outlives its
/// lifetime in a backup; the price is that the oldest ones are not saved, and nothing whose lifetime is shorter than
/// ``RetentionPolicy/backups``.
public struct StoreBackup: Hashable, Sendable {
    /// When it has to be destroyed.
    public let until: SimTime
    let contents: StoreContents

    /// How many records it holds.
    public var recordCount: Int { contents.recordCount }

    /// How many of a kind: the youngest of those that there were.
    public func count(_ kind: RecordKind) -> Int {
        switch kind {
        case .reports: contents.reports.count
        case .signaling: contents.messages.count
        case .relayLog: contents.relayLog.count
        }
    }

    /// A backup of records that stand `until` it has to be destroyed.
    init(_ contents: StoreContents, until: SimTime) {
        self.until = until
        self.contents = contents
    }
}
