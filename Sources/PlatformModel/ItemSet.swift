import KnowledgeLedger

/// Items, a bit each.
struct ItemSet: BitwiseCopyable, Equatable, Sequence, ExpressibleByArrayLiteral {
    private var bits: UInt32 = 0

    init(arrayLiteral items: Item...) {
        for item in items { insert(item) }
    }

    mutating func insert(_ item: Item) { bits |= 1 << UInt32(item.rawValue) }

    mutating func formUnion(_ other: ItemSet) { bits |= other.bits }

    /// The items in the order of their numbers.
    struct Iterator: IteratorProtocol {
        fileprivate var bits: UInt32

        mutating func next() -> Item? {
            guard bits != 0 else { return nil }
            defer { bits &= bits - 1 }
            return Item(rawValue: UInt8(bits.trailingZeroBitCount))
        }
    }

    func makeIterator() -> Iterator { Iterator(bits: bits) }
}
