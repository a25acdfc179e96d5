import Glibc

/// The counts of the interposer that `make bench` builds, in a process that was started with it.
struct AllocationCounter {
    private let counter: @convention(c) () -> UInt64
    private let living: @convention(c) () -> Int64

    /// Nil in a process that was started without it.
    init?() {
        guard let counter = dlsym(nil, "bench_allocation_count"),
            let living = dlsym(nil, "bench_living_bytes")
        else { return nil }
        self.counter = unsafeBitCast(counter, to: (@convention(c) () -> UInt64).self)
        self.living = unsafeBitCast(living, to: (@convention(c) () -> Int64).self)
    }

    /// How often memory was asked for since the process began.
    var count: UInt64 { counter() }

    /// Bytes that are allocated now.
    var livingBytes: Int64 { living() }

    /// How often `body` asks for memory.
    func allocations(in body: () -> Void) -> Int {
        let before = count
        body()
        return Int(count - before)
    }

    /// How many bytes more are allocated after `body` than before, while what it returns lives.
    func growth<Made>(in body: () -> Made) -> Double {
        let before = livingBytes
        return withExtendedLifetime(body()) { Double(livingBytes - before) }
    }
}
