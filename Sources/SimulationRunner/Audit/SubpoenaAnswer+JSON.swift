public import PlatformModel
import PrivacyStores
import Quantities
public import Results
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
            .init("relay_log", records(.relayLog)), .init("call_counts", .array([])),
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
        ])
    }

    private func records(_ kind: RecordKind) -> JSONValue {
        .array(records.filter { $0.record.kind == kind }.map(\.json))
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
