import PrivacyStores
public import Quantities

/// The first thing in which a database is not what the stores in memory are.
public struct StoreDifference: Hashable, Sendable {
    /// When.
    public let time: SimTime
    /// In which store, or in what that was done to them.
    public let subject: String
    /// Which record of it, from 0; nil where it is none.
    public let place: Int?
    /// What memory has, in short.
    public let memory: String
    /// What the database has, in short.
    public let database: String

    private init(
        _ subject: String, place: Int?, _ memory: String, _ database: String,
        at time: SimTime
    ) {
        self.time = time
        self.subject = subject
        self.place = place
        self.memory = memory
        self.database = database
    }

    /// That something gave two values; nil where these are equal.
    init?<Value: Equatable>(
        _ subject: String, _ memory: Value, _ database: Value, at time: SimTime
    ) {
        guard memory != database else { return nil }
        self.init(subject, place: nil, Self.text(memory), Self.text(database), at: time)
    }

    /// The first record or count in which two contents differ, kind by kind; nil where they are equal.
    init?(_ memory: StoreContents, _ database: StoreContents, at time: SimTime) {
        func calls(_ contents: StoreContents) -> [UInt64] {
            CallAggregates.cells.map { contents.aggregates[$0] }
        }
        let found =
            Self.first("reports", memory.reports, database.reports, time)
            ?? Self.first("signalling messages", memory.messages, database.messages, time)
            ?? Self.first("relay log", memory.relayLog, database.relayLog, time)
            ?? Self.first("counts of calls", calls(memory), calls(database), time)
            ?? Self.first("access log", memory.audit, database.audit, time)
        guard let found else { return nil }
        self = found
    }

    private static func first<Record: Equatable>(
        _ store: String, _ memory: [Record], _ database: [Record], _ time: SimTime
    ) -> StoreDifference? {
        guard memory != database else { return nil }
        let common = min(memory.count, database.count)
        let place = (0..<common).first { memory[$0] != database[$0] } ?? common
        return StoreDifference(
            store, place: place, text(memory.dropFirst(place).first),
            text(database.dropFirst(place).first), at: time)
    }

    /// At most so many characters of each are told.
    private static let longestText = 240

    private static func text<Value>(_ value: Value?) -> String {
        guard let value else { return "nothing" }
        let text = String(describing: value)
        return text.count > longestText ? text.prefix(longestText) + "…" : text
    }

    /// The difference in one line.
    public var text: String {
        let place = place.map { ", number \($0)" } ?? ""
        return "\(subject)\(place), at \(time): memory has \(memory), the database \(database)"
    }
}
