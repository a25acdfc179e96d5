/// Groups of people of which one after the other is left out, to tell how much a measure owes to who happened to come.
public enum PeopleGroups {
    /// How many there are: 19 degrees of freedom give intervals that are 7 % wider than those of ever so many groups.
    public static let count = 20

    /// The group of person number `subject`. Who comes one after the other is in different ones.
    static func group(of subject: UInt32) -> Int { Int(subject % UInt32(count)) }
}

/// A sum over people or pairs of them, as a whole and without each group of people.
struct GroupedSum<Value: FixedWidthInteger> {
    /// The whole.
    private(set) var all: Value = 0
    /// What each group has part in.
    private var parts = [Value](repeating: 0, count: PeopleGroups.count)

    /// Without the people of `group`; the whole without nobody.
    subscript(without group: Int?) -> Value { group.map { all - parts[$0] } ?? all }

    /// Whether each group has part in it.
    var isSpread: Bool { parts.allSatisfy { $0 != 0 } }

    /// Adds what is of one person.
    mutating func add(_ value: Value, of subject: UInt32) {
        all += value
        parts[PeopleGroups.group(of: subject)] += value
    }

    /// Adds what is of two, and goes with either.
    mutating func add(_ value: Value, of people: BothSides<UInt32>) {
        add(value, of: people.offerer)
        let other = PeopleGroups.group(of: people.answerer)
        if other != PeopleGroups.group(of: people.offerer) { parts[other] += value }
    }

    /// Adds the pairs that can be made of things of which there are so many; each thing is one person's.
    mutating func addPairs(among counts: GroupedSum) {
        let whole = Self.pairs(among: counts.all)
        all += whole
        for group in parts.indices {
            parts[group] += whole - Self.pairs(among: counts[without: group])
        }
    }

    /// How many pairs can be made of `count` things.
    static func pairs(among count: Value) -> Value { count * (count - 1) / 2 }
}
