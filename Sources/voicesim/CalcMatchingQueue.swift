import ArgumentParser
import ClosedForms

/// `voicesim calc matching-queue`: customers who wait for each other.
struct CalcMatchingQueue: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matching-queue",
        abstract: "Customers who wait for each other and are paired at once.",
        discussion: """
            One class, anyone with anyone:
            Example: voicesim calc matching-queue --arrival-rate 2 --patience-rate 0.05

            Two sides, one of each makes a pair:
            Example: voicesim calc matching-queue --arrival-rate 2 --patience-rate 0.05 \
            --other-arrival-rate 1 --other-patience-rate 0.1

            Any two suit each other with a probability, and nobody leaves:
            Example: voicesim calc matching-queue --arrival-rate 2 --compatibility 10%
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Arrivals per second; of the first side.", valueName: "RATE"),
        transform: Reading.number("an arrival rate", .rate))
    var arrivalRate: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "One over the mean patience in seconds; 0 if nobody leaves.", valueName: "RATE"),
        transform: Reading.number("a patience rate", Reading.leaving))
    var patienceRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Arrivals per second of the other side.", valueName: "RATE"),
        transform: Reading.number("an arrival rate", .rate))
    var otherArrivalRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The patience rate of the other side.", valueName: "RATE"),
        transform: Reading.number("a patience rate", Reading.leaving))
    var otherPatienceRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The share of pairs that suit each other.", valueName: "P"),
        transform: Reading.share("a compatibility", above: true))
    var compatibility: Double?

    @OptionGroup var output: CalcOutput

    func validate() throws {
        if compatibility != nil {
            guard patienceRate == nil, otherArrivalRate == nil, otherPatienceRate == nil else {
                throw ValidationError(
                    "--compatibility is for one class that nobody leaves; no other rate goes "
                        + "with it")
            }
            return
        }
        guard patienceRate != nil else {
            throw ValidationError("give --patience-rate, or --compatibility if nobody leaves")
        }
        guard (otherArrivalRate == nil) == (otherPatienceRate == nil) else {
            throw ValidationError(
                "--other-arrival-rate and --other-patience-rate go together")
        }
    }

    func run() throws {
        if let compatibility {
            try output.print(try randomCompatibility(compatibility))
        } else if let otherArrivalRate, let otherPatienceRate {
            try output.print(try twoSided(otherArrivalRate, otherPatienceRate))
        } else {
            try output.print(singleClass())
        }
    }

    private func singleClass() -> [CalcFigure] {
        let queue = SingleClassQueue(arrivalRate: arrivalRate, patienceRate: patienceRate!)
        return [
            CalcFigure("p_wait", queue.waitProbability, "share of arrivals who find nobody"),
            CalcFigure("p_abandon", queue.abandonmentProbability, "share who leave unpaired"),
            CalcFigure("mean_wait", queue.meanWait, "s, over all arrivals"),
            CalcFigure("mean_wait_matched", queue.meanWaitMatched, "s, over those paired"),
        ]
    }

    private func twoSided(_ otherRate: Double, _ otherPatience: Double) throws -> [CalcFigure] {
        let queue = try computing { () throws(QueueingError) in
            try TwoSidedQueue(
                arrivalRate: arrivalRate, patienceRate: patienceRate!,
                otherArrivalRate: otherRate, otherPatienceRate: otherPatience)
        }
        let (one, other) = (queue.one, queue.other)
        return [
            CalcFigure("p_empty", queue.emptyProbability, "share of time when nobody waits"),
            CalcFigure("mean_queue", one.meanQueue, "waiting on this side"),
            CalcFigure("other_mean_queue", other.meanQueue, "waiting on the other side"),
            CalcFigure("p_abandon", one.abandonmentProbability, "share who leave unpaired"),
            CalcFigure("other_p_abandon", other.abandonmentProbability, "of the other side"),
            CalcFigure("mean_wait", one.meanWait, "s, over all arrivals"),
            CalcFigure("other_mean_wait", other.meanWait, "s, of the other side"),
        ]
    }

    private func randomCompatibility(_ share: Double) throws -> [CalcFigure] {
        let queue = try computing { () throws(QueueingError) in
            try RandomCompatibilityQueue(arrivalRate: arrivalRate, compatibility: share)
        }
        return [
            CalcFigure("mean_queue", queue.meanQueue, "customers waiting"),
            CalcFigure("mean_wait", queue.meanWait, "s, over all arrivals"),
        ]
    }
}
