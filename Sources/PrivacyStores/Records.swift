public import Quantities
public import RiskScoring
public import Signaling
public import TURN

/// What somebody reports a partner for.
public enum ReportCategory: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Insults, threats, stalking.
    case harassment
    /// Hatred of a group.
    case hate
    /// Sexual acts or demands.
    case sexual
    /// Advertising and fraud.
    case spam
    /// Somebody seems to be under age.
    case minor
    /// Anything else.
    case other
}

/// A report: against which device, what for, when. Not by whom, from which address or in which call.
public struct Report: Hashable, Sendable, BitwiseCopyable {
    /// The device reported.
    public var device: DeviceIdentifier
    /// What for.
    public var category: ReportCategory
    /// When it was filed.
    public var time: SimTime

    /// The given report.
    public init(device: DeviceIdentifier, category: ReportCategory, time: SimTime) {
        self.device = device
        self.category = category
        self.time = time
    }
}

/// A message that the signalling service keeps until its recipient can have missed nothing.
public struct StoredMessage: Hashable, Sendable {
    /// Which of a call's two sides sent it.
    public enum Sender: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// The side that was named first when the call was opened.
        case first
        /// The other one.
        case second
    }

    /// The call that it belongs to.
    public var call: CallID
    /// Who sent it.
    public var sender: Sender
    /// Its number among the sender's, if it has one.
    public var number: UInt64?
    /// When it was taken.
    public var time: SimTime
    /// The whole message, at most ``SignalingMessage/longestText`` bytes.
    public var text: [UInt8]

    /// The given message.
    public init(
        call: CallID, sender: Sender, number: UInt64?, time: SimTime, text: [UInt8]
    ) {
        self.call = call
        self.sender = sender
        self.number = number
        self.time = time
        self.text = text
    }
}

/// A record of one of the kinds that are kept for a limited time.
public enum StoredRecord: Hashable, Sendable {
    /// A report.
    case report(Report)
    /// A signalling message.
    case message(StoredMessage)
    /// An entry of the relay log.
    case relayLog(RelayLogEntry)

    /// Which kind it is.
    public var kind: RecordKind {
        switch self {
        case .report: .reports
        case .message: .signaling
        case .relayLog: .relayLog
        }
    }

    /// From when on it is kept.
    public var time: SimTime {
        switch self {
        case .report(let report): report.time
        case .message(let message): message.time
        case .relayLog(let entry): entry.time
        }
    }

    /// The same record, kept from `time` on.
    public func stamped(_ time: SimTime) -> StoredRecord {
        switch self {
        case .report(var report):
            report.time = time
            return .report(report)
        case .message(var message):
            message.time = time
            return .message(message)
        case .relayLog(let entry): return .relayLog(entry.stamped(time))
        }
    }
}

extension RelayLogEntry {
    /// The same entry, of `time`.
    public func stamped(_ time: SimTime) -> RelayLogEntry {
        RelayLogEntry(
            time: time, event: event, relayed: relayed, client: client, transport: transport)
    }
}

/// What has become of a record that was to be stored.
public enum Admission: Hashable, Sendable {
    /// It is kept.
    case kept
    /// It had lapsed already, and is not kept.
    case lapsed
    /// There are as many of its kind as may be; it is not kept.
    case full
}
