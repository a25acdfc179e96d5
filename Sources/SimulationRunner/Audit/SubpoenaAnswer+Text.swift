import Addressing
public import PlatformModel
import PrivacyStores
import Quantities
import RiskScoring
import Signaling
import TURN

extension Subpoena {
    /// The order as the command line takes it.
    public var text: String {
        switch self {
        case .address(let address): "address=\(address)"
        case .device(let high, let low): "device=" + high.hexadecimal + low.hexadecimal
        case .window(let window):
            "window=\(window.lowerBound.seconds) s..\(window.upperBound.seconds) s"
        }
    }
}

extension SubpoenaAnswer {
    /// Records of one store that are printed to a terminal; files have them all.
    static let shownRecords = 20

    /// The answer for a terminal.
    public var text: String {
        var lines = [
            "subpoena \(subpoena.text), asked at \(Audit.text(time.sinceStart))",
            "  read as legal for a legal request, under authorisation \(authorisation) "
                + "until \(Audit.text(expiry.sinceStart)): \(verdict.name); "
                + "access log \(attempts.map { "\($0.number)" }.joined(separator: ", "))",
        ]
        for kind in RecordKind.allCases {
            lines += Self.rows(
                Audit.name(kind), records.filter { $0.record.kind == kind }.map(\.text))
        }
        lines += Self.rows("call counts, of any day", counts.map(\.text))
        lines += Self.rows("access log", accesses.map(\.text))
        if !leads.isEmpty {
            lines += Self.rows(
                "with the same calls go",
                leads.map { "\($0.address) in call \($0.call.rawValue)" })
        }
        if let scorer {
            lines += Self.rows("devices in the scorer's tables", scorer.map { $0.text(subpoena) })
        }
        return lines.joined(separator: "\n")
    }

    private var authorisation: String { attempts[0].shown.map { "\($0.number)" } ?? "none" }

    private static func rows(_ name: String, _ rows: [String]) -> [String] {
        guard !rows.isEmpty else { return ["  \(name): nothing"] }
        let hidden = rows.count - shownRecords
        return ["  \(name): \(rows.count)"] + rows.prefix(shownRecords).map { "    " + $0 }
            + (hidden > 0 ? ["    and \(hidden) more"] : [])
    }
}

extension SubpoenaAnswer.StandingRecord {
    /// What it says and until when it stands.
    var text: String {
        Audit.padded(Audit.text(record.time.sinceStart), 12) + content + "; stands until "
            + "\(Audit.text(lapse.sinceStart)), gone by \(Audit.text(deletion.sinceStart))"
    }

    private var content: String {
        switch record {
        case .report(let report):
            return "device \(report.device.hexadecimal) of key epoch \(report.device.epoch), "
                + report.category.name
        case .message(let message):
            let kind = (try? SignalingMessage.parse(message.text).message.kind)?.name ?? "text"
            let named =
                addresses.isEmpty
                ? "" : " naming " + addresses.map(\.description).joined(separator: ", ")
            return "call \(message.call.rawValue), \(message.sender.name) side, \(kind) of "
                + "\(message.text.count) bytes\(named)"
        case .relayLog(let entry):
            return "\(entry.event.text): relayed address \(entry.relayed), client \(entry.client) "
                + "over \(entry.transport.name)"
        }
    }
}

extension SubpoenaAnswer.CallCount {
    /// The hour, about how long, and how many.
    fileprivate var text: String {
        let longest = cell.duration.upperBound.map { "less than \(Audit.text($0))" } ?? "more"
        return
            "hour \(cell.hour.rawValue): \(calls) calls of \(Audit.text(cell.duration.lowerBound)) or \(longest)"
    }
}

extension DeviceHolding {
    /// A line for the device and one for each report. A window is answered without undoing aliases.
    fileprivate func text(_ subpoena: Subpoena) -> String {
        let isUndone = if case .device = subpoena { true } else { false }
        let head =
            "device \(device.hexadecimal) of key epoch \(device.epoch), \(tier.name): reports against "
            + "it \(against.count), made by it \(filed.count)"
        let suffered = against.map { report in
            let share = report.callShare > 0 ? ", \(report.callShare) of a full call" : ""
            return report.row("reported by \(report.otherName(isUndone))" + share)
        }
        let made = filed.map { report in
            report.row("or within a day from then: reported \(report.otherName(isUndone))")
        }
        return ([head] + suffered + made).joined(separator: "\n    ")
    }
}

