/// What the engine is measured by, and beside whom.
struct EnginePlan {
    /// A workload and who does it, with how many operations a round.
    struct Case {
        var workload: EngineWorkload
        var operations: Int
        var rivals: [String]
    }

    /// In the order of the table.
    var cases: [Case]

    /// The plan; `includesLargest` adds ten million pending events.
    init(includesLargest: Bool) {
        let heaps = [Rival.heapName, Rival.quaternaryName]
        let (ladder, ns3) = ([Rival.ladderName], Rival.ns3Names)
        let interpreted = [Rival.simpyName, Rival.salabimName]
        // The map and the priority queue: ns-3's default and its best.
        let ns3Main = Array(ns3.prefix(2))
        let million = 1_000_000
        func hold(_ kind: DelayKind, _ pending: Int, _ operations: Int, _ rivals: [String]) -> Case
        {
            Case(
                workload: .hold(kind, pending: pending), operations: operations, rivals: rivals)
        }
        cases = [
            hold(.exponential, 1000, 2_000_000, heaps + ladder + ns3 + interpreted),
            hold(.exponential, 100_000, 2_000_000, heaps + ladder + ns3 + interpreted),
            // Salabim and ns-3's calendar take minutes to get a million pending.
            hold(
                .exponential, million, 3_000_000,
                heaps + ladder + ns3.dropLast() + [Rival.simpyName]),
        ]
        if includesLargest {
            cases.append(hold(.exponential, 10_000_000, 10_000_000, heaps + ladder))
        }
        for kind in DelayKind.allCases where kind != .exponential {
            cases.append(hold(kind, million, 3_000_000, heaps + ladder + ns3Main))
        }
        cases += [
            Case(
                workload: .record(pending: million), operations: 3_000_000,
                rivals: heaps + ladder + ns3Main),
            Case(
                workload: .churn(entities: million), operations: 2_000_000,
                rivals: heaps + ns3Main),
            Case(
                workload: .queue(customers: million), operations: million,
                rivals: heaps + ns3Main + interpreted),
        ]
    }
}
