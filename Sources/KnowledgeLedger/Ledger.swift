public import Quantities

/// What one observer came to know of one item.
public struct Knowledge: Hashable, Sendable {
    /// Of whom.
    public internal(set) var subjects = NumberSet()
    /// In which calls; outside of any, nothing is added.
    public internal(set) var calls = NumberSet()
    /// How often it was declared.
    public internal(set) var declarations: UInt64 = 0
    /// The longest that it stays with the observer after one declaration, ≥ 0; the greatest time there is where nothing
    /// ever makes the observer forget it.
    public internal(set) var longestResidence = SimDuration.zero
    /// Of the calls, those in which it is known of both people; kept of addresses only.
    public private(set) var callsOfBoth = NumberSet()
    /// The people of whom a value was declared again while it was still known.
    public private(set) var recurring = NumberSet()
    /// By the number of a call: of whom it is known, the lower number of two, and one more; 0 of nobody.
    private var known: [UInt32] = []
    /// The value declared last of a person, and until when it is known.
    private var values: [UInt32: Value] = [:]

    private struct Value: Hashable, BitwiseCopyable {
        var value: UInt64
        var until: SimTime
    }

    /// Nothing.
    public init() {}

    /// Whether it is of nobody.
    public var isEmpty: Bool { declarations == 0 }

    /// It is known of `subject` in `call`.
    fileprivate mutating func note(_ subject: UInt32, in call: UInt32) {
        let place = Int(call)
        while known.count <= place { known.append(0) }
        meet(subject + 1, at: place)
    }

    private mutating func meet(_ mark: UInt32, at place: Int) {
        guard mark != 0, mark != known[place] else { return }
        if known[place] != 0 { callsOfBoth.insert(UInt32(place)) }
        known[place] = known[place] == 0 ? mark : min(known[place], mark)
    }

    /// `value` is known of `subject` in `since`…`until`.
    fileprivate mutating func note(
        _ value: UInt64, of subject: UInt32, since: SimTime, until: SimTime
    ) {
        if let earlier = values[subject], earlier.value == value {
            if since < earlier.until { recurring.insert(subject) }
            values[subject]!.until = max(until, earlier.until)
        } else {
            values[subject] = Value(value: value, until: until)
        }
    }

    /// Adds what somebody else knows of the same item. Values are not compared: a record of one may be a copy of the
    /// other's.
    mutating func formUnion(_ other: Knowledge) {
        guard !other.isEmpty else { return }
        guard !isEmpty else {
            self = other
            return
        }
        subjects.formUnion(other.subjects)
        calls.formUnion(other.calls)
        declarations += other.declarations
        longestResidence = max(longestResidence, other.longestResidence)
        recurring.formUnion(other.recurring)
        callsOfBoth.formUnion(other.callsOfBoth)
        while known.count < other.known.count { known.append(0) }
        for place in other.known.indices { meet(other.known[place], at: place) }
    }
}

/// Who came to know what of whom: each crossing of a trust boundary is declared here.
///
/// It holds counters and sets of numbers, never what was known. A declaration costs O(1) amortised; memory is one bit a
/// person and one a call for each observer and item that there is something of, of addresses four bytes a call more.
public struct Ledger: Hashable, Sendable {
    private var cells = [Knowledge](
        repeating: Knowledge(), count: Observer.allCases.count * Item.allCases.count)

    /// Nobody knows anything.
    public init() {}

    private static func index(_ observer: Observer, _ item: Item) -> Int {
        Int(observer.rawValue) * Item.allCases.count + Int(item.rawValue)
    }

    /// What `observer` came to know of `item`.
    public subscript(observer: Observer, item: Item) -> Knowledge {
        cells[Self.index(observer, item)]
    }

    /// Adds all that `other` says.
    ///
    /// - Complexity: O(observers · items · people and calls / 64).
    public mutating func formUnion(_ other: Ledger) {
        for index in cells.indices { cells[index].formUnion(other.cells[index]) }
    }

    /// `observer` comes to know `item` of person number `subject`.
    ///
    /// - Parameters:
    ///   - call: the number of the call that it is about, if any.
    ///   - since: when.
    ///   - until: when the observer has forgotten it; ``SimTime/distantFuture`` for never.
    ///   - value: stands for what it is, where it may turn up again; declared in the order of `since`.
    /// - Precondition: `until` is not before `since`.
    public mutating func declare(
        _ item: Item, of subject: UInt32, to observer: Observer, in call: UInt32? = nil,
        since: SimTime, until: SimTime, value: UInt64? = nil
    ) {
        precondition(until >= since, "nothing is forgotten before it is known")
        let index = Self.index(observer, item)
        cells[index].subjects.insert(subject)
        if let call {
            cells[index].calls.insert(call)
            if item.isAddress { cells[index].note(subject, in: call) }
        }
        if let value { cells[index].note(value, of: subject, since: since, until: until) }
        cells[index].declarations += 1
        let residence = until == .distantFuture ? SimDuration.max : until - since
        cells[index].longestResidence = max(cells[index].longestResidence, residence)
    }
}
