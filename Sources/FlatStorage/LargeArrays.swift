import CMemoryHints

extension Array where Element: BitwiseCopyable {
    /// From this size on large pages are asked for: two of the usual 2 MB.
    @inlinable static var largeByteCount: Int { 1 << 22 }

    /// An array of `capacity` elements that `initialize` fills. Where it is large the system is asked
    /// for large pages, as places in it are touched in no order.
    @inlinable
    public static func inLargePages(
        capacity: Int, initialize: (UnsafeMutableBufferPointer<Element>) -> Void
    ) -> [Element] {
        [Element](unsafeUninitializedCapacity: capacity) { buffer, count in
            askForLargePages(UnsafeMutableRawBufferPointer(buffer))
            initialize(UnsafeMutableBufferPointer(rebasing: buffer[..<capacity]))
            count = capacity
        }
    }

    @inlinable
    static func askForLargePages(_ memory: UnsafeMutableRawBufferPointer) {
        guard memory.count >= largeByteCount, let start = memory.baseAddress else { return }
        let page = 4096
        let aligned = start.alignedUp(toMultipleOf: page)
        memory_hint_large_pages(aligned, (memory.count - (aligned - start)) / page * page)
    }

    /// Adds elements; large arrays grow by an eighth, so that at most that much lies idle. What an
    /// array leaves behind when it grows is overwritten.
    @inlinable
    public mutating func appendGrowing(_ element: Element, count added: Int = 1) {
        if count + added > capacity { grow(by: added) }
        for _ in 0..<added { append(element) }
    }

    @inlinable
    mutating func grow(by added: Int) {
        let bytes = capacity * MemoryLayout<Element>.stride
        let room =
            capacity + Swift.max(added, bytes < Self.largeByteCount ? capacity : capacity / 8)
        let larger = [Element](unsafeUninitializedCapacity: Swift.max(16, room)) { buffer, count in
            let memory = UnsafeMutableRawBufferPointer(buffer)
            Self.askForLargePages(memory)
            memory.initializeMemory(as: UInt8.self, repeating: 0)
            _ = buffer.initialize(from: self)
            count = self.count
        }
        overwrite()
        self = larger
    }

    /// Writes zeros over all elements.
    @inlinable
    public mutating func overwrite() {
        withUnsafeMutableBytes { _ = $0.initializeMemory(as: UInt8.self, repeating: 0) }
    }

    /// Asks the processor to bring the element at `place`, its first and its last byte, near.
    @inlinable
    @inline(__always)
    public func fetch(_ place: Int) {
        withUnsafeBufferPointer {
            let element = UnsafeRawPointer($0.baseAddress! + place)
            memory_hint_fetch_for_writing(element)
            memory_hint_fetch_for_writing(element + MemoryLayout<Element>.stride - 1)
        }
    }
}
