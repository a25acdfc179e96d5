extension FutureEventList {
    /// Memory of the list in bytes; it never shrinks.
    public var byteCount: Int {
        slotCapacity * MemoryLayout<Slot>.stride + ladder.byteCount
            + 2 * run.capacity * MemoryLayout<DueEntry>.stride
    }
}

extension EventLadder {
    var byteCount: Int {
        Self.levelCount * Self.bucketsPerLevel * MemoryLayout<LadderBucket>.stride
            + blocks.count * Self.chunksPerBlock * Self.chunkBytes
    }
}

extension Engine {
    /// Memory of the future event list in bytes; it never shrinks.
    public var byteCount: Int { list.byteCount }
}
