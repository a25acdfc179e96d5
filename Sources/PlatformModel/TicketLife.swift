import Matchmaking
import Measurement
import Quantities

/// What became of a ticket, as an onlooker sees it who knows everything.
public struct TicketLife: Hashable, Sendable, BitwiseCopyable {
    /// How a ticket ends.
    public enum End: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// It still waits when the run ends.
        case waiting
        /// It was paired.
        case paired
        /// Its owner lost patience.
        case abandoned
        /// The service gave it up.
        case expired
    }

    /// Its number in the order of creation, from 0.
    public var number: UInt32
    /// The peer's number in the order of arrival.
    public var peer: UInt32
    /// How many tickets the peer had before.
    public var visit: UInt16
    /// Index into the scenario's languages.
    public var language: UInt16
    /// Index into the scenario's interests.
    public var interest: UInt16
    /// Index into the scenario's population.
    public var persona: UInt16
    /// Index into the scenario's access networks.
    public var access: UInt16
    /// The tier when it was created.
    public var tier: RiskTier
    /// Whether it was created inside the measured window.
    public var isMeasured: Bool
    /// When it was created.
    public var created: SimTime
    /// How long its owner would wait at most.
    public var patience: SimDuration
    /// How it ended.
    public var end = End.waiting
    /// When it ended; the distant future if it still waits.
    public var ended = SimTime.distantFuture
    /// The partner's number; all ones without one.
    public var partner = UInt32.max
    /// The step of the expansion on which it was paired.
    public var step: UInt8 = 0
    /// What made the pairing possible; meaningless without one.
    public var cause = Pairing.Cause.arrival
    /// Whether a younger ticket was given a partner that this one could have had.
    public var wasPassedOver = false

    /// How long it waited; nil if it still waits.
    public var wait: SimDuration? { end == .waiting ? nil : ended - created }

    /// As the matchmaker's rules look at it, with the moment its owner would leave.
    public var past: PastTicket {
        PastTicket(
            language: language, interest: interest, tier: tier, created: created,
            leaves: created + patience)
    }
}

extension TicketLife {
    /// The groups that it belongs to.
    var labels: Labels {
        Labels(
            language: language, interest: interest, persona: persona, access: access,
            tier: UInt16(tier.rawValue))
    }

    init(
        _ record: Platform.TicketRecord, peer: UInt32, visit: UInt16,
        _ attributes: Peer.Attributes, patience: SimDuration
    ) {
        self.init(
            number: record.serial, peer: peer, visit: visit, language: attributes.language,
            interest: attributes.interest, persona: attributes.persona,
            access: attributes.access, tier: record.tier, isMeasured: record.isMeasured,
            created: record.createdAt, patience: patience)
    }
}

/// The lives of tickets, all of them or as many as hindsight looks at.
struct TicketLog {
    /// Tickets that hindsight looks at, the first measured ones of a replication: their best
    /// matching takes some hundredths of a second, and its share hardly moves with more.
    static let hindsightLimit = 1024

    private let keepsAll: Bool
    private(set) var tickets: [TicketLife] = []

    init(keepsAll: Bool) { self.keepsAll = keepsAll }

    mutating func add(_ life: TicketLife) {
        guard keepsAll || life.isMeasured && tickets.count < Self.hindsightLimit else { return }
        tickets.append(life)
    }

    private func place(of number: UInt32) -> Int? {
        guard let first = tickets.first?.number, number >= first else { return nil }
        let place = Int(number - first)
        return place < tickets.count ? place : nil
    }

    mutating func end(
        _ number: UInt32, _ end: TicketLife.End, at now: SimTime, wasPassedOver: Bool
    ) {
        guard let place = place(of: number) else { return }
        tickets[place].end = end
        tickets[place].ended = now
        tickets[place].wasPassedOver = wasPassedOver
    }

    mutating func pair(
        _ ticket: Platform.TicketRecord, with partner: UInt32, _ side: Pairing.Side,
        _ pairing: Pairing, at now: SimTime
    ) {
        guard let place = place(of: ticket.serial) else { return }
        end(ticket.serial, .paired, at: now, wasPassedOver: ticket.wasPassedOver)
        tickets[place].partner = partner
        tickets[place].step = side.step
        tickets[place].cause = pairing.cause
    }

    /// What hindsight looks at: the first measured tickets that ended and whose partners, if they
    /// had any, are among them.
    var hindsightSample: [TicketLife] {
        let sample = tickets.filter(\.isMeasured).prefix(Self.hindsightLimit)
        guard let first = sample.first?.number, let last = sample.last?.number else { return [] }
        return sample.filter {
            switch $0.end {
            case .paired: (first...last).contains($0.partner)
            case .abandoned, .expired: true
            case .waiting: false
            }
        }
    }
}
