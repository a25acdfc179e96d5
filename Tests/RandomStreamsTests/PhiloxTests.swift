import RandomStreams
import Testing

@Suite struct PhiloxTests {
    /// Random123 distribution, `tests/kat_vectors`, lines `philox4x32 10`.
    @Test func `the published known-answer vectors hold`() {
        let zero = Philox.block(counter: (0, 0, 0, 0), key: (0, 0))
        #expect(zero == (0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
        let ones = Philox.block(
            counter: (.max, .max, .max, .max), key: (.max, .max))
        #expect(ones == (0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
        let pi = Philox.block(
            counter: (0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344),
            key: (0xa409_3822, 0x299f_31d0))
        #expect(pi == (0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
    }
}

@Suite struct RandomStreamTests {
    private func name(
        seed: UInt64 = 1, replication: UInt32 = 0, purpose: UInt16 = 0, entity: UInt64 = 0
    ) -> StreamName {
        StreamName(
            seed: seed, replication: replication, purpose: StreamPurpose(rawValue: purpose),
            entity: entity)
    }

    @Test func `equal names give equal draws and any differing part gives others`() {
        func first(_ name: StreamName) -> UInt64 {
            var stream = RandomStream(name)
            return stream.nextUInt64()
        }
        let names = [
            name(), name(seed: 2), name(seed: 1 << 32 | 1), name(replication: 1),
            name(purpose: 1), name(entity: 1), name(entity: 1 << 32),
        ]
        #expect(first(name()) == first(name()))
        #expect(Set(names.map(first)).count == names.count)
    }

    @Test func `the first words of a stream are the generator's block at position zero`() {
        var stream = RandomStream(name(seed: 0x0000_0002_0000_0001, entity: 7))
        let block = Philox.block(counter: (0, 7, 0, 0), key: (1, 2))
        #expect(stream.nextUInt32() == block.0)
        #expect(stream.nextUInt32() == block.1)
        #expect(stream.nextUInt32() == block.2)
        #expect(stream.nextUInt32() == block.3)
        let next = Philox.block(counter: (1, 7, 0, 0), key: (1, 2))
        #expect(stream.nextUInt32() == next.0)
    }

    @Test(arguments: 0..<4)
    func `64-bit words are pairs of 32-bit words wherever they begin`(skipped: Int) {
        var (narrow, wide) = (RandomStream(name()), RandomStream(name()))
        for _ in 0..<skipped { #expect(narrow.nextUInt32() == wide.nextUInt32()) }
        for _ in 0..<9 {
            let low = UInt64(narrow.nextUInt32())
            #expect(wide.nextUInt64() == UInt64(narrow.nextUInt32()) << 32 | low)
        }
        #expect(narrow.nextUInt32() == wide.nextUInt32())
    }

    @Test func `bytes are the words in little-endian order, whatever the length`() {
        var words = RandomStream(name())
        let w = words.nextUInt32()
        var stream = RandomStream(name())
        let bytes = stream.nextBytes(7)
        #expect(bytes.count == 7)
        #expect(bytes[0] == UInt8(truncatingIfNeeded: w))
        #expect(bytes[3] == UInt8(truncatingIfNeeded: w >> 24))
    }

    @Test(arguments: [UInt64(1), 3, 10, 1 << 40])
    func `integers stay below their bound`(bound: UInt64) {
        var stream = RandomStream(name(entity: bound))
        for _ in 0..<1000 { #expect(stream.nextInteger(below: bound) < bound) }
    }

    /// Chi-square over 16 cells, 15 degrees of freedom: the 99.9999 % point is 56.5.
    @Test func `unit draws fill their interval evenly`() {
        var stream = RandomStream(name(purpose: 3))
        var cells = [Int](repeating: 0, count: 16)
        let n = 160_000
        for _ in 0..<n { cells[Int(stream.nextUnit() * 16)] += 1 }
        let expected = Double(n) / 16
        let chi2 = cells.reduce(0.0) { sum, count in
            sum + (Double(count) - expected) * (Double(count) - expected) / expected
        }
        #expect(chi2 < 56.5)
    }
}
