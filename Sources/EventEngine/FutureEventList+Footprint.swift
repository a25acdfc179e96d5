extension FutureEventList {
    /// Memory of the list in bytes; it never shrinks.
    public var byteCount: Int {
        let slotBytes = slotCapacity * MemoryLayout<Slot>.stride
        let dueCapacity = 2 * run.capacity + late.capacity
        let dueBytes: Int = dueCapacity * MemoryLayout<DueEntry<Payload>>.stride
        return slotBytes + ladder.byteCount + dueBytes
    }
}

extension EventLadder {
    var byteCount: Int {
        let bucketCount = Self.levelCount * Self.bucketsPerLevel
        return bucketCount * MemoryLayout<LadderBucket>.stride + blockBytes
    }
}

extension Engine {
    /// Memory of the future event list in bytes; it never shrinks.
    public var byteCount: Int { list.byteCount }
}
