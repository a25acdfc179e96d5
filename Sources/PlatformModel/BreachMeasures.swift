public import PrivacyStores
public import Quantities

/// How much the scorer holds in its tables: with its keys they show who reported whom.
public struct ScorerExtent: Hashable, Sendable {
    /// Reported devices.
    public let devices: Int
    /// Reports against them, each with the moment it came at and an alias of who made it.
    public let reports: Int
    /// Devices of which it is kept on which days they made reports; 0 unless reporters are weighed.
    public let reporters: Int
}

/// How well somebody tells whether two calls were one person's.
public struct LinkedPairs: Hashable, Sendable {
    /// Pairs of calls of the same person, of whom there is no report.
    public var same = 0
    /// Those of them that are linked.
    public var sameLinked = 0
    /// Pairs of calls of two such people.
    public var others = 0
    /// Those of them that are linked, wrongly.
    public var othersLinked = 0

    /// By how much better than chance they are told apart: the share of the right pairs that are linked less the share of the wrong
    /// ones, −1…1; 0 is what guessing gives (S. Yeom et al., "Privacy risk in machine learning", CSF 2018, definition 4).
    /// Nil without both kinds of pairs.
    public var advantage: Double? {
        guard same > 0, others > 0 else { return nil }
        return Double(sameLinked) / Double(same) - Double(othersLinked) / Double(others)
    }
}

/// What a copy of the stores shows of people: of all, or of all but some.
public struct BreachCounts: Hashable, Sendable {
    /// Pairs of people of whose call it holds something of each side: a message, or an entry of the relay log about an address
    /// that the side holds or that the other lets through.
    public let pairsFound: Int
    /// Pairs of people that had been in a call by then.
    public let pairsMade: Int
    /// Calls linked by the public addresses that their records name.
    public let byAddress: LinkedPairs
    /// Calls linked by the session numbers in `o=` of their descriptions, but for the 16 bits that count a person's visits.
    public let bySession: LinkedPairs
    /// Calls linked by the fingerprints of certificates in their descriptions.
    public let byCertificate: LinkedPairs
    /// Frames that the media keys in it had protected by then; nil where there had been no keys at all.
    public let decryptableFrames: Int64?
    /// For how long there has been a record of each person in it, summed, in nanoseconds ≥ 0.
    public let exposure: Int128

    /// The share of pairs found, 0…1; nil where there were none.
    public var pairRecall: Double? {
        pairsMade > 0 ? Double(pairsFound) / Double(pairsMade) : nil
    }

    /// How much better than chance the best of these ways links calls; nil where none can be judged.
    public var advantage: Double? {
        [byAddress, bySession, byCertificate].compactMap(\.advantage).max()
    }

    /// The sum of times for which people have been exposed, in seconds.
    public var personSeconds: Double { Double(exposure) / 1e9 }
}

/// What a copy of the stores gives to whoever has it.
@dynamicMemberLookup
public struct BreachMeasures: Hashable, Sendable {
    /// When it was taken.
    public let time: SimTime
    /// Records in it.
    public let records: Int
    /// What it shows of all people.
    public let counts: BreachCounts
    /// What it shows of all but those of each of the ``PeopleGroups``, who are left out with their calls; what links the other
    /// calls stays. Empty where one of the groups has nobody who had been in a call by then.
    public let leftOut: [BreachCounts]
    /// Media keys that there had been, and were looked for.
    public let keysSearched: Int
    /// Those of them that are in the copy.
    public let keysFound: Int
    /// People of whom there is a record.
    public let people: Int
    /// What is in the copy and may not be.
    public let excess: [AllowedContents.Excess]
    /// What the scorer held then, in tables of its own, which are no store and in no copy.
    public let scorer: ScorerExtent

    /// What it shows of all people.
    public subscript<Value>(dynamicMember path: KeyPath<BreachCounts, Value>) -> Value {
        counts[keyPath: path]
    }
}
