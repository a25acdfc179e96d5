import Quantities

/// What two tickets must have in common; a pair obeys the union of what both demand.
public struct MatchConstraints: OptionSet, Hashable, Sendable, BitwiseCopyable {
    /// One bit per attribute.
    public let rawValue: UInt8

    /// The constraints whose bits are set.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The same language.
    @inlinable public static var sameLanguage: MatchConstraints { .init(rawValue: 1) }
    /// The same interest.
    @inlinable public static var sameInterest: MatchConstraints { .init(rawValue: 2) }
    /// The same risk tier.
    @inlinable public static var sameTier: MatchConstraints { .init(rawValue: 4) }
}

/// One rung of the expansion ladder: what a ticket demands from a certain age on.
public struct ExpansionStep: Hashable, Sendable {
    /// The age from which the step applies.
    public var after: SimDuration
    /// Whether the partner must speak the same language.
    public var requiresLanguage: Bool
    /// Whether the partner must share the interest.
    public var requiresInterest: Bool

    /// A step that applies from age `after` on.
    public init(after: SimDuration, requiresLanguage: Bool, requiresInterest: Bool) {
        self.after = after
        self.requiresLanguage = requiresLanguage
        self.requiresInterest = requiresInterest
    }
}

/// What risk tiers mean for matching.
public enum TierPolicy: Hashable, Sendable, BitwiseCopyable {
    /// Tiers are not looked at.
    case ignore
    /// A ticket demands its own tier until it has reached the last step of a ladder of several
    /// steps; then it takes anybody who takes it.
    ///
    /// A rare tier would otherwise wait for ever; because compatibility is mutual, only tickets
    /// that have both waited that long mix. A ladder of one step has no moment at which a ticket
    /// has waited long: there the tier is demanded throughout, since "from the first moment" would
    /// be the same as ``ignore``.
    case likeWithLike
    /// A ticket demands its own tier always.
    case separate
}

/// Whom to pair, and when.
///
/// Hard constraints are the same under all of them; ``MatchFunction`` says what each decides.
public enum MatchPolicy: Hashable, Sendable, BitwiseCopyable {
    /// At once, the oldest compatible ticket.
    case greedy
    /// At once, the oldest compatible ticket of the language in which the most tickets wait.
    ///
    /// Tickets of one language, interest and tier suit each other, so such a queue holds one ticket
    /// at most; the queues whose lengths differ are those of the languages.
    case longestQueue
    /// At every multiple of the interval, the oldest first.
    case batch(every: SimDuration)
    /// Not before one of the two has reached the critical age; from then on as greedy.
    ///
    /// Source: Akbarpour, Li, Oveis Gharan, "Thickness and information in dynamic matching markets",
    /// Journal of Political Economy 128, 2020, where a critical agent is one about to leave.
    case patient(criticalAge: SimDuration)
    /// Not before one of the two is about to leave: `notice` before the moment that its owner has
    /// announced. Who has announced nothing waits for somebody who has.
    ///
    /// Source: as ``patient(criticalAge:)``, where the planner knows who is critical; there the share
    /// lost falls exponentially with the number of those who suit each other.
    case patientUntilLeaving(notice: SimDuration)
    /// At every multiple of the interval, as many pairs as can be made, and of those matchings the
    /// one of the greatest weight; see ``PairWeight``.
    case blossom(every: SimDuration)

    /// The time between two decisions; nil if decisions fall at once.
    var interval: SimDuration? {
        switch self {
        case .batch(let interval), .blossom(let interval): interval
        case .greedy, .longestQueue, .patient, .patientUntilLeaving: nil
        }
    }
}

/// Why a set of rules is not accepted; positions count the steps from 0.
public enum MatchRulesError: Error, Hashable, Sendable {
    /// The ladder has no step.
    case noStep
    /// The ladder has more steps than ``MatchRules/maximumSteps``.
    case tooManySteps(count: Int)
    /// Step `index` begins before age 0 or after ``MatchRules/longestAfter``.
    case ageOutOfRange(index: Int)
    /// Step `index` does not begin later than the one before it.
    case notAscending(index: Int)
    /// A policy decides every nothing, or less often than every ``MatchRules/longestAfter``.
    case intervalOutOfRange
    /// The critical age is negative or above ``MatchRules/longestAfter``.
    case criticalAgeOutOfRange
    /// The notice is negative or above ``MatchRules/longestAfter``.
    case noticeOutOfRange
    /// The reservation is negative or above ``MatchRules/longestAfter``.
    case reservationOutOfRange
    /// Tickets expire no later than the first step begins, or after ``MatchRules/longestAfter``.
    case expiryOutOfRange
}

