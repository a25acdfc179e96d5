extension FutureEventList {
    @inlinable
    @inline(__always)
    mutating func insert(key: UInt64, order: UInt64, slot: UInt32, tag: UInt32) {
        if key >= servedEnd {
            ladder.add(LadderEntry(key: key, slot: slot, tag: tag))
        } else {
            addLate(DueEntry(key: key, order: order, slot: slot, tag: tag))
        }
    }

    @inlinable
    @inline(never)
    mutating func addLate(_ entry: DueEntry) {
        late.push(entry)
        if late.entries.count >= lateAlarm { narrow() }
    }

    /// The earliest event's entry, exact and alive, if it is due before `limit`; it stays where it
    /// is, at the head of the run or of the heap.
    @inlinable
    mutating func settle(before limit: UInt64) -> DueEntry? {
        while true {
            let entry: DueEntry
            if run.head < run.end {
                entry = late.entries.isEmpty ? run.entries[run.head] : earlierHead()
            } else if let first = late.entries.first {
                entry = first
            } else {
                guard advance(before: limit) else { return nil }
                continue
            }
            guard entry.key < limit else { return nil }
            let slot = slots + Int(entry.slot)
            if slot.pointee.tag == entry.tag {
                if slot.pointee.order == entry.order { return entry }
                dropNext(entry)
                insert(
                    key: slot.pointee.key, order: slot.pointee.order, slot: entry.slot,
                    tag: entry.tag)
            } else {
                dropNext(entry)
                dead &-= 1
            }
        }
    }

    @inlinable
    func earlierHead() -> DueEntry {
        let first = run.entries[run.head]
        let other = late.entries[0]
        return other.precedes(first) ? other : first
    }

    /// Removes `entry`, which is at the head of the run or of the heap.
    @inlinable
    @inline(__always)
    mutating func dropNext(_ entry: DueEntry) {
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
            let bucket = ladder.detach(index)
            let level = index >> 8
            ladder.base = start
            servedEnd = start
            guard bucket.count <= limits.servedBucket || level == 0 else {
                ladder.spread(bucket)
                continue
            }
            let widthBits = level * EventLadder.digitBits
            let (end, overflow) = start.addingReportingOverflow(1 &<< UInt64(widthBits))
            servedEnd = overflow ? .max : end
            lateAlarm = limits.late
            gather(bucket)
            run.sort(start: start, widthBits: widthBits)
            if run.end > 0 { return true }
        }
        return false
    }

    /// Fills the run with a bucket's entries that are alive and due in the served range, and adds
    /// those that were moved beyond it to the ladder again.
    ///
    /// The slots lie scattered over memory; here many reads of them are under way at once, and when
    /// their events happen they are near.
    @inlinable
    mutating func gather(_ bucket: LadderBucket) {
        run.begin(count: bucket.count)
        var chunk = bucket.head
        var left = bucket.count
        while left > 0 {
            let entries = EventLadder.entries(of: chunk)
            let count = min(left, EventLadder.chunkCapacity)
            for place in 0..<count {
                let entry = entries[place]
                let slot = slots + Int(entry.slot)
                guard slot.pointee.tag == entry.tag else {
                    dead &-= 1
                    continue
                }
                let key = slot.pointee.key
                if key < servedEnd || servedEnd == .max {
                    run.append(
                        DueEntry(
                            key: key, order: slot.pointee.order, slot: entry.slot, tag: entry.tag))
                } else {
                    ladder.add(LadderEntry(key: key, slot: entry.slot, tag: entry.tag))
                }
            }
            left &-= count
            let next = EventLadder.link(of: chunk).pointee
            ladder.recycle(chunk)
            chunk = next
        }
    }

    /// Ends the served range earlier, so that most late events can go to the ladder.
    @inlinable
    @inline(never)
    mutating func narrow() {
        late.entries.sort { $0.precedes($1) }
        let kept = late.entries[late.entries.count / 4].key
        let end = max(kept, late.entries[0].key &+ 1, ladder.base)
        guard end <= late.entries[late.entries.count - 1].key else {
            lateAlarm = late.entries.count * 2
            return
        }
        servedEnd = end
        while let last = late.entries.last, last.key >= end {
            late.entries.removeLast()
            ladder.add(last.ladderEntry)
        }
        while run.end > run.head, run.entries[run.end - 1].key >= end {
            run.end -= 1
            ladder.add(run.entries[run.end].ladderEntry)
        }
        lateAlarm = max(limits.late, late.entries.count * 2)
    }

    /// Drops the dead entries everywhere once they outnumber the live ones.
    @inlinable
    mutating func sweepIfCrowded() {
        if dead > live &+ limits.dead { sweep() }
    }

    @inlinable
    @inline(never)
    mutating func sweep() {
        let slots = slots
        ladder.sweep { slots[Int($0.slot)].tag != $0.tag }
        var kept = 0
        for place in run.head..<run.end {
            let entry = run.entries[place]
            guard slots[Int(entry.slot)].tag == entry.tag else { continue }
            run.entries[kept] = entry
            kept += 1
        }
        run.head = 0
        run.end = kept
        late.entries.removeAll { slots[Int($0.slot)].tag != $0.tag }
        late.entries.sort { $0.precedes($1) }
        dead = 0
    }
}
