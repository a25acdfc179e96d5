import ArgumentParser
import ClosedForms

/// `voicesim calc erlang-b`: servers without a queue.
struct CalcErlangB: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erlang-b",
        abstract: "Servers without a queue: who is blocked, or how many servers are needed.",
        discussion: """
            Poisson arrivals, any service times, M/G/c/c. With --target-blocking instead of \
            --servers, the smallest number of servers that meets it. With --stages, \
            gaps between arrivals of several exponential stages and exponential \
            service (Takács): 2 for the pairs that one queue makes of Poisson arrivals.

            Example: voicesim calc erlang-b --servers 10 --load 5
            Example: voicesim calc erlang-b --load 5 --target-blocking 1%
            """)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Number of servers.", valueName: "C"),
        transform: Reading.count("a number of servers", 0...Reading.serverLimit))
    var servers: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Offered load in erlang: arrival rate times mean service time.", valueName: "A"),
        transform: Reading.number("a load", Reading.loads))
    var load: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of arrivals that may be blocked.", valueName: "B"),
        transform: Reading.share("a target", above: true))
    var targetBlocking: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Exponential stages of the gap between arrivals, with --servers.", valueName: "M"),
        transform: Reading.count("a number of stages", 1...1000))
    var stages = 1

    @OptionGroup var output: CalcOutput

    func validate() throws {
        guard (servers == nil) != (targetBlocking == nil) else {
            throw ValidationError("give either --servers or --target-blocking")
        }
        guard stages == 1 || servers != nil else {
            throw ValidationError("--stages goes with --servers")
        }
    }

    func run() throws {
        let meaning = "share of arrivals that find all servers busy"
        if let servers {
            let blocking =
                stages == 1
                ? ErlangB.blocking(servers: servers, load: load)
                : RenewalLoss.blocking(servers: servers, load: load, stages: stages)
            try output.print([CalcFigure("blocking", blocking, meaning)])
            return
        }
        guard
            let least = ErlangB.servers(
                load: load, targetBlocking: targetBlocking!, limit: Reading.serverLimit)
        else {
            throw refusal(
                "not even \(Reading.serverLimit) servers meet the target at this load")
        }
        try output.print([
            CalcFigure("servers", least.servers, "the smallest number that meets the target"),
            CalcFigure("blocking", least.blocking, meaning),
        ])
    }
}

/// `voicesim calc erlang-c`: servers with a queue that nobody leaves.
struct CalcErlangC: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erlang-c",
        abstract: "Servers with a queue that nobody leaves: who waits, and how long.",
        discussion: """
            Poisson arrivals, exponential service of mean 1, M/M/c; waits are in mean service \
            times.

            Example: voicesim calc erlang-c --servers 2 --load 1
            """)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Number of servers.", valueName: "C"),
        transform: Reading.count("a number of servers", 1...Reading.serverLimit))
    var servers: Int

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Offered load in erlang, less than the number of servers.", valueName: "A"),
        transform: Reading.number("a load", Reading.loads))
    var load: Double

    @OptionGroup var output: CalcOutput

    func run() throws {
        let queue = try computing { () throws(QueueingError) in
            try ErlangC(servers: servers, load: load)
        }
        try output.print([
            CalcFigure("p_wait", queue.waitProbability, "share of arrivals that wait"),
            CalcFigure("mean_wait", queue.meanWait, "mean service times, over all arrivals"),
        ])
    }
}

/// `voicesim calc erlang-a`: servers with a queue of the impatient.
struct CalcErlangA: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erlang-a",
        abstract: "Servers with a queue that the impatient leave.",
        discussion: """
            Poisson arrivals, exponential service and patience, M/M/c+M; all rates per second.

            Example: voicesim calc erlang-a --arrival-rate 10 --servers 10 --service-rate 1 \
            --patience-rate 1
            """)

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Arrivals per second.", valueName: "RATE"),
        transform: Reading.number("an arrival rate", .rate))
    var arrivalRate: Double

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Number of servers.", valueName: "C"),
        transform: Reading.count("a number of servers", 1...Reading.serverLimit))
    var servers: Int

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Customers that one server serves per second.", valueName: "RATE"),
        transform: Reading.number("a service rate", .rate))
    var serviceRate: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "One over the mean patience in seconds; 0 if nobody leaves.", valueName: "RATE"),
        transform: Reading.number("a patience rate", Reading.leaving))
    var patienceRate: Double

    @OptionGroup var output: CalcOutput

    func run() throws {
        let queue = try computing { () throws(QueueingError) in
            try ErlangA(
                arrivalRate: arrivalRate, servers: servers, serviceRate: serviceRate,
                patienceRate: patienceRate)
        }
        try output.print([
            CalcFigure("p_wait", queue.waitProbability, "share of arrivals that find no server"),
            CalcFigure("p_abandon", queue.abandonmentProbability, "share that leaves unserved"),
            CalcFigure("mean_wait", queue.meanWait, "s, over all arrivals"),
            CalcFigure("mean_queue", queue.meanQueue, "customers waiting"),
            CalcFigure("utilisation", queue.utilisation, "share of servers that are busy"),
        ])
    }
}
