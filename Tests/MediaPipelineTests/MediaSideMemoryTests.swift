import Glibc
import MediaSecurity
import OpusCodec
import Quantities
import Testing

@testable import MediaPipeline

/// What the process has from `malloc`, by `malloc_info`; only tells anything in a process in which
/// nothing else runs.
private enum Heap {
    private typealias Info = @convention(c) (Int32, UnsafeMutablePointer<FILE>) -> Int32
    private static let info: Info? = {
        guard let symbol = dlsym(nil, "malloc_info") else { return nil }
        return unsafeBitCast(symbol, to: Info.self)
    }()

    /// Bytes in use; freed ones kept for the thread count as used.
    static func bytesInUse() -> Int {
        var text: UnsafeMutablePointer<CChar>?
        var count = 0
        guard let info, let stream = open_memstream(&text, &count) else {
            preconditionFailure("the C library tells of its heap")
        }
        _ = info(0, stream)
        fclose(stream)
        defer { free(text) }
        let report = String(cString: text!)
        return size("<system type=\"current\"", in: report)
            - size("<total type=\"fast\"", in: report) - size("<total type=\"rest\"", in: report)
            + size("<total type=\"mmap\"", in: report)
    }

    /// The size in the last element of `report` that begins with `head`: the one for all arenas.
    private static func size(_ head: String, in report: String) -> Int {
        let line = report.split(separator: "\n").last { $0.hasPrefix(head) }!
        let value = line.split(separator: "\"").dropLast().last!
        return Int(value)!
    }
}

/// Two recorded sides whose packets take no time, in one arena.
private struct Circle: ~Copyable {
    var arena: PacketArena
    var first: MediaSide
    var second: MediaSide
    var packets = 0

    init(seed: UInt64) throws {
        func side(_ party: Party) throws -> MediaSide {
            try MediaSide(
                MediaConfiguration(),
                source: .corpus(TestCorpus.short, conversation: 0, party: party, offset: 0),
                decodes: false, keys: TestKeys.keys(.aes128CMSHA1, party, seed: seed),
                securedAt: .zero, randomness: stream(90, UInt64(party.rawValue), seed: seed))
        }
        let one = try side(.first)
        let other = try side(.second)
        first = one
        second = other
        arena = PacketArena(
            slotByteCount: MediaSide.slotByteCount(payload: TestCorpus.short.largestPayload))
    }

    mutating func run(packets limit: Int) {
        while packets < limit {
            let now = first.nextTick
            if let packet = first.tick(at: now, in: &arena) {
                second.receive(packet, at: now, in: &arena)
                packets += 1
            }
            if let packet = second.tick(at: now, in: &arena) {
                first.receive(packet, at: now, in: &arena)
                packets += 1
            }
            if first.nextReport <= now, let packet = first.report(at: now, in: &arena) {
                second.receive(packet, at: now, in: &arena)
            }
            if second.nextReport <= now, let packet = second.report(at: now, in: &arena) {
                first.receive(packet, at: now, in: &arena)
            }
        }
    }

    mutating func close() -> MediaReport {
        _ = second.close(at: second.lastTick, in: &arena)
        return first.close(at: first.lastTick, in: &arena)
    }
}

@Suite struct MediaSideMemoryTests {
    @Test func `ten thousand packets leave no memory behind`() async {
        await #expect(processExitsWith: .success) {
            var circle = try Circle(seed: 1)
            circle.run(packets: 2000)
            _ = Heap.bytesInUse()
            let (heap, arena) = (Heap.bytesInUse(), circle.arena.byteCount)
            circle.run(packets: 12_000)
            // Half a byte a packet; the process's other threads may hold a little.
            #expect(Heap.bytesInUse() - heap < 5000)
            #expect(circle.arena.byteCount == arena)
            let report = circle.close()
            #expect(report.mediaReceived.datagrams > 4000 && report.rejected.total == 0)
            #expect(circle.arena.takenCount == 0)
        }
    }

    @Test func `a recorded side takes at most 8 kB beside its jitter buffer`() async {
        await #expect(processExitsWith: .success) {
            let count = 200
            var circle = try Circle(seed: 1)
            circle.run(packets: 100)
            var before = Heap.bytesInUse()
            let buffers = UnsafeMutablePointer<JitterBuffer>.allocate(capacity: count)
            for index in 0..<count { (buffers + index).initialize(to: JitterBuffer()) }
            let buffer =
                (Heap.bytesInUse() - before) / count - MemoryLayout<JitterBuffer>.stride

            before = Heap.bytesInUse()
            let circles = UnsafeMutablePointer<Circle>.allocate(capacity: count / 2)
            for index in 0..<count / 2 {
                (circles + index).initialize(to: try Circle(seed: UInt64(index)))
            }
            // Contexts of a stream are made with its first packet.
            for index in 0..<count / 2 { circles[index].run(packets: 200) }
            var slots = 0
            for index in 0..<count / 2 { slots += circles[index].arena.byteCount }
            let whole = (Heap.bytesInUse() - before - slots) / count
            let side = whole - buffer - MemoryLayout<JitterBuffer>.size
            #expect(side < 8000, "a side takes \(side) bytes, its jitter buffer \(buffer)")

            // All of it comes back, but for what the allocator keeps.
            for index in 0..<count / 2 { _ = circles[index].close() }
            circles.deinitialize(count: count / 2)
            circles.deallocate()
            let left = Heap.bytesInUse() - before
            #expect(left < whole * count / 20, "\(left) bytes are left")
        }
    }
}
