/// What a process that counts its allocations finds out about matchmaker and scorer.
public struct MatchmakerProbe: Codable, Sendable {
    /// Bytes allocated for a waiting ticket and its session, in a queue that has been through all that
    /// it goes through.
    var ticket: Double
    /// The same by the matchmaker's own account.
    var accounted: Double
    /// Bytes allocated for a device on record with its reports, and for those who filed them.
    var device: Double

    static let ticketName = "memory of a waiting ticket, of 1000000"
    static let accountedName = "the same by its own account"
    static let deviceName = "memory of a device on record, of 1000000"

    fileprivate mutating func measure(waiting: Int, devices: Int, _ counter: AllocationCounter) {
        var work: TicketWork?
        let tickets = counter.growth {
            let made = TicketWork(waiting: waiting)
            made.warmUp()
            work = made
        }
        if let work {
            ticket = tickets / Double(work.waitingCount)
            accounted = Double(work.byteCount) / Double(work.waitingCount)
        }
        work = nil
        device =
            counter.growth { ScorerWork(devices: devices) } / Double(devices)
    }

    /// Puts the figures into `report`.
    func add(to report: inout BenchmarkReport) {
        for (name, bytes) in [
            (Self.ticketName, ticket), (Self.accountedName, accounted), (Self.deviceName, device),
        ] {
            report.add(
                .init(
                    workload: name, contender: BenchmarkReport.ours, unit: .bytes,
                    samples: Samples([bytes])))
        }
    }
}

extension MatchmakerProbe {
    /// Measures in this process, which was started with the interposer; nil without it.
    public init?() {
        guard let counter = AllocationCounter() else { return nil }
        self.init(ticket: 0, accounted: 0, device: 0)
        measure(waiting: 1_000_000, devices: 1_000_000, counter)
    }
}
