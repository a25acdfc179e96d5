import KnowledgeLedger
import PlatformModel
import PrivacyStores
import Quantities

extension PromiseCheck {
    mutating func signalsForgotten() {
        let scorer = knowledge.labels[.riskScorer, .deviceSignals]
        if scorer.longestResidence > .zero { blame(.riskScorer, scorer) }
        if bytes.keptSignals.count > 0 { blame(.riskScorer) }
        subjects.formUnion(bytes.keptSignals)
        for observer in Observer.allCases where observer != .riskScorer {
            blame(observer, known[observer, .deviceSignals])
        }
        require(bytes.signalSearches, "messages and reports searched for signals")
        if bytes.reports == 0 { untried.append("reports") }
        note(
            bytes.scorerLooks,
            "looks into the scorer's memory, of a device after its call, of all at the end")
    }

    mutating func reportsNameNobodyElse() {
        if bytes.telling.count > 0 { blame(.riskScorer) }
        if bytes.finelyStamped.count > 0 {
            let isShort = knowledge.policy.reportResolution < .hours(1)
            blame(.riskScorer, curedBy: isShort ? .longReports : nil)
        }
        subjects = bytes.telling
        subjects.formUnion(bytes.finelyStamped)
        require(bytes.reports, "reports")
        note(bytes.finelyStamped.count, "people with one stamped finer than with its hour")
    }

    /// Records that stay longer than the platform promises and a sweep takes to come, by what was declared when they were
    /// stored; and such as stayed longer than the platform keeps them and a sweep takes, by their true age before each sweep.
    mutating func lifetimesKept() {
        let promised = RetentionPolicy()
        let stored: [(kind: RecordKind, observer: Observer, item: Item, name: String)] = [
            (.reports, .riskScorer, .report, "reports"),
            (.signaling, .signalingProcessor, .message, "signalling messages"),
            (.relayLog, .relayProcessor, .when, "entries of the relay log"),
        ]
        var declared = 0
        for (kind, observer, item, name) in stored {
            let cell = knowledge.labels[observer, item]
            let limit = promised.span(kind) + knowledge.policy.sweepInterval
            let held = knowledge.policy.span(kind) + knowledge.policy.sweepInterval
            if cell.longestResidence > limit || bytes.overdue.contains(kind)
                || knowledge.ages[kind] > held
            {
                blame(kind)
            }
            // A relay without a log knows all the same when it serves.
            let isKept = knowledge.policy.span(kind) > .zero
            let times = isKept ? Int(clamping: cell.declarations) : 0
            let deleted = knowledge.ages.deleted(kind)
            declared += times
            note(times, "times declared in \(name)")
            note(deleted, "\(name) deleted by sweeps")
            if times == 0 { untried.append(name) }
            if times > 0, deleted == 0 { untried.append("\(name) that were old enough to go") }
        }
        if declared == 0 { isTried = false }
        require(bytes.sweeps, "sweeps after which the oldest records were looked at")
        require(
            knowledge.ages.looks, "looks at how old records were: before each sweep, at the end")
    }

    mutating func ticketsForgotten() {
        // Tickets are looked for only where they should not be.
        for item in [Item.interest, .language, .tier] {
            blame(.matchmaker, knowledge.canaries[.matchmaker, item])
        }
        note(bytes.ticketLooks, "looks at whose tickets the matchmaker holds")
        require(bytes.endedTickets, "people without a ticket any more who were looked for there")
    }

    /// Who serves a call until it is over could time it. To keep that is another thing: to declare so, to hold the call, or to
    /// have written it down.
    mutating func callsOnlyCounted() {
        let timed = knowledge.labels[.signalingProcessor, .howLong]
        if timed.longestResidence > .zero { blame(.signalingProcessor, timed) }
        // It is looked for only where it should not be.
        for observer in [Observer.signalingProcessor, .thief] {
            blame(observer, knowledge.canaries[observer, .howLong])
        }
        // Relays know it from both ends of an address; a log keeps them.
        let logged = knowledge.policy.relayLog > .zero
        for observer in [Observer.relayProcessor, .thief] where logged {
            blame(observer, knowledge.labels[observer, .howLong], curedBy: .noRelayLog)
        }
        for observer in [Observer.aggregateStore, .productTeam] {
            for item in [Item.when, .howLong, .partner] { blame(observer, known[observer, item]) }
        }
        require(knowledge.published?.calls ?? 0, "calls counted by hour and duration")
        note(
            logged ? knowledge.labels[.relayProcessor, .howLong].calls.count : 0,
            "calls with both ends of an address in the relay log")
        note(
            knowledge.labels[.riskScorer, .report].calls.count,
            "reported calls of which the scorer keeps that in quarters")
        note(bytes.lateTexts, "texts stored of calls that were over")
        tell(
            bytes.servedCalls,
            "calls that the signalling service could time, looked for there after it",
            without: "what the signalling service holds of a call that is over")
        note(
            known[.edgeProvider, .howLong].calls.count,
            "calls that the edge could time, of which nobody can tell what it keeps")
    }

