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
