import CMemoryHints

/// Requests for memory ahead of its use.
///
/// They change nothing but the time it takes, so a trajectory does not depend on them.
public enum CacheLine {
    /// Asks for the 64 bytes around `address`, which need not be valid.
    @inlinable
    @inline(__always)
    public static func fetch(_ address: UnsafeRawPointer) {
        memory_hint_fetch(address)
    }

    /// Asks for the 64 bytes around `address` in order to change them.
    @inlinable
    @inline(__always)
    public static func fetchForWriting(_ address: UnsafeRawPointer) {
        memory_hint_fetch_for_writing(address)
    }
}

/// Memory for large arrays that are read and written all over.
public enum LargePages {
    /// The size of a large page, bytes.
    @inlinable public static var bytes: Int { 1 << 21 }

    /// Memory for `capacity` values, on large pages where it fills some and the system has them;
    /// its owner deallocates it.
    @inlinable
    public static func allocate<Value>(
        _: Value.Type, capacity: Int
    ) -> UnsafeMutablePointer<Value> {
        let needed = capacity * MemoryLayout<Value>.stride
        guard needed >= bytes else { return .allocate(capacity: capacity) }
        let block = UnsafeMutableRawPointer.allocate(byteCount: needed, alignment: bytes)
        memory_hint_large_pages(block, needed)
        return block.bindMemory(to: Value.self, capacity: capacity)
    }
}