    mutating func readsWrittenDown() {
        let readings = bytes.readings
        // A guard that begins anew over an older log has fewer readings of its own.
        if readings.handedOut > readings.written || !readings.isIntact
            || readings.wronglyGranted > 0
        {
            blame(.infrastructureOnCall)
        }
        require(readings.handedOut, "times something was handed out")
        note(readings.written, "of them in the access log")
        require(readings.refused, "attempts without a right to it refused")
    }

    /// What a search of the file came to. Whoever has the file has what is in it.
    mutating func deletedIsGone(from database: DatabaseFindings?) {
        guard let database else {
            isTried = false
            return
        }
        let total = database.canaries.total
        if total.expiredFound > 0 { blame(.thief) }
        require(total.expired, "expired canaries looked for")
        note(total.expiredFound, "of them found")
        note(database.canaries.bytes, "bytes searched")
        note(total.standingFound, "canaries found of records that stand")
    }

    mutating func matchingBlind() {
        blame(.matchmaker, in: bytes.unlikeBlind)
        if !bytes.decidesBlindly { blame(.matchmaker) }
        require(
            bytes.blindDecisions, "decisions made anew by a matchmaker that is shown nothing else")
    }

    /// What of identifiers can be had without the keys, and whether these are in the thief's copy.
    mutating func identifiersSealed() {
        let found = bytes.identifiers
        subjects = found.unsealed
        subjects.formUnion(found.linked)
        if subjects.count > 0 || found.keysCopied > 0 { blame(.thief) }
        require(found.looks, "identifiers in reports held against digests without the key")
        tell(
            found.rekeyed, "devices reported under two keys",
            without: "devices reported under two keys")
        tell(
            found.keys, "keys looked for in a copy of the stores",
            without: "keys in a copy of the stores")
    }

    mutating func visitsUnlinkedInStores() {
        guard let copy = bytes.copy else {
            isTried = false
            return
        }
        require(
            max(copy.byAddress.same, copy.bySession.same), "pairs of visits of one person in a copy"
        )
        let kinds: [(pairs: LinkedPairs, what: String, cures: [PromiseRemedy?])] = [
            (copy.byAddress, "public addresses", curesOfAddressesInStores),
            (copy.bySession, "session numbers", [.freshNames]),
            (copy.byCertificate, "certificates", [nil]),
        ]
        for kind in kinds {
            note(kind.pairs.sameLinked, "of them linked by \(kind.what)")
            guard kind.pairs.sameLinked > 0 else { continue }
            for cure in kind.cures { blame(.thief, curedBy: cure) }
        }
        if knowledge.labels[.thief, .message].isEmpty {
            untried.append("signalling messages in a copy")
        }
        if knowledge.policy.relayLog > .zero, knowledge.labels[.thief, .allocation].isEmpty {
            untried.append("relay log in a copy")
        }
    }

    /// What would keep public addresses out of a copy of the stores: they are in candidates, in the relay log or in both.
    private var curesOfAddressesInStores: [PromiseRemedy?] {
        let allocations = knowledge.labels[.thief, .allocation]
        var told = knowledge.labels[.thief, .publicAddress].calls
        told.subtract(allocations.calls)
        var cures: [PromiseRemedy?] = []
        if told.count > 0 || !knowledge.labels[.thief, .reflexiveCandidate].isEmpty {
            cures.append(.relaysAlone)
        }
        if !allocations.isEmpty { cures.append(.noRelayLog) }
        return cures.isEmpty ? [nil] : cures
    }

    mutating func visitsUnlinked() {
        isTried = bytes.names.values.contains { $0.returned > 0 }
        for observer in [Observer.signalingProcessor, .relayProcessor, .networkObserver] {
            let names = bytes.names[observer]
            let service = Audit.words(observer.name)
            tell(
                names?.returned ?? 0, "times that somebody came back to the \(service)",
                without: "names shown to the \(service) by somebody who came back")
            note(names?.visits ?? 0, "names shown to the \(service)")
            guard let names, names.linked.count > 0 else { continue }
            subjects.formUnion(names.linked)
            blame(observer, in: names.calls, curedBy: .freshNames)
        }
    }
}
