import MediaPipeline
import RandomStreams
import Testing

@Suite struct PacketArenaTests {
    @Test func `slots are aligned, apart from each other, and keep their addresses`() {
        var arena = PacketArena(slotByteCount: 100)
        #expect(arena.slotByteCount == 112)
        var slots: [PacketSlot] = []
        var addresses: [UInt] = []
        for index in 0..<2000 {
            let slot = arena.take()
            let bytes = arena.bytes(of: slot)
            bytes[PacketArena.headroom] = UInt8(truncatingIfNeeded: index)
            bytes[111] = UInt8(truncatingIfNeeded: index >> 8)
            slots.append(slot)
            addresses.append(UInt(bitPattern: bytes.baseAddress))
        }
        #expect(arena.takenCount == 2000 && Set(slots).count == 2000)
        #expect(addresses.allSatisfy { $0 % 16 == 0 })
        let sorted = addresses.sorted()
        #expect(zip(sorted, sorted.dropFirst()).allSatisfy { $1 - $0 >= 112 })
        for (index, slot) in slots.enumerated() {
            let bytes = arena.bytes(of: slot)
            #expect(UInt(bitPattern: bytes.baseAddress) == addresses[index])
            #expect(bytes[PacketArena.headroom] == UInt8(truncatingIfNeeded: index))
            #expect(bytes[111] == UInt8(truncatingIfNeeded: index >> 8))
        }
    }

    @Test func `a warm arena takes and gives back without growing, the warmest slot first`() {
        var arena = PacketArena(slotByteCount: 256)
        var randomness = stream(60)
        var held: [PacketSlot] = []
        for _ in 0..<500 { held.append(arena.take()) }
        let size = arena.byteCount
        for _ in 0..<20_000 {
            if held.count < 500, held.isEmpty || randomness.nextBool(probability: 0.5) {
                held.append(arena.take())
            } else {
                let index = Int(randomness.nextInteger(below: UInt64(held.count)))
                held.swapAt(index, held.count - 1)
                arena.give(back: held.removeLast())
            }
            #expect(arena.takenCount == held.count)
        }
        #expect(Set(held).count == held.count)
        #expect(arena.byteCount == size)
        let slot = arena.take()
        arena.give(back: slot)
        #expect(arena.take() == slot)
    }

    @Test func `a datagram is copied behind the headroom`() {
        var arena = PacketArena(slotByteCount: 64)
        let packet = [UInt8](1...40).withUnsafeBytes { arena.take(copying: $0, isControl: true) }
        #expect(Int(packet.offset) == PacketArena.headroom && packet.count == 40)
        #expect(packet.isControl)
        #expect(Array(arena.bytes(of: packet)) == [UInt8](1...40))
    }

    @Test func `giving a slot back twice is stopped`() async {
        await #expect(processExitsWith: .failure) {
            var arena = PacketArena(slotByteCount: 64)
            let slot = arena.take()
            arena.give(back: slot)
            arena.give(back: slot)
        }
    }
}
