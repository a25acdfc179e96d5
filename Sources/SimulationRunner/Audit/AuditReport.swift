public import Results

/// An audit with what was asked of it, as it is printed.
public struct AuditReport: Sendable {
    /// The audit.
    public let audit: Audit
    /// The command that audits the same replication again, up to its options.
    public let command: String
    /// Against an earlier audit, if there is one.
    public var comparison: AuditComparison?

    /// The report of `audit`.
    ///
    /// - Parameter command: the beginning of the command that audits it again, up to its options.
    public init(_ audit: Audit, replayedBy command: String) {
        self.audit = audit
        self.command = command
    }

    /// Holds the audit against an earlier one, with a tolerance of 0…1.
    public mutating func compare(
        with earlier: AuditRecord, tolerance: Double = 0
    ) throws(AuditMismatch) {
        let now: AuditRecord
        do throws(UnreadableDocument) {
            now = try AuditRecord(json: json())
        } catch {
            preconditionFailure("an audit cannot be read: \(error)")
        }
        comparison = try AuditComparison(now, against: earlier, tolerance: tolerance)
    }

    /// Whether a promise is broken whatever the setting, or something is in the stores that may not be.
    public var isBroken: Bool {
        audit.isBroken || !audit.breach.copy.excess.isEmpty || audit.breach.copy.keysFound > 0
    }

    /// The report for a terminal.
    public func text() -> String {
        var parts = [audit.text(replayedBy: command), audit.breach.text]
        if let database = audit.database { parts.append(database.text) }
        parts += audit.answers.map(\.text)
        if let comparison { parts.append(comparison.text) }
        return parts.joined(separator: "\n\n")
    }

    /// The report as a file: the audit's, with what else there is under keys of its own.
    public func json() -> JSONValue {
        guard case .object(var members) = audit.json(replayedBy: command) else {
            preconditionFailure("an audit's file is an object")
        }
        members.append(.init("breach", audit.breach.json))
        if let database = audit.database { members.append(.init("database", database.json)) }
        if !audit.answers.isEmpty {
            members.append(.init("subpoenas", .array(audit.answers.map(\.json))))
        }
        if let comparison { members.append(.init("against", comparison.json)) }
        return .object(members)
    }
}
