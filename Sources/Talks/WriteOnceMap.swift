import Synchronization

/// What has been computed of a pure function, shared between threads: each value is computed when it
/// is first asked for, and stays.
///
/// No thread waits for another. Two that ask for the same value at the same time both compute it, and
/// both get the one that was stored first; as the function is pure, nobody can tell. Nothing walks the
/// entries.
///
/// Locks would do as well, but the thread sanitizer does not see those of `Synchronization`, whose
/// code is in the library of that name, while it does see its atomic values.
///
/// - Complexity: a look-up passes the entries in one of 64 chains.
public final class WriteOnceMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private final class Entry: Sendable {
        let key: Key
        let value: Value
        let next = AtomicLazyReference<Entry>()

        init(_ key: Key, _ value: Value) {
            self.key = key
            self.value = value
        }
    }

    private static var chainCount: Int { 64 }

    private let chains = InlineArray<64, AtomicLazyReference<Entry>> { _ in
        AtomicLazyReference<Entry>()
    }

    /// A map of nothing yet.
    public init() {}

    /// The value of `key`, which is what `compute` gives if nobody asked before.
    public func value(of key: Key, or compute: () -> Value) -> Value {
        let chain = Int(UInt(bitPattern: key.hashValue) % UInt(Self.chainCount))
        if let end = chains[chain].load() {
            return Self.value(of: key, or: compute, from: end)
        }
        let entry = chains[chain].storeIfNil(Entry(key, compute()))
        return Self.value(of: key, or: compute, from: entry)
    }

    private static func value(of key: Key, or compute: () -> Value, from first: Entry) -> Value {
        var entry = first
        while entry.key != key {
            entry = entry.next.load() ?? entry.next.storeIfNil(Entry(key, compute()))
        }
        return entry.value
    }
}
