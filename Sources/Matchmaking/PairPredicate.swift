/// Which two tickets suit each other apart from what the rules say: plain data that is asked about
/// every ticket that the rules would allow.
///
/// The platform has none. A queue with a closed form has one, such as two sides of which each
/// suits only the other, or a chance for each two tickets.
public protocol PairPredicate: BitwiseCopyable, Sendable {
    /// Whether the two suit each other: the same answer each time and either way round.
    func allows(_ one: TicketID, _ other: TicketID) -> Bool
}

/// All pairs: the rules alone decide.
struct EveryPair: PairPredicate {
    @inline(__always)
    func allows(_ one: TicketID, _ other: TicketID) -> Bool { true }
}
