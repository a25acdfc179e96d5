import Addressing
import KnowledgeLedger
import PrivacyStores
import Quantities
import RiskScoring
import Signaling
import TURN

/// What is written into the stores, and what a thief finds there.
extension KnowledgeDesk {
    /// The signalling service stores a message of a call: what it says.
    ///
    /// - Parameter message: what the text is, where that is known.
    @discardableResult
    mutating func noteMessage(
        _ text: [UInt8], meaning message: SignalingMessage? = nil, of sender: Side, in call: UInt32,
        at now: SimTime
    ) -> Told {
        let until = gone(.signaling, storedAt: now)
        edges.noteMessage(of: sender, in: call, since: now, until: until)
        evidence.signalSearches += 1
        text.withUnsafeBytes {
            lookForKeys(in: $0, at: .signalingProcessor, since: now, until: until)
            lookForFragments(in: $0, at: .signalingProcessor, since: now, until: until)
        }
        lookForEnd(
            of: call, in: text, storedAt: now, at: .signalingProcessor, since: now, until: until)
        let subject = parties[Int(call)][sender]
        noteSession(in: text, meaning: message, of: subject, in: call)
        let told = told(by: text, meaning: message, of: subject, in: call)
        discloseMessage(
            told, of: sender, in: call, to: .signalingProcessor, since: now,
            until: until)
        discloseMessage(
            told, of: sender, in: call, to: .infrastructureOnCall, since: now,
            until: now + serviceRetention)
        return told
    }

    /// The signalling service forwards a message of a call in a run that stores nothing: what it says.
    mutating func noteUnstored(
        _ text: [UInt8], meaning message: SignalingMessage?, of sender: Side, in call: UInt32
    ) -> Told {
        let subject = parties[Int(call)][sender]
        noteSession(in: text, meaning: message, of: subject, in: call)
        return told(by: text, meaning: message, of: subject, in: call)
    }

    private mutating func discloseMessage(
        _ told: Told, of sender: Side, in call: UInt32, to observer: Observer,
        since: SimTime, until: SimTime
    ) {
        let people = parties[Int(call)]
        declare(.message, of: people[sender], to: observer, in: call, since: since, until: until)
        for side in Side.both {
            for item in [Item.partner, .when] {
                declare(
                    item, of: people[side], to: observer, in: call, since: since, until: until)
            }
        }
        disclose(
            told, of: people[sender], to: observer, in: call, since: since, until: until)
    }

    /// A relay writes down an entry of its log.
    ///
    /// - Parameter opener: who is given the address, where no packet has told whose it is.
    mutating func noteRelayEntry(
        _ entry: RelayLogEntry, of opener: RelayHolder? = nil, at now: SimTime
    ) {
        if case .opened = entry.event {
            relayed[entry.relayed] = opener ?? holder(of: entry, since: now)
        }
        let holder = relayed[entry.relayed]
        relayNotes.append(holder)
        if case .closed = entry.event { relayed[entry.relayed] = nil }
        guard let holder else { return }
        // What the server itself holds it forgets with the address.
        let since = if case .closed = entry.event { holder.since } else { now }
        disclose(entry, of: holder, to: .infrastructureOnCall, since: since, until: now)
        guard policy.relayLog > .zero else {
            return disclose(entry, of: holder, to: .relayProcessor, since: since, until: now)
        }
        let until = gone(.relayLog, storedAt: now)
        noteEdge(entry, of: holder, since: now, until: until)
        disclose(entry, of: holder, to: .relayProcessor, since: now, until: until)
    }

    private func holder(of entry: RelayLogEntry, since: SimTime) -> RelayHolder? {
        guard let subject = owners[entry.client], let call = lastCall(of: subject) else {
            return nil
        }
        return RelayHolder(subject: subject, call: call, since: since)
    }

    /// What an entry of the relay log tells of whoever holds the relayed address, and of the partner.
    private mutating func disclose(
        _ entry: RelayLogEntry, of holder: RelayHolder, to observer: Observer,
        since: SimTime, until: SimTime
    ) {
        let (subject, call) = (holder.subject, holder.call)
        for item in [Item.when, .allocation] {
            declare(item, of: subject, to: observer, in: call, since: since, until: until)
        }
        discloseAddress(
            entry.client.ip, of: subject, to: observer, in: call, since: since, until: until)
        switch entry.event {
        case .opened: break
        case .closed:
            declare(.howLong, of: subject, to: observer, in: call, since: since, until: until)
        case .permitted(let peer):
            // Behind another relay it is that one's address.
            guard !relayAddresses.contains(peer) else { return }
            let partner = partner(of: subject, in: call)
            discloseAddress(peer, of: partner, to: observer, in: call, since: since, until: until)
            for person in [subject, partner] {
                declare(
                    .partner, of: person, to: observer, in: call, since: since, until: until)
            }
        }
    }

