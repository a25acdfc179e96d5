import Addressing
import Digests
public import Quantities
public import RiskScoring
public import Signaling
public import TURN

/// The platform's stores in flat memory: for speed.
///
/// A record that is deleted is overwritten at once, with everything by which it was found. Storing and
/// deleting in order of time cost O(1) amortised.
public struct FlatStores: PrivacyStore, ~Copyable, Sendable {
    /// Nothing goes wrong in memory.
    public typealias Failure = Never

    private struct MessageHeader: BitwiseCopyable, @unchecked Sendable {
        var sender: StoredMessage.Sender
        var number: UInt64?
        /// Owned by the record, to be overwritten and freed with it.
        var text: UnsafeMutableRawBufferPointer
    }

    /// How long records are kept.
    public let policy: RetentionPolicy
    private var reportShelf = Shelf<DeviceIdentifier, ReportCategory>()
    private var messageShelf = Shelf<CallID, MessageHeader>()
    private var relayShelf = Shelf<TransportAddress, RelayLogEntry>()
    private var calls = CallAggregates()
    private var accesses: [AuditEntry] = []
    /// Bytes of message texts.
    private var textBytes = 0

    /// Empty stores.
    public init(policy: RetentionPolicy) { self.policy = policy }

    deinit {
        messageShelf.forEach { Self.free($0.record.text) }
    }

    private static func free(_ text: UnsafeMutableRawBufferPointer) {
        text.cleanse()
        text.deallocate()
    }

    /// Memory of all records with what finds them, in bytes; only texts give memory back.
    public var byteCount: Int {
        reportShelf.byteCount + messageShelf.byteCount + relayShelf.byteCount + textBytes
    }

    // MARK: Records

    /// How many records of a kind there are.
    public func count(_ kind: RecordKind) -> Int {
        switch kind {
        case .reports: reportShelf.count
        case .signaling: messageShelf.count
        case .relayLog: relayShelf.count
        }
    }

    /// The earliest stamp of a kind; nil without a record.
    public func oldest(_ kind: RecordKind) -> SimTime? {
        switch kind {
        case .reports: reportShelf.oldest
        case .signaling: messageShelf.oldest
        case .relayLog: relayShelf.oldest
        }
    }

    /// How many records of the same kind had come before each one that is there, since the stores were made, the oldest stamp first:
    /// for whoever watches what becomes of single records.
    public func forEachNumber(_ kind: RecordKind, _ body: (UInt64) -> Void) {
        switch kind {
        case .reports: reportShelf.forEachNumber(body)
        case .signaling: messageShelf.forEachNumber(body)
        case .relayLog: relayShelf.forEachNumber(body)
        }
    }

    /// Keeps a record as it is stamped.
    public mutating func hold(_ record: StoredRecord) {
        switch record {
        case .report(let report):
            reportShelf.insert(report.category, report.device, at: report.time)
        case .relayLog(let entry): relayShelf.insert(entry, entry.relayed, at: entry.time)
        case .message(let message):
            let text = UnsafeMutableRawBufferPointer.allocate(
                byteCount: message.text.count, alignment: 1)
            text.copyBytes(from: message.text)
            textBytes += text.count
            messageShelf.insert(
                MessageHeader(sender: message.sender, number: message.number, text: text),
                message.call, at: message.time)
        }
    }

    /// Keeps records as they are stamped, in their order.
    public mutating func hold(contentsOf records: [StoredRecord]) {
        for record in records { hold(record) }
    }

    /// Deletes and overwrites the oldest records of a kind that are stamped `latest` or before.
    public mutating func delete(
        _ kind: RecordKind, stampedBy latest: SimTime, atMost limit: Int
    ) -> [SimTime] {
        var stamps: [SimTime] = []
        while stamps.count < limit, let oldest = oldest(kind), oldest <= latest {
            removeOldest(kind)
            stamps.append(oldest)
        }
        return stamps
    }

    private mutating func removeOldest(_ kind: RecordKind) {
        switch kind {
        case .reports: _ = reportShelf.removeOldest()
        case .relayLog: _ = relayShelf.removeOldest()
        case .signaling:
            let text = messageShelf.removeOldest().record.text
            textBytes -= text.count
            Self.free(text)
        }
    }

