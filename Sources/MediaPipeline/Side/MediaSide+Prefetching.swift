import CMemoryHints

extension MediaSide {
    /// Asks for the memory of the side itself, without waiting for it: the first of two steps where
    /// thousands of sides take turns packet by packet, two sides ahead.
    ///
    /// Sides that run for many packets in a row have no need of it.
    @inline(__always)
    public static func prefetch(at side: UnsafePointer<MediaSide>) {
        let start = UnsafeRawPointer(side)
        // The account comes last and changes seldom.
        let end = MemoryLayout<MediaSide>.size - MemoryLayout<MediaReport>.size
        for offset in stride(from: 0, to: end, by: 64) {
            memory_hint_fetch_for_writing(start + offset)
        }
    }

    /// Asks for what the next tick and the next packet touch beyond the side itself, without
    /// waiting for it: the second step, one side ahead.
    public mutating func prefetchContents() {
        srtp?.prefetchOutbound()
        srtp?.prefetchInbound()
        source.prefetch()
        jitterBuffer.prefetch()
    }
}
