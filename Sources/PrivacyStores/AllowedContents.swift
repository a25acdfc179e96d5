import RiskScoring
import Signaling
import TURN

/// What may stand in a copy of the stores: the five of them, and of each record the fields that are listed here. Whatever else is
/// found there is an ``Excess``.
///
/// Fields are looked up in the records themselves, not in what their types are said to be, and texts of messages are read
/// byte by byte: a field that somebody adds is found by the next audit, listed or not.
public enum AllowedContents {
    /// Something in a copy that may not be there.
    public struct Excess: Hashable, Sendable {
        /// In which store, by its name in ``StoreContents``; the name itself where it is no store that may be.
        public var store: String
        /// What: the name of a field, or `text` for a message that says more than its fields.
        public var field: String
        /// In how many records; of one kind, all have the same fields.
        public var records: Int
    }

    /// The five stores.
    static let stores = ["reports", "messages", "relayLog", "aggregates", "audit"]

    private static let report = ["device", "category", "time"]
    private static let message = ["call", "sender", "number", "time", "text"]
    private static let entry = ["time", "event", "relayed", "client", "transport"]
    private static let aggregates = ["counts"]
    private static let access = ["number", "time", "scope", "verdict", "shown", "digest"]
    private static let device = ["high", "low", "epoch"]
    private static let shown = ["number", "role", "purpose"]

    /// What stands in `contents` and may not, store by store.
    ///
    /// - Complexity: O(bytes of the messages).
    public static func excess(of contents: StoreContents) -> [Excess] {
        var found = excess(of: contents, stores, in: "", records: 1).map {
            Excess(store: $0.field, field: $0.field, records: 1)
        }
        if let first = contents.reports.first {
            let count = contents.reports.count
            found += excess(of: first, report, in: "reports", records: count)
            found += excess(of: first.device, device, in: "reports", records: count)
        }
        if let first = contents.messages.first {
            found += excess(of: first, message, in: "messages", records: contents.messages.count)
        }
        let talkative = contents.messages.count {
            !SignalingMessage.holdsListedFieldsOnly($0.text)
        }
        if talkative > 0 {
            found.append(Excess(store: "messages", field: "text", records: talkative))
        }
        if let first = contents.relayLog.first {
            found += excess(of: first, entry, in: "relayLog", records: contents.relayLog.count)
        }
        found += excess(of: contents.aggregates, aggregates, in: "aggregates", records: 1)
        if let first = contents.audit.first {
            let count = contents.audit.count
            found += excess(of: first, access, in: "audit", records: count)
            if let seen = contents.audit.lazy.compactMap(\.shown).first {
                found += excess(of: seen, shown, in: "audit", records: count)
            }
        }
        return found
    }

    /// The fields of `value` that are not `allowed`.
    static func excess(
        of value: Any, _ allowed: [String], in store: String, records: Int
    ) -> [Excess] {
        Mirror(reflecting: value).children.compactMap { child in
            let name = child.label ?? "unnamed"
            return allowed.contains(name)
                ? nil : Excess(store: store, field: name, records: records)
        }
    }
}
