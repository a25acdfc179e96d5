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
        #expect(!slots.contains(a))
        #expect(slots.contains(b))
        #expect(slots.count == 1)
    }

    @Test func `a place is used again under another handle`() {
        var slots = Slots<Int>()
        let old = slots.insert(1)
        _ = slots.remove(old)
        let new = slots.insert(2)
        #expect(new.index == old.index)
        #expect(new != old)
        #expect(!slots.contains(old))
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

    @Test func `a stale handle traps`() async {
        await #expect(processExitsWith: .failure) {
            var slots = Slots<Int>()
            let handle = slots.insert(1)
            _ = slots.remove(handle)
            _ = slots[handle]
        }
    }
}
