import Digests

/// Memory for elements side by side, which leaves nothing behind: what it gives up, by growing or in the end, is
/// overwritten first. All bytes are zero to begin with.
///
/// It is the only owner of its memory, and so may be sent.
struct CleansedBuffer<Element: BitwiseCopyable>: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutablePointer<Element>
    /// How many elements there is room for.
    private(set) var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        base = Self.allocate(capacity)
    }

    deinit {
        Self.bytes(base, capacity).cleanse()
        base.deallocate()
    }

    private static func allocate(_ capacity: Int) -> UnsafeMutablePointer<Element> {
        let base = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        bytes(base, capacity).initializeMemory(as: UInt8.self, repeating: 0)
        return base
    }

    private static func bytes(
        _ base: UnsafeMutablePointer<Element>, _ count: Int
    ) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            start: base, count: count * MemoryLayout<Element>.stride)
    }

    /// Memory taken, in bytes.
    var byteCount: Int { capacity * MemoryLayout<Element>.stride }

    /// The element at `index`; one that was never written is all zeros.
    subscript(index: Int) -> Element {
        get {
            assert(index >= 0 && index < capacity)
            return base[index]
        }
        set {
            assert(index >= 0 && index < capacity)
            base[index] = newValue
        }
    }

    /// Makes room for `capacity` elements; those that there are stay.
    mutating func grow(to capacity: Int) {
        guard capacity > self.capacity else { return }
        let grown = Self.allocate(capacity)
        grown.update(from: base, count: self.capacity)
        Self.bytes(base, self.capacity).cleanse()
        base.deallocate()
        base = grown
        self.capacity = capacity
    }

    /// Overwrites the elements of `range`.
    mutating func cleanse(_ range: Range<Int>) {
        assert(range.lowerBound >= 0 && range.upperBound <= capacity)
        Self.bytes(base + range.lowerBound, range.count).cleanse()
    }

    /// Copies the elements of `range` to `index` and on; the two may overlap.
    mutating func move(_ range: Range<Int>, to index: Int) {
        assert(index >= 0 && index + range.count <= capacity)
        (base + index).update(from: base + range.lowerBound, count: range.count)
    }

    /// Sorts the elements of `range`.
    mutating func sort(_ range: Range<Int>, by precedes: (Element, Element) -> Bool) {
        var part = UnsafeMutableBufferPointer(
            start: base + range.lowerBound, count: range.count)
        part.sort(by: precedes)
    }
}
