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

    /// What is known of when customers leave.
    enum Departures: Hashable, Sendable {
        /// Nothing. Patience is drawn when somebody begins to wait.
        case ofWaiting
        /// Nothing. Patience is drawn of everybody, so that the same people come to each policy.
        case ofAll
        /// The matchmaker is told at once, and patience is drawn of everybody.
        case announced
    }

    enum Event: BitwiseCopyable {
        case arrival(side: Int)
        case leaving(customer: Int)
        case due
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
    private let departures: Departures
    private var gaps: [RandomStream]
    private var patience: [RandomStream]
    private var matchmaker: Matchmaker
    private var customers: [Customer] = []
    private var timer = EventID.none
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
        sides: [Side], predicate: Predicate, policy: MatchPolicy = .greedy,
        departures: Departures = .ofWaiting, window: Range<SimTime>, seed: UInt64,
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
        self.departures = departures
        self.window = window
        gaps = sides.indices.map { stream(1, $0) }
        patience = sides.indices.map { stream(2, $0) }
        tallies = sides.map { _ in Tally() }
        waiting = sides.map { _ in TimeWeightedLevel() }
        do {
            let anybody = ExpansionStep(
                after: .zero, requiresLanguage: false, requiresInterest: false)
            matchmaker = Matchmaker(
                rules: try MatchRules(
                    expansion: [anybody], avoidRematch: false, tiers: .ignore, policy: policy))
        } catch {
            preconditionFailure("rules of one step are refused: \(error)")
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
        case .leaving(let customer): leave(customer, &engine)
        case .due: settle(&engine)
        }
        rearm(&engine)
    }

    /// Lets the matchmaker do what is due, and takes over whom it has paired.
    private mutating func settle(_ engine: inout Engine<Event>) {
        matchmaker.handleTimeout(at: engine.now, where: predicate)
        while let pairing = matchmaker.pollPairing() { takeOver(pairing, &engine) }
    }

    private mutating func rearm(_ engine: inout Engine<Event>) {
        guard let due = matchmaker.nextTimeout else {
            engine.cancel(timer)
            return
        }
        let time = max(due, engine.now)
        if !engine.reschedule(timer, at: time) { timer = engine.schedule(.due, at: time) }
    }

    private mutating func scheduleArrival(on side: Int, _ engine: inout Engine<Event>) {
        let gap = gaps[side].nextExponential(mean: 1 / sides[side].arrivalRate)
        engine.schedule(.arrival(side: side), after: SimDuration(seconds: gap))
    }

    private mutating func arrive(on side: Int, _ engine: inout Engine<Event>) {
        settle(&engine)
        let now = engine.now
        let number = customers.count
        // The last digit of a ticket's number is its side.
        let ticket = UInt32(number << 1 | side)
        var customer = Customer(
            side: side, created: now, isMeasured: window.contains(now), leaving: .none)
        if customer.isMeasured { unfinished += 1 }
        let stay = departures == .ofWaiting ? nil : patience(on: side)
        let decision = matchmaker.enqueue(
            Ticket(
                id: TicketID(ticket), session: SessionID(ticket), language: 0, interest: 0,
                tier: RiskTier(rawValue: 0),
                leaves: departures == .announced ? stay.map { now + $0 } : nil),
            at: now, where: predicate)
        waiting[side].add(1, at: now)
        switch decision {
        case .waiting:
            if let stay = stay ?? patience(on: side) {
                customer.leaving = engine.schedule(.leaving(customer: number), after: stay)
            }
            customers.append(customer)
        case .paired(let pairing):
            customers.append(customer)
            takeOver(pairing, &engine)
        case .refused(let reason): preconditionFailure("a ticket was refused: \(reason)")
        }
        noteEmptiness(at: now)
        scheduleArrival(on: side, &engine)
    }

    /// How long a customer would wait; nil for ever.
    private mutating func patience(on side: Int) -> SimDuration? {
        guard sides[side].patienceRate > 0 else { return nil }
        return SimDuration(
            seconds: patience[side].nextExponential(mean: 1 / sides[side].patienceRate))
    }

    private mutating func takeOver(_ pairing: Pairing, _ engine: inout Engine<Event>) {
        if pairing.ageInversion { inversions += 1 }
        for side in [pairing.first, pairing.second] {
            let number = Int(side.ticket.rawValue >> 1)
            waiting[customers[number].side].add(-1, at: engine.now)
            engine.cancel(customers[number].leaving)
            finish(number, isPaired: true, at: engine.now)
        }
        noteEmptiness(at: engine.now)
    }

    private mutating func leave(_ number: Int, _ engine: inout Engine<Event>) {
        let side = customers[number].side
        let ticket = TicketID(UInt32(number << 1 | side))
        precondition(matchmaker.isWaiting(ticket), "a customer left after being paired")
        settle(&engine)
        // Who was known to leave may have been paired at the last moment.
        guard matchmaker.cancel(ticket) else { return }
        waiting[side].add(-1, at: engine.now)
        finish(number, isPaired: false, at: engine.now)
        noteEmptiness(at: engine.now)
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
