import Testing

@testable import PlatformModel

@Suite struct SlotsTests {
    @Test func `a record is found by its handle until it is removed`() {
        var slots = Slots<String>()
        let a = slots.insert("a")
        let b = slots.insert("b")
        slots[a] += "!"
        #expect(slots[a] == "a!")
        #expect(slots.remove(a) == "a!")
        let (hasA, hasB) = (slots.contains(a), slots.contains(b))
        #expect(!hasA)
        #expect(hasB)
        #expect(slots.count == 1)
    }

    @Test func `a place is used again under another handle`() {
        var slots = Slots<Int>()
        let old = slots.insert(1)
        _ = slots.remove(old)
        let new = slots.insert(2)
        #expect(new.index == old.index)
        #expect(new != old)
        let isOldThere = slots.contains(old)
        #expect(!isOldThere)
        #expect(slots.peak == 1)
    }

    @Test func `records that are gone are not counted`() {
        var slots = Slots<Int>()
        let gone = slots.insert(1)
        _ = slots.insert(2)
        _ = slots.insert(3)
        _ = slots.remove(gone)
        #expect(slots.count { $0 % 2 == 1 } == 1)
    }

    @Test func `records keep their places while the table grows and are let go with it`() {
        final class Token {}
        weak var kept: Token?
        do {
            var slots = Slots<(number: Int, token: Token)>()
            let first = slots.insert((-1, Token()))
            kept = slots[first].token
            let handles = (0..<20_000).map { slots.insert(($0, Token())) }
            for handle in handles.reversed().prefix(5_000) { _ = slots.remove(handle) }
            #expect(kept != nil)
            #expect(slots[first].number == -1)
            #expect(handles.prefix(15_000).allSatisfy { slots.contains($0) })
            #expect(handles.prefix(15_000).enumerated().allSatisfy { slots[$1].number == $0 })
            #expect(slots.count == 15_001)
            #expect(slots.peak == 20_001)
            #expect(slots.byteCount < 21_000 * 32)
        }
        #expect(kept == nil)
    }

    @Test func `a stale handle traps`() async {
        await #expect(processExitsWith: .failure) {
            var slots = Slots<Int>()
            let handle = slots.insert(1)
            _ = slots.remove(handle)
            _ = slots[handle]
        }
    }
}
