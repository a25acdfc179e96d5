extension SpeedTarget {
    private static func tickets(_ waiting: Int?) -> String {
        MatchmakerWorkload.tickets(waiting: waiting).name
    }

    private static let million = tickets(1_000_000)
    private static let matching = MatchmakerWorkload.matching(tickets: MatchmakerWorkload.batch)
        .name

    private static func report(_ devices: Int) -> String {
        MatchmakerWorkload.report(devices: devices).name
    }

    /// What matchmaker and risk scorer are to reach.
    public static let matchmaker =
        [
            SpeedTarget(
                "ticket events per second and core, 1e6 waiting", .rate(workload: million),
                .atLeast(2_000_000), unit: "/s", why: "a city's evening in seconds"),
            SpeedTarget(
                "a ticket event at 1e6 waiting, against one at 1e3",
                .speedOfWorkload(million, againstWorkload: tickets(1000)), .atLeast(1 / 1.5),
                why: "the cost of an event does not grow with the queue"),
            SpeedTarget(
                "memory per waiting ticket, 1e6 waiting",
                .ours(workload: MatchmakerProbe.ticketName, factor: 1), .atMost(128), unit: "B",
                why: "a million waiting tickets in 128 MB, with what is kept of their sessions"),
            SpeedTarget(
                "tickets, 1e6 waiting, against a map of deques",
                .speed(workload: million, against: [Rival.mapName]), .atLeast(1),
                why: "what an afternoon's C++ does, with audit and memory of partners besides"),
            SpeedTarget(
                "tickets, 1e5 waiting, against an array that is scanned",
                .speed(workload: tickets(100_000), against: [Rival.scanName]), .atLeast(10),
                why: "where many wait, a scan is no way to serve them"),
            SpeedTarget(
                "the matchmaker's rivals make the same pairs",
                .check(MatchmakerBenchmark.decisionsName), .holds, unit: "",
                why: "a comparison needs equals"),
            SpeedTarget(
                "the number of waiting tickets does not drift",
                .check(MatchmakerBenchmark.stationaryName), .holds, unit: "",
                why: "a figure at a size is one of that size"),
            SpeedTarget(
                "exact maximum-weight matching of 1,000 tickets",
                .ours(workload: matching, factor: 1e-6),
                .atMost(50), unit: "ms",
                why: "a batch a second leaves the rest of the core to others"),
            SpeedTarget(
                "exact matching, against NetworkX",
                .speed(workload: matching, against: [Rival.networkxName]), .atLeast(100),
                why: "what people reach for first"),
            SpeedTarget(
                "NetworkX's matching of the same graph weighs the same",
                .check(MatchmakerBenchmark.weightName), .holds, unit: "",
                why: "both say that theirs is the greatest"),
            SpeedTarget(
                "scores per second and core, 1e6 devices on record",
                .rate(workload: MatchmakerWorkload.score(.recorded, devices: 1_000_000).name),
                .atLeast(2_000_000), unit: "/s", why: "each ticket asks for one"),
            SpeedTarget(
                "reports per second and core, 1e6 devices on record",
                .rate(workload: report(1_000_000)), .atLeast(500_000), unit: "/s",
                why: "a report in twenty calls, of as many calls as tickets"),
            SpeedTarget(
                "a report at 1e6 devices, as many lapsing, against 1e5",
                .speedOfWorkload(report(1_000_000), againstWorkload: report(100_000)),
                .atLeast(1 / 1.5), why: "to forget costs each report once, whatever else is kept"),
        ]
        + MatchmakerWorkload.devices.map { devices in
            let name = "\(MatchmakerBenchmark.lapseName): \(devices) devices"
            return SpeedTarget(
                name, .check(name), .holds, unit: "", why: "expiry is in the figures")
        }
}
