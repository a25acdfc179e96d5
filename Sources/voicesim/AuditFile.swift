import Foundation
import Results
import SimulationRunner

/// Earlier audits in files.
enum AuditFile {
    /// Larger files are no audits.
    private static let sizeLimit = 64 << 20

    /// The audit at `path`, or says what is wrong with it and leaves with code 65.
    static func read(_ path: String) throws -> AuditRecord {
        guard let data = FileManager.default.contents(atPath: path), data.count <= sizeLimit else {
            throw refusal("\(path) cannot be read; \(maker)")
        }
        do throws(UnreadableDocument) {
            return try AuditRecord(reading: Array(data))
        } catch {
            switch error {
            case .malformed(let fault):
                throw refusal("\(path):\(fault.line):\(fault.column): this is no JSON; \(maker)")
            case .otherSchema(let found):
                throw refusal(
                    "\(path): schema is \(found.map { "“\($0)”" } ?? "missing"), not "
                        + "“\(AuditRecord.schema)”; \(maker)")
            case .unexpected(let key, let expected):
                throw refusal("\(path): \(key) must be \(expected ?? "as the format says")")
            }
        }
    }

    /// What writes such files.
    private static let maker = "voicesim audit SCENARIO --format json > FILE writes an audit"

    /// Says that the audit at `path` cannot be compared with, and what could be.
    static func refusal(_ path: String, _ mismatch: AuditMismatch) -> any Error {
        switch mismatch {
        case .title(let earlier, let now):
            refusal(
                "\(path) is an audit of “\(earlier)”, and this is one of “\(now)”: "
                    + "name the scenario with that title")
        case .people(let seed, let replication):
            refusal(
                "\(path) is an audit of other people: --seed \(seed) "
                    + "--replication \(replication) would be the same")
        case .breach(nil, _):
            refusal("\(path) is an audit in which nobody copied the stores; \(maker)")
        case .breach(let earlier?, let mode):
            refusal(
                "\(path) is an audit in which the stores were copied at \(earlier) s: --breach-at "
                    + (mode.flatMap { ["end", "at"].contains($0) ? nil : $0 } ?? "'\(earlier) s'")
                    + " would be the same")
        }
    }

    private static func refusal(_ text: String) -> any Error {
        Terminal.complain("error: " + text)
        return ExitStatus.invalidInput.exit
    }
}
