import ScenarioModel

/// The scenario format: every key, its shape, its default and what it means.
enum Format {
    /// Largest rates, times and counts, so that no scenario outgrows 64-bit nanoseconds or a
    /// machine's patience by a slip of the pen.
    static let longest = 365.0 * 86400
    static let highestRate = 1e6

    static let time = Shape.quantity(.duration, .from(0, to: longest))
    static let positiveTime = Shape.quantity(.duration, .above(0, to: longest))
    static let rate = Shape.quantity(.rate, .from(0, to: highestRate))
    static let positiveRate = Shape.quantity(.rate, .above(0, to: highestRate))
    static let share = Shape.quantity(.share, .share)
    static let shapeParameter = Shape.number(.above(0, to: 1000))

    /// The file as a whole.
    static let root = Shape.object([
        Key("title", .text(limit: 200), "Untitled", "What the run is called."),
        Key(
            "question", .text(limit: 1000), "\"\"",
            "What the reader wants to know; the summary answers it in a sentence."),
        Key("general", .object(general), "{}", "Seed, length and number of the runs."),
        Key(
            "arrivals", .exactlyOne(arrivals), "{rate: 5 /s}",
            "People opening the app. After them, `requeue` brings peers back."),
        Key(
            "population", .list(.object(persona), 1...64, sharesOf: "share"),
            "[{persona: talker, share: 100 %}]", "The kinds of people; shares sum to 1."),
        Key(
            "access", .named(.object(access), limit: 64), "{}",
            "Access networks by name. `fixed`, `mobile` and `enterprise` are built in; what is "
                + "given here replaces single keys of them or adds networks, which take what they "
                + "leave out from `fixed`."),
        Key("regions", .object(regions), "{}", "The delay between regions."),
        Key("matchmaking", .object(matchmaking), "{}", "Who is paired with whom, and when."),
        Key("risk", .object(risk), "{}", "Whether and how long reports count."),
        Key(
            "signaling", .object(signaling), "{}",
            "The service that carries offers, answers and candidates."),
        Key("ice", .object(ice), "{}", "How direct paths are sought."),
        Key("relay", .object(relay), "{}", "The relay servers."),
        Key(
            "privacy", .object(privacy), "{}",
            "What the platform keeps, and how it is deleted. Lifetimes are `risk.retention`, "
                + "`signaling.retention` and `relay.log_retention`."),
        Key(
            "faults", .list(.object(fault, oneOf: faultKinds), 0...64), "[]",
            "What breaks during the run, such as "
                + "`{crash: {relay: eu/0}, at: 30 min, for: 5 min}`; each with one of "
                + "\(faultNames). All but `crash` and `drain` befall the platform's stores, and "
                + "need `privacy.stores`."),
        Key(
            "media", .object(media), "{}",
            "What is spoken over, and in how much detail it is simulated."),
        Key(
            "thresholds", .thresholds, "{}",
            "Targets such as `match.latency.p95: <= 5 s`. A distribution has the statistics mean, "
                + "min, p50, p90, p95, p99, p999, max and count, a level time_mean and peak, a "
                + "survival p50, p90 and count; "
                + "counts and ratios stand alone. A limit that begins with `>` is quoted."),
        Key("sweep", .emptyMap, "{}", "Lists of values to run in turn; has to be empty as yet."),
        Key("experimental", .emptyMap, "{}", "Keys without a promise; has to be empty."),
    ])

    static let general = [
        Key(
            "seed", .integer(0...UInt64.max), "1",
            "All randomness descends from it; equal seeds give equal runs."),
        Key(
            "warm_up", time, .derived("a tenth of `stop_time`"),
            "Simulated first and not measured."),
        Key(
            "stop_time", positiveTime, "10 min",
            "Simulated end; the measured time is `stop_time` less `warm_up`."),
        Key(
            "replications", .integer(1...10_000), "5",
            "Independent runs; replication r draws from the streams (seed, r)."),
        Key(
            "series_step", positiveTime,
            .derived(
                "10 s; a tenth of the measured time where that is less, and in runs of weeks a "
                    + "hundred-thousandth of `stop_time`"),
            "Distance of two rows of the time series."),
    ]

    static let risk = [
        Key("enabled", .boolean, "true", "Whether reports lead to tiers at all."),
        Key(
            "dry_run", .boolean, "false",
            "Whether tiers are worked out and measured, and nobody is matched by them."),
        Key(
            "retention", .quantity(.duration, .above(0, to: 30 * 86400)), "30 d",
            "How long a report is kept, and what it adds to a score."),
        Key(
            "key_epoch", .quantity(.duration, .from(3600, to: 30 * 86400)), "7 d",
            "How long a key of device identifiers is the current one. The identifier and the score "
                + "of a device are forgotten when it has stayed away for two epochs."),
        Key(
            "safeguards", .list(.choice(safeguards), 0...3), "[bursts, reporters, look_alikes]",
            "What makes some reports weigh less than others."),
    ]

    private static let safeguards = [
        Choice(
            name: "bursts", text: "the reports of any one minute weigh as two reporters at most"),
        Choice(
            name: "reporters",
            text:
                "a reporter's k-th report against another device weighs 3/k at most, and half for "
                + "each tier of the reporter"),
        Choice(
            name: "look_alikes",
            text:
                "a report adds 1 ÷ (1 + devices expected to look like the reported one) to the rate"
        ),
    ]

    static let signaling = [
        Key(
            "latency", .distribution, "{gamma: {mean: 30 ms, shape: 4}}",
            "Time from a message's sending to its arrival at the other peer."),
        Key(
            "disconnect", rate, "0 /s",
            "How often a peer's connection to the service is lost, while it is up."),
        Key(
            "reconnect", .distribution, "{exponential: {mean: 1 s}}",
            "How long it then takes until another stands; what was missed is sent again."),
        Key(
            "retention", .quantity(.duration, .above(0, to: 86400)), "24 h",
            "How long messages are kept. What a peer missed and is older is not sent again."),
    ]

    static let regions = [
        Key(
            "delay", .list(.tuple([.name, .name, time]), 0...2080), "[]",
            "One-way backbone delay between two regions, as `[eu, us, 45 ms]`, both ways alike; "
                + "`[eu, eu, 5 ms]` is the delay inside one, 7 ms where none is given. Without "
                + "regions everything is in one called `default`.")
    ]
}