extension HeldReport {
    fileprivate func otherName(_ isUndone: Bool) -> String {
        if let other { return other.hexadecimal }
        return isUndone ? "a device that no key tells" : "an alias that the key undoes"
    }

    fileprivate func row(_ words: String) -> String {
        "  " + Audit.padded(Audit.text(time.sinceStart), 12) + words
    }
}

extension AuditEntry {
    /// The attempt in words.
    var text: String {
        let reader = shown.map { "\($0.role.name) for \($0.purpose.name)" } ?? "nobody known"
        return Audit.padded(Audit.text(time.sinceStart), 12)
            + "number \(number): \(reader), \(scope.name): \(verdict.name)"
    }
}

// MARK: Names

extension UInt64 {
    /// Sixteen digits of 0…f.
    var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension UInt8 {
    /// Two digits of 0…f.
    var hexadecimal: String { (self < 16 ? "0" : "") + String(self, radix: 16) }
}

extension DeviceIdentifier {
    /// 32 digits of 0…f, as a subpoena takes them.
    var hexadecimal: String { high.hexadecimal + low.hexadecimal }
}

extension DeviceTier {
    /// The name in audits.
    var name: String {
        switch self {
        case .clear: "clear"
        case .watched: "watched"
        case .restricted: "restricted"
        case .contained: "contained"
        }
    }
}

extension ReportCategory {
    /// The name in audits.
    var name: String {
        switch self {
        case .harassment: "harassment"
        case .hate: "hate"
        case .sexual: "sexual"
        case .spam: "spam"
        case .minor: "minor"
        case .other: "other"
        }
    }
}

extension StoredMessage.Sender {
    /// The name in audits.
    var name: String { self == .first ? "first" : "second" }
}

extension SignalingMessage.Kind {
    /// The name in audits.
    var name: String {
        switch self {
        case .offer: "offer"
        case .answer: "answer"
        case .candidate: "candidate"
        case .endOfCandidates: "end_of_candidates"
        case .resume: "resume"
        case .seen: "seen"
        case .notice: "notice"
        case .bye: "bye"
        }
    }
}

extension RelayLogEntry.Event {
    /// The event in words.
    var text: String {
        switch self {
        case .opened: "opened"
        case .permitted(let peer): "permitted \(peer)"
        case .closed(let end): "closed, \(end.name)"
        }
    }
}

extension RelayLogEntry.End {
    /// The name in audits.
    var name: String {
        switch self {
        case .released: "released"
        case .expired: "expired"
        case .drained: "drained"
        }
    }
}

extension TransportProtocol {
    /// The name in audits.
    var name: String {
        switch self {
        case .udp: "udp"
        case .tcp: "tcp"
        case .tls: "tls"
        }
    }
}

extension AccessRole {
    /// The name in audits.
    var name: String {
        switch self {
        case .infrastructureOnCall: "infrastructure on call"
        case .trustAndSafety: "trust and safety"
        case .legal: "legal"
        case .auditor: "auditor"
        case .backupService: "backup service"
        }
    }
}

extension AccessPurpose {
    /// The name in audits.
    var name: String {
        switch self {
        case .incident: "an incident"
        case .abuse: "abuse of relays"
        case .legalRequest: "a legal request"
        case .audit: "an audit"
        case .backup: "a backup"
        }
    }
}

extension AccessScope {
    /// The name in audits.
    var name: String {
        switch self {
        case .relayLog: "relay log"
        case .dump: "everything"
        case .namedRecords: "named records"
        }
    }
}

extension AccessVerdict {
    /// The name in audits.
    var name: String {
        switch self {
        case .granted: "granted"
        case .unauthorised: "unauthorised"
        case .forged: "forged"
        case .early: "early"
        case .expired: "expired"
        case .otherScope: "other scope"
        case .notGranted: "not granted"
        }
    }
}