/// The rules of a matchmaker: hard constraints by a ticket's own age.
///
/// Before the age of the first step a ticket waits without being offered to anybody.
public struct MatchRules: Hashable, Sendable {
    /// Steps in a ladder: more than there are combinations of constraints would repeat one.
    public static var maximumSteps: Int { 8 }
    /// The latest age at which a step may begin; keeps every due time far from overflow.
    public static var longestAfter: SimDuration { .days(365) }

    /// The ladder, ascending by age.
    public let expansion: [ExpansionStep]
    /// Whether two sessions that remember each other as partners are kept apart.
    public let avoidRematch: Bool
    /// What tiers mean.
    public let tiers: TierPolicy
    /// Whom to pair, and when.
    public let policy: MatchPolicy
    /// How long a ticket that has come to demand less than the first step is kept for those who find nobody else;
    /// afterwards it is again in the order of age. Zero reserves nobody.
    public let reservation: SimDuration
    /// The age at which a ticket that still waits is given up; nil if never.
    public let expiry: SimDuration?

    /// Rules with the given ladder.
    ///
    /// - Throws: ``MatchRulesError`` when the ladder is empty, too long, out of range or does not
    ///   ascend, or when another time is out of range.
    public init(
        expansion: [ExpansionStep], avoidRematch: Bool, tiers: TierPolicy,
        policy: MatchPolicy = .greedy, reservation: SimDuration = .zero,
        expiry: SimDuration? = nil
    ) throws(MatchRulesError) {
        guard !expansion.isEmpty else { throw .noStep }
        guard expansion.count <= Self.maximumSteps else {
            throw .tooManySteps(count: expansion.count)
        }
        for (index, step) in expansion.enumerated() {
            guard step.after >= .zero, step.after <= Self.longestAfter else {
                throw .ageOutOfRange(index: index)
            }
            guard index == 0 || expansion[index - 1].after < step.after else {
                throw .notAscending(index: index)
            }
        }
        try Self.check(policy)
        guard reservation >= .zero, reservation <= Self.longestAfter else {
            throw .reservationOutOfRange
        }
        if let expiry {
            guard expiry > expansion[0].after, expiry <= Self.longestAfter else {
                throw .expiryOutOfRange
            }
        }
        self.expansion = expansion
        self.avoidRematch = avoidRematch
        self.tiers = tiers
        self.policy = policy
        self.reservation = reservation
        self.expiry = expiry
    }

    private static func check(_ policy: MatchPolicy) throws(MatchRulesError) {
        switch policy {
        case .greedy, .longestQueue: break
        case .batch(let interval), .blossom(let interval):
            guard interval > .zero, interval <= longestAfter else { throw .intervalOutOfRange }
        case .patient(let age):
            guard age >= .zero, age <= longestAfter else { throw .criticalAgeOutOfRange }
        case .patientUntilLeaving(let notice):
            guard notice >= .zero, notice <= longestAfter else { throw .noticeOutOfRange }
        }
    }

    /// The ages at which a ticket is reserved: from the first step that demands less than the first
    /// one, for ``reservation``; nil if there are none.
    var reservedAges: Range<SimDuration>? {
        let strictest = constraints(atStep: 0)
        guard reservation > .zero,
            let step = expansion.indices.first(where: {
                constraints(atStep: $0).isStrictSubset(of: strictest)
            })
        else { return nil }
        return expansion[step].after..<expansion[step].after + reservation
    }

    /// Whether a ticket that has reached `age` may be the reason for a pairing.
    func isCritical(atAge age: SimDuration) -> Bool {
        switch policy {
        case .patient(let criticalAge): age >= criticalAge
        case .patientUntilLeaving: false
        case .greedy, .longestQueue, .batch, .blossom: true
        }
    }

    /// When `ticket` becomes critical by its owner's announcement; nil if it never does.
    @inline(__always)
    func criticalTime(of ticket: Ticket) -> SimTime? {
        guard case .patientUntilLeaving(let notice) = policy, let leaves = ticket.leaves else {
            return nil
        }
        return leaves - min(notice, leaves.sinceStart)
    }

    /// The step that applies at `age`, or nil before the first.
    @inline(__always)
    public func step(atAge age: SimDuration) -> Int? {
        var index = expansion.count - 1
        while index >= 0, expansion[index].after > age { index -= 1 }
        return index < 0 ? nil : index
    }

    /// What a ticket on step `index` demands of its partner.
    @inline(__always)
    public func constraints(atStep index: Int) -> MatchConstraints {
        let step = expansion[index]
        var result: MatchConstraints = []
        if step.requiresLanguage { result.insert(.sameLanguage) }
        if step.requiresInterest { result.insert(.sameInterest) }
        if requiresTier(atStep: index) { result.insert(.sameTier) }
        return result
    }

    private func requiresTier(atStep index: Int) -> Bool {
        switch tiers {
        case .ignore: false
        case .likeWithLike: expansion.count == 1 || index < expansion.count - 1
        case .separate: true
        }
    }
}
