import Quantities
import RandomStreams
import Testing

@testable import EventEngine

/// What the list must do, told in the simplest way: an array from which the least is taken.
private struct ModelList {
    struct Entry {
        var time: Int64
        var priority: UInt8
        var sequence: Int
        var name: Int
    }

    var entries: [Entry] = []
    var sequence = 0

    mutating func schedule(_ name: Int, _ time: Int64, _ priority: UInt8) {
        entries.append(Entry(time: time, priority: priority, sequence: sequence, name: name))
        sequence += 1
    }

    mutating func cancel(_ name: Int) -> Bool {
        guard let index = entries.firstIndex(where: { $0.name == name }) else { return false }
        entries.remove(at: index)
        return true
    }

    mutating func reschedule(_ name: Int, _ time: Int64) -> Bool {
        guard let index = entries.firstIndex(where: { $0.name == name }) else { return false }
        entries[index].time = time
        entries[index].sequence = sequence
        sequence += 1
        return true
    }

    var earliest: Int? {
        entries.indices.min { i, j in
            let (x, y) = (entries[i], entries[j])
            return (x.time, x.priority, x.sequence) < (y.time, y.priority, y.sequence)
        }
    }

    mutating func pop(before limit: Int64) -> Entry? {
        guard let index = earliest, entries[index].time < limit else { return nil }
        return entries.remove(at: index)
    }
}

/// The options of one swarm, drawn from its seed.
private struct SwarmOptions {
    /// Delays are below 2 to the power of one of these, chosen anew for each.
    var delayBits: [UInt64]
    /// Weights of schedule, cancel, move, pop, run on, peek.
    var weights: [UInt64]
    var priorities: UInt64
    /// Of eight new events, how many are posted without a name.
    var posted: UInt64
    /// Whether events may be scheduled before what has been popped, as nobody but a test does.
    var mayGoBack: Bool
    var limits = FutureEventList<UInt32>.Limits()

    init(_ random: inout RandomStream) {
        let scales: [UInt64] = [0, 3, 5, 8, 9, 12, 16, 20, 24, 30, 40, 48]
        delayBits = (0..<1 + random.nextInteger(below: 3)).map { _ in
            scales[Int(random.nextInteger(below: UInt64(scales.count)))]
        }
        weights = (0..<6).map { _ in 1 + random.nextInteger(below: 8) }
        weights[0] += random.nextInteger(below: 12)
        priorities = 1 + random.nextInteger(below: 3)
        posted = random.nextInteger(below: 9)
        mayGoBack = random.nextInteger(below: 4) == 0
        if random.nextInteger(below: 4) != 0 {
            limits.servedBucket = 1 + Int(random.nextInteger(below: 40))
            limits.late = 2 + Int(random.nextInteger(below: 20))
            limits.few = Int(random.nextInteger(below: 10))
            limits.dead = Int(random.nextInteger(below: 30))
        }
    }

    func delay(_ random: inout RandomStream) -> Int64 {
        let bits = delayBits[Int(random.nextInteger(below: UInt64(delayBits.count)))]
        return Int64(random.nextInteger(below: 1 << bits))
    }

    func action(_ random: inout RandomStream) -> Int {
        var point = random.nextInteger(below: weights.reduce(0, +))
        for (action, weight) in weights.enumerated() {
            if point < weight { return action }
            point -= weight
        }
        return weights.count - 1
    }
}