    /// So many entries of the relay log stand: whom those that are gone were about is forgotten, now and then.
    mutating func trimRelayNotes(to standing: Int) {
        guard relayNotes.count > 2 * standing + Self.spareNotes else { return }
        relayNotes.removeFirst(relayNotes.count - standing)
    }

    private static var spareNotes: Int { 4096 }

    /// A report of a person's device by another's is stored.
    mutating func noteReport(
        _ report: Report, of target: (subject: UInt32, device: DeviceIdentifier),
        by reporter: (subject: UInt32, device: DeviceIdentifier), in call: UInt32, at now: SimTime
    ) {
        noteCountedReport(of: target.subject, by: reporter, in: call, at: now)
        reportNotes.append(ReportNote(subject: target.subject, device: target.device))
        let until = gone(.reports, storedAt: report.time)
        declareReport(
            of: target.subject, as: target.device, to: .riskScorer, since: now, until: until)
        look(at: report, of: target, by: reporter, since: now, until: until)
    }

    private mutating func declareReport(
        of subject: UInt32, as device: DeviceIdentifier, to observer: Observer, since: SimTime,
        until: SimTime
    ) {
        for item in [Item.report, .when] {
            declare(item, of: subject, to: observer, since: since, until: until)
        }
        declare(
            .deviceIdentifier, of: subject, to: observer, since: since, until: until,
            value: device.low)
    }

    // MARK: The thief

    /// Whom each entry of the relay log in `contents` is about, in their order; nil where it is nobody.
    ///
    /// - Parameter serials: which entries they are; without it the last ones, as records are deleted in the order in which
    ///   they were stored.
    func holders(in contents: StoreContents, _ serials: RecordSerials?) -> [RelayHolder?] {
        if let serials { return serials.relayLog.map { relayNotes[Int($0)] } }
        let count = contents.relayLog.count
        precondition(count <= relayNotes.count, "an entry that nobody wrote")
        return Array(relayNotes.suffix(count))
    }

    /// Likewise of reports; nil where it is nobody who came.
    func targets(in contents: StoreContents, _ serials: RecordSerials?) -> [ReportNote?] {
        if let serials { return serials.reports.map { $0 < 0 ? nil : reportNotes[Int($0)] } }
        let count = contents.reports.count
        precondition(count <= reportNotes.count, "a report that nobody made")
        return Array(reportNotes.suffix(count))
    }

    /// A thief copies the stores at `now`. What was stored longest ago shows how far back a theft reaches.
    ///
    /// - Parameter serials: which of the run's records they are, where they are not its last ones.
    mutating func steal(
        _ contents: StoreContents, _ serials: RecordSerials? = nil, at now: SimTime
    ) {
        breach = now
        callsBeforeBreach = parties.count
        for message in contents.messages {
            message.text.withUnsafeBytes {
                lookForKeys(in: $0, at: .thief, since: message.time, until: now)
                lookForFragments(in: $0, at: .thief, since: message.time, until: now)
            }
            let side: Side = message.sender == .first ? .offerer : .answerer
            let call = UInt32(message.call.rawValue)
            lookForEnd(
                of: call, in: message.text, storedAt: message.time, at: .thief,
                since: message.time, until: now)
            discloseMessage(
                told(by: message.text, of: parties[Int(call)][side], in: call), of: side, in: call,
                to: .thief, since: message.time, until: now)
        }
        for (entry, holder) in zip(contents.relayLog, holders(in: contents, serials)) {
            StoredRecord.relayLog(entry).searchable.withUnsafeBytes {
                lookForKeys(in: $0, at: .thief, since: entry.time, until: now)
                lookForFragments(in: $0, at: .thief, since: entry.time, until: now)
            }
            guard let holder else { continue }
            disclose(entry, of: holder, to: .thief, since: entry.time, until: now)
        }
        for (report, note) in zip(contents.reports, targets(in: contents, serials)) {
            StoredRecord.report(report).searchable.withUnsafeBytes {
                lookForKeys(in: $0, at: .thief, since: report.time, until: now)
                lookForFragments(in: $0, at: .thief, since: report.time, until: now)
            }
            guard let note else { continue }
            if Self.isFine(report.time) { evidence.finelyStamped.insert(note.subject) }
            declareReport(
                of: note.subject, as: report.device, to: .thief, since: report.time, until: now)
            guard report.device == note.device else { continue }
            canaries.declare(
                .deviceIdentifier, of: note.subject, to: .thief, since: report.time, until: now)
        }
    }
}