    /// There is nothing to do: what is deleted is overwritten at once.
    public mutating func scrub() {}

    /// Stamps all records from after `now` with `now`.
    public mutating func restamp(after now: SimTime) -> Int {
        reportShelf.restamp(after: now) + messageShelf.restamp(after: now)
            + relayShelf.restamp(after: now)
    }

    /// Puts other contents in the place of all that there are.
    public mutating func replace(with contents: StoreContents) {
        for kind in RecordKind.allCases {
            while count(kind) > 0 { removeOldest(kind) }
        }
        contents.forEachRecord { hold($0) }
        calls = contents.aggregates
        if contents.audit.count > accesses.count { accesses = contents.audit }
    }

    // MARK: Reading

    /// The reports against a device, the oldest first.
    public func reports(of device: DeviceIdentifier) -> [Report] {
        reportShelf.nodes(of: device).map(Self.report)
    }

    /// How many devices there are reports against.
    public func deviceCount() -> Int { reportShelf.keyCount }

    /// The messages of a call, the oldest first.
    public func messages(of call: CallID) -> [StoredMessage] {
        messageShelf.nodes(of: call).map(Self.message)
    }

    private static func report(
        _ node: Shelf<DeviceIdentifier, ReportCategory>.Node
    ) -> Report {
        Report(device: node.key, category: node.record, time: node.time)
    }

    private static func message(_ node: Shelf<CallID, MessageHeader>.Node) -> StoredMessage {
        StoredMessage(
            call: node.key, sender: node.record.sender, number: node.record.number,
            time: node.time, text: Array(node.record.text))
    }

    /// The entries of the relay log within `query`, the oldest first.
    public func relayLog(
        _ query: RelayLogQuery, _ permit: consuming RelayLogPermit
    ) -> [RelayLogEntry] {
        var found: [RelayLogEntry] = []
        if let relayed = query.relayed {
            found = relayShelf.nodes(of: relayed).map { $0.record.stamped($0.time) }
        } else {
            relayShelf.forEach { found.append($0.record.stamped($0.time)) }
        }
        return found.filter { query.window.contains($0.time) }
    }

    /// All that is stored.
    public func contents(_ permit: consuming DumpPermit) -> StoreContents {
        var contents = StoreContents()
        contents.messages.reserveCapacity(messageShelf.count)
        contents.relayLog.reserveCapacity(relayShelf.count)
        reportShelf.forEach { contents.reports.append(Self.report($0)) }
        messageShelf.forEach { contents.messages.append(Self.message($0)) }
        relayShelf.forEach { contents.relayLog.append($0.record.stamped($0.time)) }
        contents.aggregates = calls
        contents.audit = accesses
        return contents
    }

    /// The records that stand until `time` at least, with the counts and the access log; O(log n) and those records.
    public func contents(
        standingUntil time: SimTime, _ permit: consuming DumpPermit
    ) -> StoreContents {
        func first(_ kind: RecordKind) -> SimTime { time - policy.span(kind) }
        var contents = StoreContents()
        reportShelf.forEach(from: first(.reports)) { contents.reports.append(Self.report($0)) }
        messageShelf.forEach(from: first(.signaling)) {
            contents.messages.append(Self.message($0))
        }
        relayShelf.forEach(from: first(.relayLog)) {
            contents.relayLog.append($0.record.stamped($0.time))
        }
        contents.aggregates = calls
        contents.audit = accesses
        return contents
    }

    // MARK: Counts and access

    /// Counts one call.
    public mutating func countCall(_ cell: CallCell) { calls.count(cell) }

    /// The counts as they are.
    public func aggregates(_ permit: borrowing AggregatesPermit) -> CallAggregates { calls }

    /// Writes an attempt to read into the access log.
    public mutating func append(_ entry: AuditEntry) { accesses.append(entry) }

    /// The access log, from its beginning.
    public func auditLog() -> [AuditEntry] { accesses }
}
