public import Addressing
import KnowledgeLedger
public import PrivacyStores
public import Quantities
public import RiskScoring
public import Signaling
import TURN

/// What somebody with a right to ask wants of the operator.
public enum Subpoena: Hashable, Sendable {
    /// What is stored of an address: messages that name it, and what relays have written down of it as a client's, as a
    /// permitted peer's, or as one of theirs.
    case address(IPAddress)
    /// The reports against a device, whose name has these two words, under the key of whatever epoch; and what the scorer holds of
    /// it, if that key is one of its two.
    case device(high: UInt64, low: UInt64)
    /// What was stored in a span of time.
    case window(Range<SimTime>)
}

/// What the operator can answer.
public struct SubpoenaAnswer: Hashable, Sendable {
    /// To what.
    public let subpoena: Subpoena
    /// When it was asked.
    public let time: SimTime
    /// Until when the authorisation holds under which it was read.
    public let expiry: SimTime
    /// The attempts to read, as they stand in the access log: the order's, another one for ``leads`` if there is something to
    /// follow, one for ``counts`` if a window is asked for, and one for ``scorer`` if that is asked.
    public let attempts: [AuditEntry]
    /// What matches, kind by kind, the oldest first.
    public let records: [StandingRecord]
    /// Attempts to read within a window that is asked for; they name nobody.
    public let accesses: [AuditEntry]
    /// Where the messages about an address lead: addresses that the other side of the same calls named.
    public let leads: [Lead]
    /// Counts of calls in the hours of day that a window touches, on whatever day; none are 0.
    public let counts: [CallCount]
    /// What the scorer's own tables hold, which are not among the stores; nil where there is nothing to ask them.
    public let scorer: [DeviceHolding]?

    /// How many calls were counted in a cell.
    public struct CallCount: Hashable, Sendable {
        /// The hour of day and about how long they were.
        public let cell: CallCell
        /// How many.
        public let calls: UInt64
    }

    /// A record, and how long it stands.
    public struct StandingRecord: Hashable, Sendable {
        /// The record.
        public let record: StoredRecord
        /// From when on nobody is answered out of it any more.
        public let lapse: SimTime
        /// When it is deleted: by the first sweep from then on.
        public let deletion: SimTime
        /// The addresses that a message names, in its order; those of other records are fields.
        public let addresses: [IPAddress]
    }

    /// An address of whoever was in a call with the one asked about.
    public struct Lead: Hashable, Sendable {
        /// The call.
        public let call: CallID
        /// The address.
        public let address: IPAddress
    }

    /// How the order was judged.
    public var verdict: AccessVerdict { attempts[0].verdict }
}

extension Subpoena {
    /// What picks the records that it names. A report is stamped with the beginning of `resolution`, within which it came.
    fileprivate func names(
        _ record: StoredRecord, _ search: AddressSearch?, _ resolution: SimDuration
    ) -> Bool {
        switch (self, record) {
        case (.window(let window), .report(let report)):
            return window.overlaps(report.time..<report.time + max(.nanoseconds(1), resolution))
        case (.window(let window), _): return window.contains(record.time)
        case (.device(let high, let low), .report(let report)):
            return report.device.high == high && report.device.low == low
        case (.address, .message(let message)): return search!.isFound(in: message.text)
        case (.address(let address), .relayLog(let entry)):
            if case .permitted(let peer) = entry.event, peer == address { return true }
            return entry.client.ip == address || entry.relayed.ip == address
        case (.device, _), (.address, .report): return false
        }
    }
}

extension StoreDesk {
    /// For how long somebody who answers an order may read.
    private static let legalValidity = SimDuration.hours(1)

    /// Answers `subpoena` at `now`, as the one who may.
    ///
    /// - Parameter scorer: gives what the scorer holds.
    mutating func answer(
        _ subpoena: Subpoena, at now: SimTime, asking scorer: () -> [DeviceHolding]
    ) -> SubpoenaAnswer {
        let authorisation = guarded.access.authorise(
            Self.legalGrant, from: now, for: Self.legalValidity)
        return answer(subpoena, by: authorisation, at: now, asking: scorer)
    }

