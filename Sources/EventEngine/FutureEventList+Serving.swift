extension FutureEventList {
    /// Puts the entry of a named event, whose slot is filled in, where it belongs.
    @inlinable
    @inline(__always)
    mutating func insert(_ index: UInt32) {
        let slot = slots + Int(index)
        if slot.pointee.key >= servedEnd {
            ladder.add(
                PendingEntry(
                    key: slot.pointee.key, slot: index, tag: slot.pointee.tag,
                    payload: slot.pointee.payload))
        } else {
            addLate(dueEntry(index))
        }
    }

    @inlinable
    @inline(__always)
    func dueEntry(_ index: UInt32) -> DueEntry<Payload> {
        let slot = slots + Int(index)
        return DueEntry(
            key: slot.pointee.key, order: slot.pointee.order, slot: index,
            payload: slot.pointee.payload)
    }

    @inlinable
    @inline(never)
    mutating func addLate(_ entry: DueEntry<Payload>) {
        late.push(entry)
        if late.count >= lateAlarm { narrow() }
    }

    /// The earliest event's entry, exact and alive, if it is due before `limit`; it stays where it
    /// is, at the head of the run or of the heap.
    @inlinable
    @inline(__always)
    mutating func settle(before limit: UInt64) -> DueEntry<Payload>? {
        while true {
            let entry: DueEntry<Payload>
            if run.head < run.end {
                entry = late.count == 0 ? run.entries[run.head] : earlierHead()
            } else if late.count > 0 {
                entry = late.entries[0]
            } else {
                guard advance(before: limit) else { return nil }
                continue
            }
            guard entry.key < limit else { return nil }
            if isCurrent(entry) { return entry }
            dropNext(entry)
            dead &-= 1
        }
    }

    @inlinable
    @inline(__always)
    func earlierHead() -> DueEntry<Payload> {
        let first = run.entries[run.head]
        let other = late.entries[0]
        return other.precedes(first) ? other : first
    }

    /// Whether an entry of run or heap still stands for its event.
    @inlinable
    @inline(__always)
    func isCurrent(_ entry: DueEntry<Payload>) -> Bool {
        entry.slot == DueEntry<Payload>.unnamed || slots[Int(entry.slot)].order == entry.order
    }

    /// Removes `entry`, which is at the head of the run or of the heap.
    @inlinable
    @inline(__always)
    mutating func dropNext(_ entry: DueEntry<Payload>) {
        if run.head < run.end, run.entries[run.head].order == entry.order {
            run.head &+= 1
        } else {
            late.pop()
        }
    }

    /// Serves the ladder's first bucket that has live entries, if it begins before `limit`.
    ///
    /// Only when run and heap are empty.
    @inlinable
    @inline(never)
    mutating func advance(before limit: UInt64) -> Bool {
        while let (index, start) = ladder.firstBucket() {
            guard start < limit else { return false }
            lateAlarm = limits.late
            if live <= limits.few { return leaveLadder() }
            let bucket = ladder.detach(index)
            let level = index >> 8
            ladder.base = start
            servedEnd = start
            guard bucket.count <= limits.servedBucket || level == 0 else {
                ladder.spread(bucket)
                continue
            }
            let widthBits = level * EventLadder<Payload>.digitBits
            let (end, overflow) = start.addingReportingOverflow(1 &<< UInt64(widthBits))
            servedEnd = overflow ? .max : end
            run.begin(count: bucket.count, start: start, widthBits: widthBits)
            announced = 0
            gather(bucket)
            run.sort()
            if run.end > 0 { return true }
        }
        servedEnd = .max
        lateAlarm = limits.late
        return false
    }

    /// Fills the run with a bucket's entries that are alive and due in the served range, and adds
    /// those that were moved beyond it to the ladder again.
    ///
    /// The slots of named events lie scattered over memory. All are asked for before the first is
    /// read, and when their events happen they are near.
    @inlinable
    mutating func gather(_ bucket: LadderBucket) {
        var bucket = bucket
        let named = run.spareEntries
        var namedCount = 0
        while let entries = ladder.nextChunk(&bucket) {
            for place in 0..<entries.count {
                let entry = entries[place]
                if entry.isNamed {
                    CacheLine.fetchForWriting(slots + entry.slot)
                    named[namedCount] = entry
                    namedCount &+= 1
                } else {
                    run.append(
                        DueEntry(
                            key: entry.key, order: entry.mark, slot: DueEntry<Payload>.unnamed,
                            payload: entry.payload))
                }
            }
            ladder.recycle(entries)
        }
        for place in 0..<namedCount { gatherNamed(named[place]) }
    }

    @inlinable
    @inline(__always)
    mutating func gatherNamed(_ entry: PendingEntry<Payload>) {
        let slot = slots + entry.slot
        if slot.pointee.tag != entry.tag {
            dead &-= 1
        } else if slot.pointee.key < servedEnd || servedEnd == .max {
            run.append(dueEntry(UInt32(truncatingIfNeeded: entry.slot)))
        } else {
            var moved = entry
            moved.key = slot.pointee.key
            ladder.add(moved)
        }
    }

    /// Puts all of the few events of the ladder into the heap.
    @inlinable
    @inline(never)
    mutating func leaveLadder() -> Bool {
        servedEnd = .max
        while let (index, _) = ladder.firstBucket() {
            var bucket = ladder.detach(index)
            while let entries = ladder.nextChunk(&bucket) {
                for entry in entries {
                    if !entry.isNamed {
                        late.push(
                            DueEntry(
                                key: entry.key, order: entry.mark,
                                slot: DueEntry<Payload>.unnamed, payload: entry.payload))
                    } else if slots[entry.slot].tag == entry.tag {
                        late.push(dueEntry(UInt32(truncatingIfNeeded: entry.slot)))
                    } else {
                        dead &-= 1
                    }
                }
                ladder.recycle(entries)
            }
        }
        return late.count > 0
    }

    /// Ends the served range earlier, so that most late events can go to the ladder.
    @inlinable
    @inline(never)
    mutating func narrow() {
        late.sort()
        let first = late.entries[0].key
        let last = late.entries[late.count - 1].key
        var end = max(late.entries[late.count / 4].key, first + 1)
        if first == last, run.head == run.end {
            // All are due at once: they will come back as a run.
            end = first
        }
        end = max(end, ladder.base)
        guard end <= last else {
            lateAlarm = late.count * 2
            return
        }
        servedEnd = end
        while late.count > 0, late.entries[late.count - 1].key >= end {
            late.count -= 1
            returnToLadder(late.entries[late.count])
        }
        while run.end > run.head, run.entries[run.end - 1].key >= end {
            run.end -= 1
            returnToLadder(run.entries[run.end])
        }
        lateAlarm = max(limits.late, late.count * 2)
    }

    /// Adds an entry of run or heap to the ladder again, unless it is dead.
    @inlinable
    mutating func returnToLadder(_ entry: DueEntry<Payload>) {
        if entry.slot == DueEntry<Payload>.unnamed {
            ladder.add(PendingEntry(key: entry.key, order: entry.order, payload: entry.payload))
        } else if isCurrent(entry) {
            ladder.add(
                PendingEntry(
                    key: entry.key, slot: entry.slot, tag: slots[Int(entry.slot)].tag,
                    payload: entry.payload))
        } else {
            dead &-= 1
        }
    }

    /// Drops the dead entries everywhere once they outnumber the live ones, or once the tag of the
    /// slot numbered `index`, which has just changed, has come round.
    @inlinable
    @inline(__always)
    mutating func sweepIfCrowded(after index: UInt32) {
        if dead > live &+ limits.dead || slots[Int(index)].tag == 0 { sweep() }
    }

    @inlinable
    @inline(never)
    mutating func sweep() {
        let slots = slots
        ladder.sweep { $0.isNamed && slots[$0.slot].tag != $0.tag }
        var kept = 0
        for place in run.head..<run.end where isCurrent(run.entries[place]) {
            run.entries[kept] = run.entries[place]
            kept += 1
        }
        run.head = 0
        run.end = kept
        announced = 0
        kept = 0
        for place in 0..<late.count where isCurrent(late.entries[place]) {
            late.entries[kept] = late.entries[place]
            kept += 1
        }
        late.count = kept
        late.sort()
        dead = 0
    }
}
