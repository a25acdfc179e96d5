import RandomStreams

/// How far ahead the events of a workload are scheduled; the mean is 1 s but for the far future.
public enum DelayKind: String, CaseIterable, Sendable {
    /// Exponential.
    case exponential
    /// Nine of ten within 0.5 s, one of ten 7.5 s further on.
    case bimodal
    /// All 1 s: everything pending is a tie.
    case allEqual = "all-equal"
    /// Pareto with shape 1.5.
    case pareto
    /// Ten to twenty years.
    case farFuture = "far-future"

    /// One delay, ns.
    func draw(using random: inout RandomStream) -> Int64 {
        let unit = random.nextOpenUnit()
        let seconds =
            switch self {
            case .exponential: -Elementary.log(unit)
            case .bimodal: 0.5 * unit + (random.nextBool(probability: 0.1) ? 7.5 : 0)
            case .allEqual: 1.0
            case .pareto: min(Elementary.pow(unit, -1 / 1.5) / 3, 1e8)
            case .farFuture: 3.15e8 * (1 + unit)
            }
        return Int64(seconds * 1e9)
    }

    /// 65,536 delays, so that drawing one costs next to nothing.
    func table(using random: inout RandomStream) -> [Int64] {
        (0..<1 << 16).map { _ in draw(using: &random) }
    }
}

/// A kind of work that engines are measured by.
public enum EngineWorkload: Hashable, Sendable {
    /// Take the earliest event, schedule it again, `pending` of them.
    case hold(DelayKind, pending: Int)
    /// The same with 64 bytes touched per event.
    case record(pending: Int)
    /// A timer per entity: the earliest fires and starts again, another is re-armed.
    case churn(entities: Int)
    /// The M/M/8 queue.
    case queue(customers: Int)

    /// The workload's name in tables and reports.
    public var name: String {
        switch self {
        case .hold(let delays, let pending): "hold \(delays.rawValue) \(pending)"
        case .record(let pending): "record exponential \(pending)"
        case .churn(let entities): "churn exponential \(entities)"
        case .queue: "mm8"
        }
    }

    /// Runs it for about `operations` operations after a warm-up; the CPU time per operation, ns,
    /// and a checksum that keeps the work from being optimised away and repeats from run to run.
    public func run(operations: Int) -> (nanoseconds: Double, checksum: UInt64) {
        switch self {
        case .hold(let delays, let pending):
            HoldWorkload.run(delays, pending: pending, operations: operations)
        case .record(let pending):
            HoldWorkload.runWithRecords(pending: pending, operations: operations)
        case .churn(let entities):
            HoldWorkload.churn(entities: entities, operations: operations)
        case .queue(let customers): QueueWorkload.run(customers: customers)
        }
    }

    /// What a rival program is told: workload, delays, size.
    var arguments: [String] {
        switch self {
        case .hold(let delays, let pending): ["hold", delays.rawValue, "\(pending)"]
        case .record(let pending): ["record", "exponential", "\(pending)"]
        case .churn(let entities): ["churn", "exponential", "\(entities)"]
        case .queue: ["mm8", "exponential", "8"]
        }
    }
}
