import Quantities

/// What a datagram of the load carries, before bytes that mean nothing: who it is, and when it was
/// meant to leave.
struct LoadPacket: Hashable, Sendable {
    /// Tells the datagrams of this run from anything else.
    let run: UInt32
    /// The allocation.
    let flow: UInt32
    /// Its number in its direction through the allocation; 0 does not count, for warming up.
    let sequence: UInt64
    /// When it was meant to leave, on the driver's clock.
    let intended: SimTime

    /// Bytes of these.
    static let byteCount = 24

    /// Writes it where `bytes` begin.
    ///
    /// - Precondition: there is room.
    func write(to bytes: UnsafeMutableRawBufferPointer) {
        bytes.storeBytes(of: run.bigEndian, as: UInt32.self)
        bytes.storeBytes(of: flow.bigEndian, toByteOffset: 4, as: UInt32.self)
        bytes.storeBytes(of: sequence.bigEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(
            of: intended.nanoseconds.bigEndian, toByteOffset: 16, as: Int64.self)
    }

    /// Makes `bytes` a datagram: this, and zeros.
    ///
    /// - Precondition: there is room.
    @inline(__always)
    func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        write(to: bytes)
        UnsafeMutableRawBufferPointer(rebasing: bytes[Self.byteCount...])
            .initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Reads it from the beginning of `bytes`; nil when they are of another run, or too few.
    init?(_ bytes: UnsafeRawBufferPointer, run: UInt32) {
        guard bytes.count >= Self.byteCount,
            UInt32(bigEndian: bytes.loadUnaligned(as: UInt32.self)) == run
        else { return nil }
        self.run = run
        flow = UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
        sequence = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        intended = SimTime(
            nanoseconds: Int64(
                bigEndian: bytes.loadUnaligned(fromByteOffset: 16, as: Int64.self)))
    }

    init(run: UInt32, flow: UInt32, sequence: UInt64, intended: SimTime) {
        self.run = run
        self.flow = flow
        self.sequence = sequence
        self.intended = intended
    }
}
