import EventEngine
import Quantities
import Testing

/// A clock that ticks `left` more times, every 10 ns.
private struct Ticker: EventWorld {
    var left: Int
    var heard: [SimTime] = []

    mutating func handle(_ event: UInt8, engine: inout Engine<UInt8>) {
        heard.append(engine.now)
        engine.log(1, subject: UInt64(event), detail: 0)
        left -= 1
        if left > 0 { engine.schedule(event, after: .nanoseconds(10)) }
    }
}

/// Counts what it is told ahead and what happens.
private struct Foreseer: EventWorld, ~Copyable {
    static var preparesEvents: Bool { true }

    let prepared = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    var heard = 0

    init() { prepared.initialize(to: 0) }
    deinit { prepared.deallocate() }

    func prepare(for event: UInt32) { prepared.pointee += 1 }

    mutating func handle(_ event: UInt32, engine: inout Engine<UInt32>) { heard += 1 }
}

@Suite struct EngineTests {
    @Test func `a world that prepares is told of most events once`() {
        var engine = Engine<UInt32>()
        var world = Foreseer()
        for number in 0..<10_000 as Range<UInt32> {
            engine.post(number, at: SimTime(nanoseconds: Int64(number) * 1000))
        }
        engine.run(until: .distantFuture, in: &world)
        let (heard, prepared) = (world.heard, world.prepared.pointee)
        #expect(heard == 10_000)
        #expect((8000...10_000).contains(prepared))
        #expect(engine.handledCount == 10_000)
    }

    @Test func `posting in the past traps`() async {
        await #expect(processExitsWith: .failure) {
            var engine = Engine<UInt8>()
            var world = Ticker(left: 1)
            engine.run(until: SimTime(nanoseconds: 100), in: &world)
            engine.post(1, at: SimTime(nanoseconds: 99))
        }
    }

    private func ticks(cutAt cuts: [Int64]) -> (heard: [SimTime], fingerprint: String) {
        var engine = Engine<UInt8>()
        var world = Ticker(left: 50)
        engine.schedule(7, at: .zero)
        for cut in cuts { engine.run(until: SimTime(nanoseconds: cut), in: &world) }
        return (world.heard, engine.fingerprint.hexadecimal)
    }

    @Test func `a run cut into stretches takes the same trajectory as one in a piece`() {
        let whole = ticks(cutAt: [1000])
        let parts = ticks(cutAt: [5, 10, 10, 11, 300, 1000])
        #expect(whole.heard == parts.heard)
        #expect(whole.fingerprint == parts.fingerprint)
        #expect(whole.heard.count == 50)
    }

    @Test func `events at the limit wait for the next stretch`() {
        #expect(ticks(cutAt: [20]).heard.count == 2)
        #expect(ticks(cutAt: [21]).heard.count == 3)
    }

    @Test func `scheduling in the past traps`() async {
        await #expect(processExitsWith: .failure) {
            var engine = Engine<UInt8>()
            var world = Ticker(left: 1)
            engine.run(until: SimTime(nanoseconds: 100), in: &world)
            engine.schedule(1, at: SimTime(nanoseconds: 99))
        }
    }

    @Test func `a fingerprint tells order, time and content apart, and keeps checkpoints`() {
        func record(_ time: Int64, _ code: UInt32, _ subject: UInt64, _ detail: UInt64)
            -> TrajectoryRecord
        {
            TrajectoryRecord(
                time: SimTime(nanoseconds: time), code: code, subject: subject, detail: detail)
        }
        let base = [record(1, 1, 1, 1), record(2, 1, 1, 1)]
        let variants = [
            base, base.reversed(), [base[0]], [record(1, 2, 1, 1), base[1]],
            [record(1, 1, 2, 1), base[1]], [record(1, 1, 1, 2), base[1]],
            [record(3, 1, 1, 1), base[1]],
        ]
        let values = variants.map { records in
            var fingerprint = TrajectoryFingerprint()
            for record in records { fingerprint.add(record) }
            return fingerprint.hexadecimal
        }
        #expect(Set(values).count == variants.count)
        var long = TrajectoryFingerprint()
        long.captureRange = 5..<7
        for index in 0..<(TrajectoryFingerprint.checkpointInterval * 2 + 1) {
            long.add(record(Int64(index), 0, 0, 0))
        }
        #expect(long.checkpoints.count == 2)
        #expect(long.captured.map(\.time.nanoseconds) == [5, 6])
    }
}
