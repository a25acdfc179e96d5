import ScenarioModel

extension Format {
    static let matchmaking = [
        Key("policy", .choice(policies), "greedy", "How partners are chosen."),
        Key(
            "interval", time, .derived("1 s with `batch` and `blossom`, else 0 s"),
            "How often `batch` and `blossom` pair, above 0 s; 0 s with the others."),
        Key(
            "patience_risk", .quantity(.share, .from(0, to: 0.99)), "1 %",
            "The share of tickets that `patient` may lose by waiting: it pairs nobody before one "
                + "of the two is at the age by which so many would have left."),
        Key(
            "departures", .choice(departures), "unknown",
            "What `patient` knows of when each owner would leave."),
        Key(
            "reservation", time, "0 s",
            "How long a ticket that has come to demand less than at first is kept for those who "
                + "find nobody else; then it is again in the order of age."),
        Key(
            "expiry", positiveTime, .derived("tickets do not expire"),
            "The age at which the service gives a ticket up; its owner leaves."),
        Key(
            "starvation", positiveTime, "60 s",
            "The wait from which a ticket counts in `match.starved`."),
        Key(
            "expansion", .list(.object(expansion), 1...8),
            .value(
                "[{after: 0 s, require: [language, interest]}, "
                    + "{after: 5 s, require: [language]}, {after: 20 s, require: []}]"),
            "Hard constraints by the ticket's own age, ascending."),
        Key(
            "avoid_rematch", .boolean, "true",
            "Whether a session is kept from meeting the same partner again."),
        Key("tiers", .choice(tiers), "like_with_like", "What risk tiers do to pairing."),
        Key(
            "crossed_groups", .boolean, "false",
            "Whether the figures of matching are also given by language, interest, tier, persona "
                + "and access together; there may be 1024 such cells."),
    ]

    private static let departures = [
        Choice(name: "unknown", text: "how long people wait in general: `patience_risk`"),
        Choice(
            name: "announced",
            text: "when each will leave, as if they said so: it pairs them just before, and "
                + "`patience_risk` is not looked at"),
    ]

    private static let policies = [
        Choice(name: "greedy", text: "at once, the oldest compatible ticket"),
        Choice(name: "batch", text: "all that wait, every `interval`, the oldest first"),
        Choice(name: "patient", text: "as late as patience allows, by `patience_risk`"),
        Choice(
            name: "longest_queue",
            text: "at once, from the language in which the most tickets wait"),
        Choice(
            name: "blossom",
            text: "as many pairs as possible, every `interval`, of the greatest weight: waits, "
                + "and what the two share"),
    ]

    private static let tiers = [
        Choice(name: "ignore", text: "nothing"),
        Choice(
            name: "like_with_like",
            text: "the own tier only, until the last step of `expansion`, then any; with a single "
                + "step the own tier only"),
        Choice(name: "separate", text: "the own tier only"),
    ]

    private static let constraints = [
        Choice(name: "language", text: "the same language"),
        Choice(name: "interest", text: "the same interest"),
    ]

    private static let expansion = [
        Key(
            "after", time, .required,
            "The age from which this holds; nobody is paired before the first."),
        Key(
            "require", .list(.choice(constraints), 0...2), .required,
            "What the partner must have in common."),
    ]

    static let ice = [
        Key(
            "policy",
            .choice([
                Choice(name: "all", text: "any path"),
                Choice(name: "relay", text: "relayed paths only"),
                Choice(
                    name: "relay_for_strangers",
                    text: "relayed paths until two have stayed in their call for `stranger_time`"),
            ]), "all",
            "Which paths may be used. Over relays alone nobody learns the other's address, and each "
                + "side has an allocation."),
        Key(
            "stranger_time", time, "30 s",
            "How long two stay in a call until both permit direct paths, with `policy: "
                + "relay_for_strangers`; an ICE restart moves the call then."),
        Key(
            "timing",
            .choice([
                Choice(name: "browser", text: "Chrome's; DTLS retransmits first after 50 ms"),
                Choice(name: "rfc", text: "RFC 8445's; DTLS retransmits first after 1 s"),
            ]), "browser", "Whose constants the agents follow."),
        Key(
            "setup",
            .choice([
                Choice(name: "packets", text: "agents, STUN and NATs byte by byte"),
                Choice(name: "modelled", text: "a rule table and a timing formula"),
            ]), "packets", "Whether calls are set up packet by packet."),
        Key(
            "relay_gathering",
            .choice([
                Choice(name: "both", text: "both sides, as browsers do"),
                Choice(name: "single", text: "the offerer, or the side whose UDP is blocked"),
            ]), "both",
            "Who allocates on a relay; both sides where `policy` allows no other path."),
        Key(
            "relay_families",
            .choice([
                Choice(name: "ipv4", text: "IPv4, all that browsers ask for"),
                Choice(name: "both", text: "IPv4 and IPv6, of one allocation"),
            ]), "ipv4",
            "In which families relays are asked for addresses. Relays have IPv6 as soon as a "
                + "network's `ipv6` is above 0; without that `both` changes nothing."),
    ]

