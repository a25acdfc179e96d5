import EventEngine
import Quantities
import RandomStreams

/// The event list alone, without a world around it.
enum HoldWorkload {
    /// An event as plain data: what and whom.
    private struct Event: BitwiseCopyable {
        var kind: UInt32 = 0
        var entity: UInt32
    }

    /// A state of 64 bytes, a cache line.
    private struct Record: BitwiseCopyable {
        var first: UInt64 = 0
        var rest: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)
        var last: UInt64 = 0
    }

    /// A cheap generator for indices into tables (Marsaglia, "Xorshift RNGs", 2003).
    struct Xorshift {
        var state: UInt64 = 88_172_645_463_325_252

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    /// How many events ahead records are fetched.
    private static let lookAhead = 8

    private static func delays(_ kind: DelayKind) -> [Int64] {
        var random = RandomStream(
            StreamName(seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
        return kind.table(using: &random)
    }

    static func run(_ kind: DelayKind, pending: Int, operations: Int) -> (Double, UInt64) {
        delays(kind).withUnsafeBufferPointer { table in
            var random = Xorshift()
            var list = FutureEventList<Event>()
            var sum: UInt64 = 0
            for entity in 0..<pending {
                let time = SimTime(nanoseconds: table[Int(random.next() & 65535)])
                list.post(Event(entity: UInt32(entity)), at: time)
            }
            func go(_ count: Int) {
                for _ in 0..<count {
                    guard let (now, event) = list.popEarliest(before: .distantFuture) else {
                        return
                    }
                    sum = sum &* 31 &+ UInt64(event.entity)
                    let delay = SimDuration(nanoseconds: table[Int(random.next() & 65535)])
                    list.post(event, at: now + delay)
                }
            }
            go(min(2 * pending, operations))
            let start = ThreadClock.nanoseconds
            go(operations)
            return ((ThreadClock.nanoseconds - start) / Double(operations), sum)
        }
    }

    static func runWithRecords(pending: Int, operations: Int) -> (Double, UInt64) {
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: pending * MemoryLayout<Record>.stride,
            alignment: MemoryLayout<Record>.stride)
        defer { block.deallocate() }
        let records = block.initializeMemory(as: Record.self, repeating: Record(), count: pending)
        return delays(.exponential).withUnsafeBufferPointer { table in
            var random = Xorshift()
            var list = FutureEventList<Event>()
            var sum: UInt64 = 0
            for entity in 0..<pending {
                let time = SimTime(nanoseconds: table[Int(random.next() & 65535)])
                list.post(Event(entity: UInt32(entity)), at: time)
            }
            func go(_ count: Int) {
                for _ in 0..<count {
                    guard let (now, event) = list.popEarliest(before: .distantFuture)
                    else { return }
                    while let next = list.announce(within: lookAhead) {
                        CacheLine.fetchForWriting(records + Int(next.entity))
                    }
                    sum = sum &* 31 &+ UInt64(event.entity)
                    let entity = Int(event.entity)
                    records[entity].first &+= UInt64(bitPattern: now.nanoseconds)
                    records[entity].last &+= 1
                    let delay = SimDuration(nanoseconds: table[Int(random.next() & 65535)])
                    list.post(event, at: now + delay)
                }
            }
            go(min(2 * pending, operations))
            let start = ThreadClock.nanoseconds
            go(operations)
            return ((ThreadClock.nanoseconds - start) / Double(operations), sum)
        }
    }

    static func churn(entities: Int, operations: Int) -> (Double, UInt64) {
        delays(.exponential).withUnsafeBufferPointer { table in
            var churn = TimerChurn(entities: entities, delays: table)
            churn.run(min(2 * entities, operations))
            let start = ThreadClock.nanoseconds
            churn.run(operations)
            return ((ThreadClock.nanoseconds - start) / Double(operations), churn.sum)
        }
    }
}
