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

    /// Nothing.
    public init() {}

    /// Whether it is of nobody.
    public var isEmpty: Bool { declarations == 0 }
}

/// Who came to know what of whom: each crossing of a trust boundary is declared here.
///
/// It holds counters and sets of numbers, never what was known. A declaration costs O(1) amortised; memory is one bit a
/// person and one a call for each observer and item that there is something of.
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

    /// `observer` comes to know `item` of person number `subject`.
    ///
    /// - Parameters:
    ///   - call: the number of the call that it is about, if any.
    ///   - since: when.
    ///   - until: when the observer has forgotten it; ``SimTime/distantFuture`` for never.
    /// - Precondition: `until` is not before `since`.
    public mutating func declare(
        _ item: Item, of subject: UInt32, to observer: Observer, in call: UInt32? = nil,
        since: SimTime, until: SimTime
    ) {
        precondition(until >= since, "nothing is forgotten before it is known")
        let index = Self.index(observer, item)
        cells[index].subjects.insert(subject)
        if let call { cells[index].calls.insert(call) }
        cells[index].declarations += 1
        let residence = until == .distantFuture ? SimDuration.max : until - since
        cells[index].longestResidence = max(cells[index].longestResidence, residence)
    }
}
