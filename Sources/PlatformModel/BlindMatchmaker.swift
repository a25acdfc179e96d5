import Matchmaking
import Quantities

/// A second matchmaker beside the platform's, in a run that is audited, which decides anew what that one decides.
///
/// It is told interest, language, tier and, where departures are announced, when somebody leaves: what sessions may tell a
/// matchmaker, read from where they begin, and not from the tickets that the platform makes. Persons and tickets have other
/// numbers for it. So two logs of decisions that are equal to the bit show that nothing else had a part in them: neither
/// who somebody is, nor where, on which network or with which device.
struct BlindMatchmaker {
    private var matchmaker: Matchmaker
    /// Its pairings that the platform has not told of yet, from ``next`` on.
    private var decided: [Pairing] = []
    private var next = 0
    /// Decisions that were held against each other.
    private(set) var compared = 0
    /// Whether all have been equal so far; after the first that is not, the two go ways of their own.
    private var agrees = true

    /// Whether it has decided just what the platform's matchmaker has, now that neither has anything left to tell.
    var isAlike: Bool { agrees && next == decided.count }

    /// Turns numbers into others, each into one of its own, and back.
    private static let mask: UInt32 = 0x2aaa_aaaa

    init(rules: MatchRules) { matchmaker = Matchmaker(rules: rules) }

    private static func hidden(_ ticket: TicketID) -> TicketID {
        TicketID(ticket.rawValue ^ mask)
    }

    private static func hidden(_ session: SessionID) -> SessionID {
        SessionID(session.rawValue ^ mask)
    }

    /// A ticket comes, which is as `ticket` says.
    mutating func enqueue(_ ticket: Ticket, at now: SimTime) {
        guard agrees else { return }
        var ticket = ticket
        ticket.id = Self.hidden(ticket.id)
        ticket.session = Self.hidden(ticket.session)
        let decision = matchmaker.enqueue(ticket, at: now)
        take()
        if case .paired(let pairing) = decision { decided.append(pairing) }
    }

    /// A ticket is taken back.
    mutating func cancel(_ ticket: TicketID) {
        guard agrees else { return }
        if !matchmaker.cancel(Self.hidden(ticket)) { agrees = false }
    }

    /// A session ends.
    mutating func endSession(_ session: SessionID) {
        guard agrees else { return }
        matchmaker.endSession(Self.hidden(session))
    }

    /// What is due by `now` happens.
    mutating func handleTimeout(at now: SimTime) {
        guard agrees else { return }
        matchmaker.handleTimeout(at: now)
        take()
    }

    private mutating func take() {
        while let pairing = matchmaker.pollPairing() { decided.append(pairing) }
        while matchmaker.pollExpired() != nil { compared += 1 }
    }

    /// The platform's matchmaker has decided so: whether this one has, too, at the same time and for the same reasons.
    mutating func confirm(_ pairing: Pairing) -> Bool {
        guard agrees else { return true }
        compared += 1
        guard next < decided.count else {
            agrees = false
            return false
        }
        var own = decided[next]
        next += 1
        if next == decided.count {
            decided.removeAll(keepingCapacity: true)
            next = 0
        }
        own.first.ticket = Self.hidden(own.first.ticket)
        own.first.session = Self.hidden(own.first.session)
        own.second.ticket = Self.hidden(own.second.ticket)
        own.second.session = Self.hidden(own.second.session)
        own.passedOver = own.passedOver.map(Self.hidden)
        agrees = own == pairing
        return agrees
    }
}
