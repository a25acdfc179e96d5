import Matchmaking
import Quantities

/// A matchmaker under the tickets of a ``TicketSource``.
///
/// A class, because rounds go on from where the last one ended.
final class TicketWork {
    private var queue: DrivenQueue
    /// The fewest and the most that waited, looked at now and then in rounds.
    private(set) var waiting: ClosedRange<Int>?

    /// A queue in which as many tickets wait as will; nobody waits yet.
    init(waiting: Int?) { queue = DrivenQueue(TicketSource(waiting: waiting)) }

    /// What has happened since the queue was empty.
    var tally: TicketTally { queue.tally }

    /// Tickets that wait.
    var waitingCount: Int { queue.matchmaker.waitingCount }

    /// Memory of what is kept of the tickets that wait and their sessions, by the matchmaker's own
    /// account, B.
    var byteCount: Int { queue.matchmaker.ticketByteCount + queue.matchmaker.sessionByteCount }

    /// Fills the queue and lets it go on for as long again, so that places are used again.
    func warmUp() { queue.go(2 * queue.source.held + 4096) }

    /// Lets `arrivals` tickets come.
    func go(_ arrivals: Int) { queue.go(arrivals) }

    /// Lets `arrivals` tickets come; the CPU time of an event, ns. What is drawn is no part of it.
    func round(_ arrivals: Int) -> Double {
        let before = tally
        var time = 0.0
        var rest = arrivals
        while rest > 0 {
            let count = min(rest, DrivenQueue.drawnAhead)
            queue.draw(count)
            let start = ThreadClock.nanoseconds
            queue.goOn()
            time += ThreadClock.nanoseconds - start
            rest -= count
            let now = queue.matchmaker.waitingCount
            waiting = min(waiting?.lowerBound ?? now, now)...max(waiting?.upperBound ?? now, now)
        }
        return time / Double(tally.events(since: before))
    }
}

/// The matchmaker with those who come and the calls that it brings about.
private struct DrivenQueue {
    /// Sessions whose call lasts: that of whoever was paired ends when as many more were.
    private static let sessionsInCalls = 1024
    /// Tickets drawn between two looks at the clock: few enough to stay in the first cache, many
    /// enough that the looks cost nothing. The rivals draw as many.
    static let drawnAhead = 512

    private(set) var source: TicketSource
    private(set) var matchmaker: Matchmaker
    private var decisions = TicketTally()
    /// The sessions in calls, in a ring.
    private var inCalls: [SessionID?]
    private var place = 0
    private var drawn: [TicketSource.Step] = []

    init(_ source: TicketSource) {
        self.source = source
        matchmaker = Matchmaker(rules: source.rules)
        inCalls = Array(repeating: nil, count: Self.sessionsInCalls)
    }

    var tally: TicketTally {
        let ledger = matchmaker.ledger
        return TicketTally(
            arrivals: ledger.taken, matches: ledger.paired / 2, cancels: ledger.cancelled,
            steps: ledger.expanded, digest: decisions.digest)
    }

    mutating func go(_ arrivals: Int) {
        var rest = arrivals
        while rest > 0 {
            draw(min(rest, Self.drawnAhead))
            rest -= drawn.count
            goOn()
        }
    }

    /// Draws who comes next.
    mutating func draw(_ arrivals: Int) {
        drawn.removeAll(keepingCapacity: true)
        for _ in 0..<arrivals { drawn.append(source.next()) }
    }

    /// Lets those come who have been drawn.
    mutating func goOn() {
        for step in drawn {
            let now = TicketSource.time(of: step.ticket.id)
            matchmaker.handleTimeout(at: now)
            while let pairing = matchmaker.pollPairing() { take(pairing) }
            if case .paired(let pairing) = matchmaker.enqueue(step.ticket, at: now) {
                take(pairing)
            }
            if let leaving = step.leaving, matchmaker.cancel(leaving) {
                decisions.note(leaving, leaving)
            }
        }
    }

    private mutating func take(_ pairing: Pairing) {
        decisions.note(pairing.first.ticket, pairing.second.ticket)
        call(pairing.first.session)
        call(pairing.second.session)
    }

    /// A session goes into a call, and the one whose call is the oldest ends.
    private mutating func call(_ session: SessionID) {
        if let ended = inCalls[place] { matchmaker.endSession(ended) }
        inCalls[place] = session
        place = place + 1 == Self.sessionsInCalls ? 0 : place + 1
    }
}