    /// Answers `subpoena` to whoever shows `authorisation`; with nothing where that is no good.
    mutating func answer(
        _ subpoena: Subpoena, by authorisation: Authorisation?, at now: SimTime,
        asking scorer: () -> [DeviceHolding]
    ) -> SubpoenaAnswer {
        var attempts: [AuditEntry] = []
        let search: AddressSearch? =
            if case .address(let address) = subpoena { AddressSearch([address]) } else { nil }
        let resolution = guarded.store.policy.reportResolution
        let found = read(by: authorisation, at: now, noting: &attempts) {
            subpoena.names($0, search, resolution)
        }
        var accesses: [AuditEntry] = []
        if case .window(let window) = subpoena, attempts[0].verdict == .granted {
            accesses = guarded.store.auditLog().filter { window.contains($0.time) }
        }
        let leads =
            search == nil
            ? [] : leads(from: found, by: authorisation, at: now, noting: &attempts)
        let counts = counts(of: subpoena, by: authorisation, at: now, noting: &attempts)
        let isAsked = search == nil && mayAskScorer(by: authorisation, at: now, noting: &attempts)
        let policy = guarded.store.policy
        return SubpoenaAnswer(
            subpoena: subpoena, time: now, expiry: authorisation?.until ?? now,
            attempts: attempts,
            records: found.map {
                SubpoenaAnswer.StandingRecord(
                    record: $0, lapse: policy.lapse(of: $0.kind, stamped: $0.time),
                    deletion: policy.deletion(of: $0.kind, stamped: $0.time),
                    addresses: $0.messageAddresses)
            }, accesses: accesses, leads: leads, counts: counts,
            scorer: isAsked ? scorer() : nil)
    }

    /// The calls counted in the hours of day that a window touches; of other orders, none.
    private mutating func counts(
        of subpoena: Subpoena, by authorisation: Authorisation?, at now: SimTime,
        noting attempts: inout [AuditEntry]
    ) -> [SubpoenaAnswer.CallCount] {
        guard case .window(let window) = subpoena, attempts[0].verdict == .granted else {
            return []
        }
        let reading = guarded.callCounts(by: authorisation, at: now)
        attempts.append(guarded.store.auditLog().last!)
        let attempt = AccessAttempt(.namedRecords, by: authorisation, reading.verdict)
        note(.attempted([attempt], at: now))
        let hours = hours(touchedBy: window)
        return CallAggregates.cells.compactMap { cell in
            guard hours.contains(cell.hour), let calls = reading.value?[cell], calls > 0 else {
                return nil
            }
            return SubpoenaAnswer.CallCount(cell: cell, calls: calls)
        }
    }

    /// All hours of day of which a part is in `window`.
    private func hours(touchedBy window: Range<SimTime>) -> Set<HourOfDay> {
        guard !window.isEmpty else { return [] }
        let last = window.upperBound - .nanoseconds(1)
        var hours: Set<HourOfDay> = [HourOfDay(of: last, start: dayStart)]
        var time = window.lowerBound
        for _ in 0..<HourOfDay.count where time < last {
            hours.insert(HourOfDay(of: time, start: dayStart))
            time += .hours(1)
        }
        return hours
    }

    /// Whether whoever shows `authorisation` may see what the scorer holds, which is judged as a reading of its own.
    private mutating func mayAskScorer(
        by authorisation: Authorisation?, at now: SimTime, noting attempts: inout [AuditEntry]
    ) -> Bool {
        guard attempts[0].verdict == .granted else { return false }
        let attempt = AccessAttempt(.namedRecords, by: authorisation, at: &guarded, now)
        attempts.append(guarded.store.auditLog().last!)
        note(.attempted([attempt], at: now))
        return attempt.verdict == .granted
    }

    /// Reads what `isNamed` picks; nothing where it may not be read.
    private mutating func read(
        by authorisation: Authorisation?, at now: SimTime, noting attempts: inout [AuditEntry],
        where isNamed: (StoredRecord) -> Bool
    ) -> [StoredRecord] {
        let reading = guarded.records(where: isNamed, by: authorisation, at: now)
        attempts.append(guarded.store.auditLog().last!)
        note(.answered(reading.value ?? [], by: authorisation, at: now))
        return reading.value ?? []
    }

    /// The addresses that the other sides of the calls of `messages` named.
    private mutating func leads(
        from messages: [StoredRecord], by authorisation: Authorisation?, at now: SimTime,
        noting attempts: inout [AuditEntry]
    ) -> [SubpoenaAnswer.Lead] {
        var sides: Set<CallSide> = []
        for case .message(let message) in messages { sides.insert(CallSide(message).other) }
        guard !sides.isEmpty else { return [] }
        let others = read(by: authorisation, at: now, noting: &attempts) {
            if case .message(let message) = $0 { sides.contains(CallSide(message)) } else { false }
        }
        var leads: [SubpoenaAnswer.Lead] = []
        var known: Set<SubpoenaAnswer.Lead> = []
        for case .message(let message) in others {
            for address in StoredRecord.message(message).messageAddresses {
                let lead = SubpoenaAnswer.Lead(call: message.call, address: address)
                if known.insert(lead).inserted { leads.append(lead) }
            }
        }
        return leads
    }

    private struct CallSide: Hashable {
        var call: CallID
        var sender: StoredMessage.Sender

        init(_ message: StoredMessage) { (call, sender) = (message.call, message.sender) }

        var other: CallSide {
            var other = self
            other.sender = sender == .first ? .second : .first
            return other
        }
    }
}

extension StoredRecord {
    /// The addresses of candidates that a message names; of other records, none.
    fileprivate var messageAddresses: [IPAddress] {
        if case .message(let message) = self { KnowledgeDesk.told(by: message.text) } else { [] }
    }
}