@Suite struct FutureEventListSwarmTests {
    @Test(arguments: 0..<200)
    func `posts, schedules, ties, cancellations, moves and limits follow a sorted array`(
        seed: UInt64
    ) {
        var random = stream(seed: seed)
        let options = SwarmOptions(&random)
        var list = FutureEventList<UInt32>(limits: options.limits)
        var model = ModelList()
        var numbers: UInt32 = 0
        var names: [(id: EventID, number: Int)] = []
        var now: Int64 = 0
        func someName(_ random: inout RandomStream) -> (id: EventID, number: Int) {
            // Half of them recent, as pending events mostly are.
            let span = random.nextInteger(below: 2) == 0 ? min(names.count, 50) : names.count
            return names[names.count - 1 - Int(random.nextInteger(below: UInt64(span)))]
        }
        // Steps after which the two differed: an expectation for each comparison would take longer
        // than what is compared.
        var differences: [Int] = []
        for step in 0..<2500 {
            func agree(_ holds: Bool) { if !holds { differences.append(step) } }
            switch options.action(&random) {
            case 0:
                let back = options.mayGoBack ? options.delay(&random) / 2 : 0
                let time = max(0, now + options.delay(&random) - back)
                let priority = UInt8(random.nextInteger(below: options.priorities))
                let moment = SimTime(nanoseconds: time)
                let rank = EventPriority(rank: priority)
                model.schedule(Int(numbers), time, priority)
                if random.nextInteger(below: 8) < options.posted {
                    list.post(numbers, at: moment, priority: rank)
                } else {
                    let id = list.schedule(numbers, at: moment, priority: rank)
                    names.append((id, Int(numbers)))
                }
                numbers += 1
            case 1 where !names.isEmpty:
                let name = someName(&random)
                let pending = list.isPending(name.id)
                let cancelled = list.cancel(name.id)
                let expected = model.cancel(name.number)
                agree(pending == expected && cancelled == expected)
            case 2 where !names.isEmpty:
                let name = someName(&random)
                let time = now + options.delay(&random)
                let moved = list.reschedule(name.id, at: SimTime(nanoseconds: time))
                agree(moved == model.reschedule(name.number, time))
            case 4:
                let limit = now + options.delay(&random)
                while let expected = model.pop(before: limit) {
                    let actual = list.popEarliest(before: SimTime(nanoseconds: limit))
                    guard actual?.payload == UInt32(expected.name) else {
                        Issue.record("popped \(String(describing: actual)), not \(expected)")
                        return
                    }
                    agree(actual?.time.nanoseconds == expected.time)
                }
                let further = list.popEarliest(before: SimTime(nanoseconds: limit))
                agree(further == nil)
                now = limit
            case 5:
                let earliest = list.earliestTime
                agree(earliest?.nanoseconds == model.earliest.map { model.entries[$0].time })
            default:
                let limit = now + 2 * options.delay(&random)
                let expected = model.pop(before: limit)
                let actual = list.popEarliest(before: SimTime(nanoseconds: limit))
                agree(actual?.time.nanoseconds == expected?.time)
                agree(actual?.payload == expected.map { UInt32($0.name) })
                if let expected { now = max(now, expected.time) }
            }
            // An announcement changes nothing.
            while list.announce(within: 3) != nil {}
            agree(list.count == model.entries.count)
        }
        #expect(differences.isEmpty)
        while let expected = model.pop(before: .max) {
            let actual = list.popEarliest(before: .distantFuture)
            #expect(actual?.payload == UInt32(expected.name))
        }
        let count = list.count
        #expect(count == 0)
    }

    /// Delays of the kinds that schedulers are measured by, in ns.
    enum Delays: CaseIterable {
        case even, bimodal, allEqual, heavyTailed, farFuture

        func draw(_ random: inout RandomStream) -> Int64 {
            switch self {
            case .even: return Int64(random.nextInteger(below: 2_000_000_000))
            case .bimodal:
                return random.nextInteger(below: 10) == 0
                    ? Int64(random.nextInteger(below: 1 << 34))
                    : Int64(random.nextInteger(below: 1 << 12))
            case .allEqual: return 1_000_000_000
            case .heavyTailed:
                return 1 << Int64(random.nextInteger(below: 50))
                    + Int64(random.nextInteger(below: 99))
            case .farFuture: return 1 << 55 + Int64(random.nextInteger(below: 1 << 20))
            }
        }
    }

    @Test(arguments: Delays.allCases)
    func `with a hundred thousand pending it keeps step with a heap`(delays: Delays) {
        var random = stream(seed: 7)
        var list = FutureEventList<UInt32>()
        var heap = HeapEventList<UInt32>()
        var names: [(EventID, HeapEventName)] = []
        func add(_ time: SimTime, _ random: inout RandomStream) {
            let priority = EventPriority(rank: UInt8(random.nextInteger(below: 2)))
            let number = UInt32(names.count)
            names.append(
                (
                    list.schedule(number, at: time, priority: priority),
                    heap.schedule(number, at: time, priority: priority)
                ))
        }
        for _ in 0..<100_000 {
            add(SimTime(nanoseconds: delays.draw(&random)), &random)
        }
        var differences = 0
        for step in 0..<60_000 {
            guard let (time, payload) = list.popEarliest(before: .distantFuture),
                let (other, otherPayload) = heap.popEarliest(before: .distantFuture)
            else { break }
            if time != other || payload != otherPayload { differences += 1 }
            add(time + SimDuration(nanoseconds: delays.draw(&random)), &random)
            let chosen = names[Int(random.nextInteger(below: UInt64(names.count)))]
            let moment = time + SimDuration(nanoseconds: delays.draw(&random))
            if step % 3 == 0 {
                if list.cancel(chosen.0) != heap.cancel(chosen.1) { differences += 1 }
                add(moment, &random)
            } else if list.reschedule(chosen.0, at: moment)
                != heap.reschedule(chosen.1, at: moment)
            {
                differences += 1
            }
        }
        #expect(differences == 0)
        let count = list.count
        let expected = heap.count
        #expect(count == expected)
        #expect(count > 90_000)
    }
}
