/// The counter-based generator Philox4x32-10: a bijection of a 128-bit counter under a 64-bit key.
///
/// Any block is computed directly from its counter, so streams are addressed, not seeded, and a
/// draw in one stream can never shift another. Source: Salmon, Moraes, Dror, Shaw, "Parallel
/// Random Numbers: As Easy as 1, 2, 3", SC 2011; constants as in §3.3 and Random123.
public enum Philox {
    /// The four 32-bit words of a counter or of a block of output.
    public typealias Block = (UInt32, UInt32, UInt32, UInt32)

    /// The block of 128 random bits at `counter` under `key`.
    @inlinable
    public static func block(counter: Block, key: (UInt32, UInt32)) -> Block {
        var (c0, c1, c2, c3) = counter
        var (k0, k1) = key
        for round in 0..<10 {
            if round > 0 {
                k0 &+= 0x9E37_79B9
                k1 &+= 0xBB67_AE85
            }
            let p0 = UInt64(0xD251_1F53) &* UInt64(c0)
            let p1 = UInt64(0xCD9E_8D57) &* UInt64(c2)
            let (n0, n2) = (
                UInt32(truncatingIfNeeded: p1 >> 32) ^ c1 ^ k0,
                UInt32(truncatingIfNeeded: p0 >> 32) ^ c3 ^ k1
            )
            c1 = UInt32(truncatingIfNeeded: p1)
            c3 = UInt32(truncatingIfNeeded: p0)
            c0 = n0
            c2 = n2
        }
        return (c0, c1, c2, c3)
    }
}
