import KnowledgeLedger

extension ProcessorList {
    /// The list that the platform publishes.
    public static let published = ProcessorList(
        matchmaking + risk + signaling + relays + edge + onCall)

    private static let matchmaking: [ProcessingEntry] = [
        .init(
            .matchmaker, .interest, "to pair people who want to talk about the same", .whileServing),
        .init(.matchmaker, .language, "to pair people who understand each other", .whileServing),
        .init(.matchmaker, .tier, "to keep those apart who harm others", .whileServing),
        .init(.matchmaker, .partner, "not to pair the same two again in a session", .whileServing),
        .init(.matchmaker, .when, "to pair whoever has waited longest", .whileServing),
    ]

    private static let risk: [ProcessingEntry] = [
        .init(
            .riskScorer, .deviceSignals, "to know a device again without an account", .whileServing),
        .init(
            .riskScorer, .deviceIdentifier, "to find the reports against a device",
            .recorded(.reports)),
        .init(.riskScorer, .tier, "to tell the matchmaker", .whileServing),
        .init(.riskScorer, .report, "to keep those apart who harm others", .recorded(.reports)),
        .init(.riskScorer, .when, "to let reports weigh less with time", .recorded(.reports)),
        .init(
            .riskScorer, .howLong,
            "to weigh reports against the time talked; in quarters of half a minute, of calls that were reported and later ones of reported devices",
            .recorded(.reports)),
        .init(
            .riskScorer, .partner,
            "to give each of two a right to report the other, and to count who reports again once",
            .recorded(.reports)),
    ]

    private static let signaling: [ProcessingEntry] =
        [
            (.message, "to set calls up, and again when a connection was lost"),
            (
                .privateAddress,
                "candidates of browsers that do not hide it: to connect two directly"
            ),
            (.publicAddress, "candidates: to connect two directly"),
            (.reflexiveCandidate, "candidates: to connect two directly"),
            (.userFragment, "descriptions: to tell checks of this call from others"),
            (.partner, "to hand messages to the other side"),
            (.when, "to send again what was missed, and to look into faults"),
        ].map { .init(.signalingProcessor, $0, $1, .recorded(.signaling)) } + [
            .init(
                .signalingProcessor, .howLong,
                "to serve a call until it is over; written down nowhere",
                .whileServing)
        ]

    private static let relays: [ProcessingEntry] =
        [
            (.privateAddress, "permissions for candidates of browsers that do not hide it"),
            (.publicAddress, "to forward to it, and to find who abuses relays"),
            (.allocation, "to forward, and to find who abuses relays"),
            (.partner, "permissions: to forward only from whom the person expects"),
            (.when, "to find who abuses relays"),
            (.howLong, "to find who abuses relays"),
        ].map { .init(.relayProcessor, $0, $1, .recorded(.relayLog)) } + [
            .init(.relayProcessor, .ciphertext, "to forward it", .whileServing),
            .init(.relayProcessor, .userFragment, "in checks: to forward them", .whileServing),
        ]

    private static let edge: [ProcessingEntry] = [
        (.publicAddress, "to keep floods from the service"),
        (.when, "to keep floods from the service"),
        (.traffic, "to keep floods from the service"),
        (.howLong, "to carry a connection until it ends"),
    ].map { .init(.edgeProvider, $0, $1, .unknown) }

    private static let onCall: [ProcessingEntry] =
        onCall(
            // What messages say, or that there are some.
            [
                .message, .privateAddress, .publicAddress, .reflexiveCandidate, .userFragment,
                .partner, .when,
            ], .whileServingOrHeld)
        + onCall([.allocation, .howLong, .ciphertext], .whileServing)

    private static func onCall(
        _ items: [Item], _ keeping: ProcessingEntry.Keeping
    ) -> [ProcessingEntry] {
        items.map {
            .init(
                .infrastructureOnCall, $0, "what a service holds while it works: to mend it",
                keeping)
        }
    }
}
