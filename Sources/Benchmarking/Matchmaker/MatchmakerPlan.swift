/// What matchmaker and scorer are measured by.
enum MatchmakerWorkload: Hashable, Sendable {
    /// Tickets of whom as many wait at a time, held before they are offered to anybody; nil holds
    /// nobody, and as many wait as find no partner.
    case tickets(waiting: Int?)
    /// An exact matching of the greatest weight of as many tickets.
    case matching(tickets: Int)
    /// Tiers asked for, with as many devices on record.
    case score(ScorerWork.Question, devices: Int)
    /// Reports, of which as many lapse.
    case report(devices: Int)

    /// As the report calls it.
    var name: String {
        switch self {
        case .tickets(.some(let waiting)): "tickets, \(waiting) waiting"
        case .tickets(nil): "tickets paired at once"
        case .matching(let tickets): "exact matching of \(tickets)"
        case .score(let question, let devices): "\(question.rawValue) of \(devices)"
        case .report(let devices): "report, of \(devices) devices"
        }
    }

    /// What a rival is told after its name.
    var arguments: [String] {
        switch self {
        case .tickets(let waiting): ["\(waiting ?? 0)"]
        case .matching(let tickets): ["\(tickets)"]
        case .score, .report: []
        }
    }

    /// Operations in a round: arrivals, matchings, tiers or reports.
    var operations: Int {
        switch self {
        case .tickets: 500_000
        case .matching: 3
        case .score: 1_000_000
        case .report: 400_000
        }
    }

    /// The most rounds of it, as NetworkX takes long for one.
    var mostRounds: Int {
        if case .matching = self { 3 } else { 100 }
    }

    /// Who does it too, with the most operations a round. A scan of a hundred thousand takes a tenth of
    /// a millisecond, of a million more than ten times that.
    var rivals: [(name: String, operations: Int)] {
        switch self {
        case .tickets(nil), .tickets(.some(...1000)):
            [(Rival.scanName, operations), (Rival.mapName, operations)]
        case .tickets(.some(...100_000)): [(Rival.scanName, 2000), (Rival.mapName, operations)]
        case .tickets: [(Rival.mapName, operations)]
        case .matching: [(Rival.networkxName, 1)]
        case .score, .report: []
        }
    }

    /// In the order of the table.
    static let all: [MatchmakerWorkload] =
        [.tickets(waiting: nil)] + waiting.map { .tickets(waiting: $0) }
        + [.matching(tickets: batch)]
        + devices.flatMap { count in
            ScorerWork.Question.allCases.map { .score($0, devices: count) }
                + [.report(devices: count)]
        }

    /// How many tickets wait.
    static let waiting = [1000, 100_000, 1_000_000]
    /// How many tickets a batch has.
    static let batch = 1000
    /// How many devices are on record.
    static let devices = [100_000, 1_000_000]
}

extension Rival {
    static let scanName = "C++ array scan"
    static let mapName = "C++ map of deques"
    static let networkxName = "NetworkX"

    /// The rivals of the matchmaker that `make bench` puts into `directory`.
    static func matchmaker(in directory: String) -> [Rival] {
        [(scanName, "scan"), (mapName, "map")].map { name, kind in
            Rival(
                name: name, command: [directory + "/matchmaker_queues", kind],
                mostOperations: .max, mostCustomers: .max)
        } + [
            Rival(
                name: networkxName,
                command: [directory + "/venv/bin/python", directory + "/networkx_rival.py"],
                package: "networkx", mostOperations: .max, mostCustomers: .max)
        ]
    }
}
