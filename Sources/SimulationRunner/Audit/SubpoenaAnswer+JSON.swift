public import PlatformModel
import PrivacyStores
import Quantities
public import Results
import RiskScoring
import Signaling
import TURN

extension SubpoenaAnswer {
    /// The answer as a part of an audit's file: each store with all its records that match; times in seconds since the start.
    public var json: JSONValue {
        .object([
            .init("subpoena", .string(subpoena.text)),
            .init("asked_at", .number(time.seconds)),
            .init("authorised_until", .number(expiry.seconds)),
            .init("verdict", .string(verdict.name)),
            .init("attempts", .array(attempts.map(\.json))),
            .init("reports", records(.reports)), .init("messages", records(.signaling)),
            .init("relay_log", records(.relayLog)),
            .init("call_counts", .array(counts.map(\.json))),
            .init("access_log", .array(accesses.map(\.json))),
            .init(
                "leads",
                .array(
                    leads.map {
                        .object([
                            .init("call", .unsigned($0.call.rawValue)),
                            .init("address", .string($0.address.description)),
                        ])
                    })),
            .init("scorer", scorer.map { .array($0.map(\.json)) } ?? .null),
        ])
    }

    private func records(_ kind: RecordKind) -> JSONValue {
        .array(records.filter { $0.record.kind == kind }.map(\.json))
    }
}

extension SubpoenaAnswer.CallCount {
    fileprivate var json: JSONValue {
        .object([
            .init("hour", .unsigned(UInt64(cell.hour.rawValue))),
            .init("shortest", .number(cell.duration.lowerBound.seconds)),
            .init("shorter_than", JSONValue(cell.duration.upperBound?.seconds)),
            .init("calls", .unsigned(calls)),
        ])
    }
}

extension DeviceHolding {
    fileprivate var json: JSONValue {
        .object([
            .init("device", .string(device.hexadecimal)),
            .init("epoch", .unsigned(UInt64(device.epoch))), .init("tier", .string(tier.name)),
            .init(
                "reports_against",
                .array(
                    against.map {
                        .object(
                            $0.members + [.init("full_call_share", .number($0.callShare))])
                    })),
            .init("reports_made", .array(filed.map { .object($0.members) })),
        ])
    }
}

extension HeldReport {
    /// When, and with whom if that is known; of reports made, when the day began.
    fileprivate var members: [JSONValue.Member] {
        [
            .init("time", .number(time.seconds)),
            .init("other", other.map { .string($0.hexadecimal) } ?? .null),
        ]
    }
}

extension SubpoenaAnswer.StandingRecord {
    fileprivate var json: JSONValue {
        let times: [JSONValue.Member] = [
            .init("time", .number(record.time.seconds)),
            .init("stands_until", .number(lapse.seconds)),
            .init("gone_by", .number(deletion.seconds)),
        ]
        switch record {
        case .report(let report):
            return .object(
                times + [
                    .init("device", .string(report.device.hexadecimal)),
                    .init("epoch", .unsigned(UInt64(report.device.epoch))),
                    .init("category", .string(report.category.name)),
                ])
        case .message(let message):
            return .object(
                times + [
                    .init("call", .unsigned(message.call.rawValue)),
                    .init("sender", .string(message.sender.name)),
                    .init("number", message.number.map { .unsigned($0) } ?? .null),
                    .init("addresses", .array(addresses.map { .string($0.description) })),
                    .init("text", .string(String(decoding: message.text, as: UTF8.self))),
                ])
        case .relayLog(let entry):
            return .object(
                times + [
                    .init("event", .string(entry.event.text)),
                    .init("relayed", .string(entry.relayed.description)),
                    .init("client", .string(entry.client.description)),
                    .init("transport", .string(entry.transport.name)),
                ])
        }
    }
}

extension AuditEntry {
    fileprivate var json: JSONValue {
        .object([
            .init("number", .unsigned(number)), .init("time", .number(time.seconds)),
            .init("role", shown.map { .string($0.role.name) } ?? .null),
            .init("purpose", shown.map { .string($0.purpose.name) } ?? .null),
            .init("authorisation", shown.map { .unsigned($0.number) } ?? .null),
            .init("scope", .string(scope.name)), .init("verdict", .string(verdict.name)),
        ])
    }
}
