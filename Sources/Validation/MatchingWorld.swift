import EventEngine
import Matchmaking
import Quantities
import RandomStreams
import Statistics

/// Customers who arrive at a matchmaker on one side or two and leave when their patience ends:
/// nothing but the event engine and the matchmaker's own code, which decides who is paired.
struct MatchingWorld<Predicate: PairPredicate>: EventWorld {
    /// Who comes on one side.
    struct Side: Hashable, Sendable {
        /// Arrivals per second, > 0.
        var arrivalRate: Double
        /// One over the mean patience in seconds; 0 if nobody leaves.
        var patienceRate: Double
    }

    enum Event: BitwiseCopyable {
        case arrival(side: Int)
        case leaving(customer: Int)
    }

    private struct Customer: BitwiseCopyable {
        var side: Int
        var created: SimTime
        var isMeasured: Bool
        var leaving: EventID
    }

    /// What became of one side's measured customers.
    struct Tally: Sendable {
        var paired = 0
        var left = 0
        var waited = SimDuration.zero
    }

    private let sides: [Side]
    private let predicate: Predicate
    private var gaps: [RandomStream]
    private var patience: [RandomStream]
    private var matchmaker: Matchmaker
    private var customers: [Customer] = []
    private let window: Range<SimTime>
    private var unfinished = 0
    private(set) var tallies: [Tally]
    /// Customers waiting, by side.
    private(set) var waiting: [TimeWeightedLevel]
    /// 1 while nobody waits on any side.
    private(set) var empty = TimeWeightedLevel(level: 1)
    private(set) var inversions = 0

    /// The world of `sides`, of which customers created inside `window` are measured.
    init(
        sides: [Side], predicate: Predicate, window: Range<SimTime>, seed: UInt64,
        replication: UInt32
    ) {
        func stream(_ purpose: UInt16, _ side: Int) -> RandomStream {
            RandomStream(
                StreamName(
                    seed: seed, replication: replication,
                    purpose: StreamPurpose(rawValue: purpose), entity: UInt64(side)))
        }
        self.sides = sides
        self.predicate = predicate
        self.window = window
        gaps = sides.indices.map { stream(1, $0) }
        patience = sides.indices.map { stream(2, $0) }
        tallies = sides.map { _ in Tally() }
        waiting = sides.map { _ in TimeWeightedLevel() }
        do {
            let anybody = ExpansionStep(
                after: .zero, requiresLanguage: false, requiresInterest: false)
            matchmaker = Matchmaker(
                rules: try MatchRules(expansion: [anybody], avoidRematch: false, tiers: .ignore))
        } catch {
            preconditionFailure("a ladder of one step is refused: \(error)")
        }
    }

    /// Lets the world go until every measured customer is paired or has left; levels are those of
    /// the window.
    mutating func run() -> Figures {
        var engine = Engine<Event>()
        for side in sides.indices { scheduleArrival(on: side, &engine) }
        engine.run(until: window.lowerBound, in: &self)
        for side in sides.indices { waiting[side].reset(at: engine.now) }
        empty.reset(at: engine.now)
        engine.run(until: window.upperBound, in: &self)
        let end = engine.now
        let figures = Figures(
            emptyShare: empty.mean(to: end)!, meanQueue: waiting.map { $0.mean(to: end)! })
        let step = SimDuration(seconds: 10 / (sides.map(\.arrivalRate).min() ?? 1))
        while unfinished > 0 { engine.run(until: engine.now + step, in: &self) }
        return figures
    }

    /// Levels over the window.
    struct Figures: Hashable, Sendable {
        var emptyShare: Double
        var meanQueue: [Double]
    }

    mutating func handle(_ event: Event, engine: inout Engine<Event>) {
        switch event {
        case .arrival(let side): arrive(on: side, &engine)
        case .leaving(let customer): leave(customer, at: engine.now)
        }
    }

    private mutating func scheduleArrival(on side: Int, _ engine: inout Engine<Event>) {
        let gap = gaps[side].nextExponential(mean: 1 / sides[side].arrivalRate)
        engine.schedule(.arrival(side: side), after: SimDuration(seconds: gap))
    }

    private mutating func arrive(on side: Int, _ engine: inout Engine<Event>) {
        let now = engine.now
        let number = customers.count
        // The last digit of a ticket's number is its side.
        let ticket = UInt32(number << 1 | side)
        var customer = Customer(
            side: side, created: now, isMeasured: window.contains(now), leaving: .none)
        if customer.isMeasured { unfinished += 1 }
        let decision = matchmaker.enqueue(
            Ticket(
                id: TicketID(ticket), session: SessionID(ticket), language: 0, interest: 0,
                tier: RiskTier(rawValue: 0)),
            at: now, where: predicate)
        switch decision {
        case .waiting:
            if sides[side].patienceRate > 0 {
                let stay = patience[side].nextExponential(mean: 1 / sides[side].patienceRate)
                customer.leaving = engine.schedule(
                    .leaving(customer: number), after: SimDuration(seconds: stay))
            }
            waiting[side].add(1, at: now)
            customers.append(customer)
        case .paired(let pairing):
            if pairing.ageInversion { inversions += 1 }
            let other = Int(pairing.first.ticket.rawValue >> 1)
            waiting[customers[other].side].add(-1, at: now)
            customers.append(customer)
            engine.cancel(customers[other].leaving)
            finish(other, isPaired: true, at: now)
            finish(number, isPaired: true, at: now)
        case .refused(let reason): preconditionFailure("a ticket was refused: \(reason)")
        }
        noteEmptiness(at: now)
        scheduleArrival(on: side, &engine)
    }

    private mutating func leave(_ number: Int, at now: SimTime) {
        let side = customers[number].side
        let wasWaiting = matchmaker.cancel(TicketID(UInt32(number << 1 | side)))
        precondition(wasWaiting, "a customer left after being paired")
        waiting[side].add(-1, at: now)
        finish(number, isPaired: false, at: now)
        noteEmptiness(at: now)
    }

    private mutating func noteEmptiness(at now: SimTime) {
        empty.set(matchmaker.waitingCount == 0 ? 1 : 0, at: now)
    }

    private mutating func finish(_ number: Int, isPaired: Bool, at now: SimTime) {
        let customer = customers[number]
        matchmaker.endSession(SessionID(UInt32(number << 1 | customer.side)))
        guard customer.isMeasured else { return }
        unfinished -= 1
        tallies[customer.side].waited += now - customer.created
        if isPaired {
            tallies[customer.side].paired += 1
        } else {
            tallies[customer.side].left += 1
        }
    }
}

extension MatchingWorld.Tally {
    /// The mean wait of all, in seconds; not a number without any.
    var meanWait: Double { waited.seconds / Double(paired + left) }
    /// The share that left unpaired; not a number without any.
    var shareLeft: Double { Double(left) / Double(paired + left) }
}
