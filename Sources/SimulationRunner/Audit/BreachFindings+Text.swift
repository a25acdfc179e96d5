import PlatformModel
import PrivacyStores
import Quantities
public import Results
import Statistics

extension BreachFindings {
    /// The findings for a terminal.
    public var text: String {
        var lines = [
            "a copy of the stores at \(Audit.text(copy.time.sinceStart))\(choice): "
                + "\(copy.records) records",
            row("who with whom")
                + "\(Audit.share(copy.pairsFound, copy.pairsMade)) of \(copy.pairsMade) pairs so far"
                + overPeople(.pairRecall, Self.perCent) + average(.pairRecall, Self.perCent),
            row("calls linked")
                + Self.linked(copy.byAddress, "public addresses") + "; "
                + Self.linked(copy.bySession, "session numbers in o=") + "; "
                + Self.linked(copy.byCertificate, "certificates") + best
                + average(.advantage, Self.perCent),
            row("decryptable frames") + frames
                + average(.decryptableFrames, Self.plain),
            row("at risk")
                + "\(Self.plain(copy.personSeconds)) person-seconds of \(copy.people) people"
                + overPeople(.personSeconds, Self.plain) + average(.personSeconds, Self.plain),
            row("not on the list") + excess,
            row("in no copy") + scorer,
        ]
        lines += peopleLines
        if !copies.isEmpty {
            lines.append(
                "  \(copies.count) copies were taken at random moments: means over them with "
                    + "95 % intervals (Student's t)"
                    + (copies.count < 10 ? "; so few say little" : ""))
        }
        return lines.joined(separator: "\n")
    }

    private var choice: String {
        switch time {
        case .end: ", the end"
        case .at: ""
        case .worst: ", the worst moment"
        case .random(let count): ", the worst of \(count) moments"
        }
    }

    /// What the intervals over people are.
    private var peopleLines: [String] {
        guard !copy.leftOut.isEmpty else {
            return [
                "  no intervals over people: one of \(PeopleGroups.count) groups of them has nobody who was "
                    + "in a call"
            ]
        }
        return [
            "  over people: 95 % intervals by what the copy gives without each of \(PeopleGroups.count) groups "
                + "of them (jackknife, Student's t):",
            "  how much it owes to who came, at this moment of this run; not over moments, nor over runs",
        ]
    }

    /// How well the best way links calls, where there is an interval.
    private var best: String {
        guard let advantage = copy.advantage, overPeople(.advantage) != nil else { return "" }
        return "; the best of them \(Self.perCent(advantage))"
            + overPeople(.advantage, Self.perCent)
    }

    private var frames: String {
        guard let frames = copy.decryptableFrames else {
            return "not to be told: there were no keys to look for"
        }
        return "\(frames)" + overPeople(.decryptableFrames, Self.plain)
            + ", with \(copy.keysFound) of \(copy.keysSearched) keys found"
    }

    private func overPeople(_ measure: Measure, _ text: (Double) -> String) -> String {
        guard let interval = overPeople(measure) else { return "" }
        // That nothing differs between groups is not to say that it is certain.
        guard interval.low < interval.high else { return " (no spread over people)" }
        return " (\(text(interval.low)) to \(text(interval.high)) over people)"
    }

    private var excess: String {
        guard !copy.excess.isEmpty else { return "nothing" }
        return copy.excess.map { "\($0.store): \($0.field) of \($0.records) records" }
            .joined(separator: ", ")
    }

    private var scorer: String {
        "what the scorer holds: \(copy.scorer.reports) reports against \(copy.scorer.devices) devices, to "
            + "the moment, and on which days \(copy.scorer.reporters) devices made some; "
            + "its keys tell who reported whom"
    }

    private func row(_ name: String) -> String { "  " + Audit.padded(name, 20) }

    private func average(_ measure: Measure, _ text: (Double) -> String) -> String {
        guard let average = average(measure) else { return "" }
        let interval = average.ci95
        return
            "; on average \(text(average.mean)) (\(text(interval.low)) to \(text(interval.high)))"
            + (average.copies < copies.count
                ? " over the \(average.copies) of \(copies.count) copies that tell it" : "")
    }

    private static func linked(_ pairs: LinkedPairs, _ key: String) -> String {
        guard let advantage = pairs.advantage else { return "by \(key) not to be told" }
        return "by \(key) \(perCent(advantage)) better than chance"
    }

    /// Whole numbers from ten on, below that with one decimal.
    private static func plain(_ value: Double) -> String {
        if value >= 10 || value == value.rounded() { return "\(Int64(value.rounded()))" }
        let tenths = Int64((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }

    private static func perCent(_ share: Double) -> String {
        let sign = share < 0 ? "−" : ""
        return sign + Audit.share(Int((share.magnitude * 1e9).rounded()), 1_000_000_000)
    }

    /// The findings as a part of an audit's file.
    public var json: JSONValue {
        .object([
            .init("mode", .string(time.name)), .init("time", .number(copy.time.seconds)),
            .init("records", .integer(Int64(copy.records))),
            .init("pairs_found", .integer(Int64(copy.pairsFound))),
            .init("pairs_made", .integer(Int64(copy.pairsMade))),
            .init("linked_by_address", Self.json(copy.byAddress)),
            .init("linked_by_session", Self.json(copy.bySession)),
            .init("linked_by_certificate", Self.json(copy.byCertificate)),
            .init("keys_searched", .integer(Int64(copy.keysSearched))),
            .init("keys_found", .integer(Int64(copy.keysFound))),
            .init("people", .integer(Int64(copy.people))),
            .init(
                "excess",
                .array(
                    copy.excess.map {
                        .object([
                            .init("store", .string($0.store)), .init("field", .string($0.field)),
                            .init("records", .integer(Int64($0.records))),
                        ])
                    })),
            .init(
                "scorer",
                .object([
                    .init("devices", .integer(Int64(copy.scorer.devices))),
                    .init("reports", .integer(Int64(copy.scorer.reports))),
                    .init("reporters", .integer(Int64(copy.scorer.reporters))),
                ])),
            .init("copies", .integer(Int64(max(1, copies.count)))),
            .init(
                "measures",
                .object(Measure.allCases.map { .init($0.rawValue, json(of: $0)) })),
        ])
    }

    private func json(of measure: Measure) -> JSONValue {
        let average = average(measure)
        return .object([
            .init("value", JSONValue(measure.value(of: copy.counts))),
            .init("ci95_people", Self.json(overPeople(measure))),
            .init("mean", JSONValue(average?.mean)), .init("ci95", Self.json(average?.ci95)),
            .init("mean_copies", average.map { .integer(Int64($0.copies)) } ?? .null),
        ])
    }

    private static func json(_ interval: ConfidenceInterval?) -> JSONValue {
        interval.map { .array([.number($0.low), .number($0.high)]) } ?? .null
    }

    private static func json(_ pairs: LinkedPairs) -> JSONValue {
        .object([
            .init("same", .integer(Int64(pairs.same))),
            .init("same_linked", .integer(Int64(pairs.sameLinked))),
            .init("others", .integer(Int64(pairs.others))),
            .init("others_linked", .integer(Int64(pairs.othersLinked))),
            .init("advantage", JSONValue(pairs.advantage)),
        ])
    }
}
