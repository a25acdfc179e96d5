import ScenarioModel

extension Format {
    /// Exactly one of these says how people open the app.
    static let arrivals = [
        Key("rate", positiveRate, .required, "A Poisson process of constant rate."),
        Key(
            "profile", .object(profile), .required,
            "A Poisson process whose rate goes through the points, constant before the first and "
                + "after the last."),
        Key(
            "diurnal", .object(diurnal), .required,
            "A Poisson process whose rate is one cosine a day."),
        Key(
            "flash_crowd", .object(flashCrowd), .required,
            "A Poisson process that rises linearly to `factor` times its rate and falls back "
                + "exponentially. The peak is at most \(Decimal.text(highestRate)) /s."),
        Key(
            "hawkes", .object(hawkes), .required,
            "A process in which each arrival brings others: kernel branching/decay·exp(−t/decay). "
                + "Nobody has come before the run."),
        Key(
            "trace", .fileName, .required,
            "Arrivals at the times of a file beside the scenario, the same in every replication: "
                + "one time a line, ascending, the same time as often as people come at it. Those "
                + "at `stop_time` or later are left out, with a warning. \(fileOfTimes)"),
    ]

    private static let profile = [
        Key(
            "interpolation",
            .choice([
                Choice(name: "linear", text: "in a straight line from point to point"),
                Choice(name: "step", text: "in a jump at each point"),
            ]), "linear", "How the rate goes from point to point."),
        Key(
            "points", .list(.tuple([time, rate]), 1...5000), .required,
            "Times, ascending, and rates, as `[[0 min, 5 /s], [30 min, 40 /s]]`."),
    ]

    /// What files of times look like, for the reference.
    static let fileOfTimes =
        "Times are in seconds (`12.5`) or with a unit (`800 ms`). The first line may be a heading: "
        + "`time`, or `time (ms)` where times without a unit are in another one than seconds. Empty "
        + "lines and lines that begin with `#` are skipped. At most \(TimeFile.countLimit) times and "
        + "\(TimeFile.sizeLimit >> 20) MiB."

    private static let timeOfDay = Shape.quantity(.duration, .from(0, below: 86400))

    private static let diurnal = [
        Key("mean", positiveRate, .required, "Mean rate over a day."),
        Key("amplitude", share, .required, "Height of the peak above the mean, as part of it."),
        Key("peak_at", timeOfDay, .required, "Time of day of the peak."),
        Key("start", timeOfDay, "0 h", "Time of day at which the run begins."),
    ]

    private static let flashCrowd = [
        Key("base", positiveRate, .required, "Rate before."),
        Key(
            "factor", .number(.from(1, to: 1000)), .required,
            "How many times the base rate the peak is."),
        Key("at", time, .required, "When the rise begins."),
        Key("rise", positiveTime, .required, "How long the rise takes."),
        Key("decay", positiveTime, .required, "Time constant of the fall."),
    ]

    private static let hawkes = [
        Key("base", positiveRate, .required, "Rate without the arrivals that others bring."),
        Key(
            "branching", .quantity(.share, .from(0, below: 1)), .required,
            "How many others each arrival brings on average."),
        Key("decay", positiveTime, .required, "Time constant of the kernel."),
    ]
}
