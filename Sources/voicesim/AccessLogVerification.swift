import ArgumentParser
import PrivacyDatabase
import PrivacyStores

/// `voicesim verify --access-log`: whether the access log in an audit's database is what was written.
struct AccessLogVerification {
    /// The database.
    let path: String
    /// Where the log ended when that was put away.
    let anchor: AuditAnchor

    /// Prints what the log was found to be; leaves with 99 where it was tampered with, with 65 where it cannot be read.
    func run() throws {
        let entries: [AuditEntry]
        do throws(DatabaseFailure) {
            entries = try AccessLogFile.entries(inFileAt: path)
        } catch {
            Terminal.complain("error: \(path): \(Self.text(error))")
            throw ExitStatus.invalidInput.exit
        }
        switch AuditTrail.check(entries, against: anchor) {
        case .intact(let since):
            print(
                "the access log is what was written: \(entries.count) entries, \(since) of them since "
                    + "the anchor")
            return
        case .truncated(let found, let expected):
            print("the access log was cut off: \(found) of \(expected) entries are left")
        case .altered(let place):
            print("the access log was altered: entry \(place) is not what was written there")
        }
        throw ExitStatus.thresholdFailed.exit
    }

    private static func text(_ failure: DatabaseFailure) -> String {
        switch failure {
        case .sqlite(let code):
            "no database that 'voicesim audit --database' has kept; SQLite's result code \(code)"
        case .corrupt(let table): "a row of the table \(table.rawValue) is none that was written"
        case .unreadable: "its bytes cannot be read"
        }
    }
}

extension Reading {
    /// Where an access log ends, as an audit prints it: `ENTRIES:HEX`.
    static let anchor: @Sendable (String) throws -> AuditAnchor = { text in
        guard let anchor = AuditAnchor(text) else {
            throw ValidationError(
                "'\(text)' is no anchor such as 12:…, a number of entries and 64 digits of 0…f, as "
                    + "'voicesim audit --database' prints it")
        }
        return anchor
    }
}
