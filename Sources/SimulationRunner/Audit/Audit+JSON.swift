import KnowledgeLedger
import PlatformModel
import PrivacyStores
import Quantities
public import Results

extension Audit {
    /// The audit as a file: people and calls are counts, shares 0…1, times seconds; `null` where something is known for
    /// good.
    ///
    /// - Parameter command: the beginning of the command that audits it again, up to its options.
    public func json(replayedBy command: String) -> JSONValue {
        .object([
            .init("schema", .string(AuditRecord.schema)),
            .init("title", .string(title)), .init("seed", .unsigned(seed)),
            .init("replication", .integer(Int64(replication))),
            .init("subjects", Self.number(knowledge.subjects)),
            .init("calls", Self.number(knowledge.calls)),
            .init("breach_at", JSONValue(knowledge.breach?.sinceStart.seconds)),
            .init("items", .array(Item.allCases.map { .string($0.name) })),
            .init("observers", .array(Observer.allCases.map(observer))),
            .init("unlisted", unlistedJSON),
            .init("inferred", inferredJSON), .init("coalitions", coalitionsJSON),
            .init("promises", .array(findings.map { Self.promise($0, command) })),
            .init("planning", planningJSON),
            .init("recoverable", .array(recoverable.map(recoverability))),
            .init("declared_only_calls", Self.number(knowledge.evidence.modelledCalls.count)),
            .init("oldest_records", oldestRecords),
            .init(
                "disagreements",
                .array(knowledge.disagreements.map { .string(Self.text($0)) })),
        ])
    }

    /// The greatest age of a record of each kind, in seconds.
    private var oldestRecords: JSONValue {
        .object(
            RecordKind.allCases.map {
                .init(DatabaseFindings.key($0), .number(knowledge.ages[$0].seconds))
            })
    }

    private func recoverability(_ entry: Recoverability) -> JSONValue {
        .object([
            .init("observer", .string(entry.observer.name)),
            .init("item", .string(Item.partner.name)),
            .init("lifetime", .number(entry.lifetime.seconds)),
            .init("longest", .number(entry.longest.seconds)),
            .init("calls", Self.number(entry.calls)),
            .init("call_share", Self.share(entry.calls, of: knowledge.calls)),
        ])
    }

    private func observer(_ observer: Observer) -> JSONValue {
        let calls = observer == .thief ? knowledge.callsBeforeBreach : knowledge.calls
        let items = Item.allCases.compactMap { item -> JSONValue? in
            let cell = knowledge.labels[observer, item]
            guard !cell.isEmpty else { return nil }
            return .object([
                .init("item", .string(item.name)),
                .init("subjects", Self.number(cell.subjects.count)),
                .init("calls", Self.number(cell.calls.count)),
                .init("call_share", Self.share(cell.calls.count, of: calls)),
                .init(
                    "longest_residence",
                    cell.longestResidence == .max
                        ? .null : .number(cell.longestResidence.seconds)),
            ])
        }
        return .object([
            .init("observer", .string(observer.name)), .init("items", .array(items)),
        ])
    }

    private static func promise(_ finding: PromiseFinding, _ command: String) -> JSONValue {
        .object([
            .init("promise", .string(finding.promise.rawValue)),
            .init("statement", .string(finding.promise.statement)),
            .init("verdict", .string(finding.verdict.name)),
            .init("condition", finding.verdict.condition.map { .string($0) } ?? .null),
            .init("broken_calls", number(finding.brokenCalls)),
            .init("broken_call_share", share(finding.brokenCalls, of: finding.calls)),
            .init("broken_subjects", number(finding.brokenSubjects)),
            .init("observers", .array(finding.observers.map { .string($0.name) })),
            .init("outliving", .array(finding.outliving.map { .string(name($0)) })),
            .init("endings", .array(finding.endings.map { .string($0.name) })),
            .init("evidence", .array(finding.evidence.map(evidence))),
            .init("untried", .array(finding.untried.map { .string($0) })),
            .init("replay", .string(command)),
            .init("replay_kept", keptReplay(finding, command).map { .string($0) } ?? .null),
        ])
    }

    private static func evidence(_ evidence: PromiseEvidence) -> JSONValue {
        .object([.init("what", .string(evidence.what)), .init("count", number(evidence.count))])
    }

    static func number(_ value: Int) -> JSONValue { .integer(Int64(value)) }

    static func share(_ part: Int, of whole: Int) -> JSONValue {
        whole > 0 ? .number(Double(part) / Double(whole)) : .null
    }
}
