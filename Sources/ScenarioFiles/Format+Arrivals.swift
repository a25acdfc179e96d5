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
            "Arrival times in seconds, ascending, one a line, in a file beside the scenario.",
            later: .key),
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