    static let relay = [
        Key(
            "regions", .named(.object(relayRegion), limit: 64),
            .derived("one server in each region that peers live in"),
            "How many servers stand where."),
        Key(
            "ports", .integer(1...16384), "16384",
            "Allocations per server; RFC 8656 leaves 49152–65535."),
        Key(
            "bandwidth", .quantity(.bitrate, .above(0, to: 1e12)), "1 Gbit/s",
            "What a server can send."),
        Key(
            "packet_rate", .quantity(.rate, .above(0, to: 1e9)), "250000 /s",
            "Packets that a server can forward."),
        Key(
            "health_check", time, "5 s",
            "How long a crashed server is still given to new calls."),
        Key(
            "log_retention", .quantity(.duration, .from(0, to: 7 * 86400)), "7 d",
            "How long an entry of the relay log is kept: addresses and times. With 0 s relays write nothing down."
        ),
        Key(
            "price", .quantity(.price, .from(0, to: 1000)), "0.05 /GB",
            "Price of 10^9 bytes of what `billing` counts, from the IP header on, in your currency."
        ),
        Key(
            "billing",
            .choice([
                Choice(name: "sent", text: "all that servers send, to clients and to peers"),
                Choice(name: "to_clients", text: "what servers send to their clients"),
                Choice(name: "clients_both_ways", text: "what clients receive and send"),
            ]), "sent", "Which bytes are paid for."),
    ]

    static let privacy = [
        Key(
            "stores", .boolean, "false",
            "Whether the run keeps what the platform would keep: reports, signalling messages, the "
                + "relay log and counts of calls. With `ice.setup: modelled` messages and log are those "
                + "that the set-up means. Changes nobody's fate."
        ),
        Key(
            "sweep_interval", .quantity(.duration, .from(1, to: 86400)), "10 min",
            "How often it is looked for what has lapsed: nothing is kept longer than its lifetime "
                + "and this."),
        Key(
            "backup_interval", .quantity(.duration, .from(60, to: longest)),
            .derived("no backups"), "How often a backup is taken."),
        Key(
            "backup_retention", .quantity(.duration, .above(0, to: 30 * 86400)), "7 d",
            "How long a backup is kept. It holds only what may be kept as long as itself, so with "
                + "7 d neither messages nor relay log."),
        Key(
            "visit_names",
            .choice([
                Choice(
                    name: "lasting",
                    text: "a number that counts the person's visits, and the same user name"),
                Choice(name: "fresh", text: "drawn anew for each visit"),
            ]), "lasting",
            "What visits are called in session descriptions (the `o=` line) and at relays. `lasting` "
                + "lets these services link the visits of a person while the app is open."),
        Key(
            "notice", .object(notice), .derived("the list does not change"),
            "That the published list of processors changes during the run: whoever has seen the "
                + "older one is told when a call's connection to the signalling service is next "
                + "made, or made anew. Needs `ice.setup: packets`; changes nobody's fate."),
    ]

    private static let notice = [
        Key("at", time, .required, "When the list changes, from the start of the run.")
    ]

    static let fault = [
        Key(
            "crash", .object(faultyRelay), .derived("nothing crashes"),
            "A relay server that is gone with all it knew. Calls over it are silent until they "
                + "have found another way by an ICE restart."),
        Key(
            "drain", .object(faultyRelay), .derived("nothing is drained"),
            "A relay server that keeps its calls and is given no new ones."),
        Key(
            "crash_sweep", .object(crashedSweep), .derived("no sweep crashes"),
            "The first sweep of the stores from then on breaks off, and the service with it; it "
                + "starts again at once and sweeps."),
        Key(
            "skew_clock", .exactlyOne(clockSkew), .derived("the clock is right"),
            "The clock of the service that stamps and deletes records is wrong for a time."),
        Key(
            "restart_stores", .emptyMap, .derived("nothing starts again"),
            "The service that keeps the stores stops and starts again at once, without its timers."),
        Key(
            "restore_backup", .emptyMap, .derived("nothing is restored"),
            "The stores are lost, and start again from the latest backup that has not been "
                + "destroyed; without one they stay as they are. Needs `privacy.backup_interval`."),
        Key(
            "import_reports", .object(importedReports), .derived("nothing is imported"),
            "Reports against devices that never came are taken over from elsewhere."),
        Key("at", time, .required, "When it begins, from the start of the run."),
        Key(
            "for", positiveTime, .derived("what happens at once does not last"),
            "How long it lasts; needed with `crash`, `drain` and `skew_clock`, not accepted with "
                + "the others."),
    ]

    /// What can break, as a fault's key.
    static let faultKinds =
        Fault.Kind.allCases.map(\.rawValue) + StoreFault.Kind.allCases.map(\.rawValue)

    static let faultNames = faultKinds.map { "`\($0)`" }.joined(separator: ", ")

    /// Those of them that do not last.
    static let instantaneousFaults = StoreFault.Kind.allCases.filter { $0 != .skewClock }
        .map(\.rawValue)

    static let crashedSweep = [
        Key(
            "after", .integer(0...1 << 24), "0", "How many records it deletes before.")
    ]

    static let clockSkew = [
        Key("ahead", positiveTime, .required, "By how much it is ahead."),
        Key("behind", positiveTime, .required, "By how much it is behind."),
    ]

    static let importedReports = [
        Key("count", .integer(1...100_000), .required, "How many."),
        Key(
            "age", time, .required,
            "How long ago they were filed; what has lapsed already is not taken over."),
    ]

    static let faultyRelay = [
        Key(
            "relay", .text(limit: 100), .required,
            "The server: its region, a slash, its number there from 0, such as `eu/0`.")
    ]

    static let relayRegion = [
        Key("servers", .integer(1...1000), "1", "How many servers stand there.")
    ]
}
