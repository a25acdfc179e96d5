import ScenarioModel

extension Format {
    static let media = [
        Key("codec", .object(codec), "{}", "Settings of the Opus encoder."),
        Key(
            "srtp",
            .choice([
                Choice(name: "aead_aes_128_gcm", text: "RFC 7714, 16 bytes of tag"),
                Choice(name: "aes128_cm_sha1_80", text: "RFC 5764, 10 bytes of tag"),
            ]), "aead_aes_128_gcm", "How packets are protected."),
        Key(
            "fidelity", .object(fidelity, whole: true), "{full: 0.5 %, flow: 99.5 %}",
            "Which share of the calls is simulated in which detail."),
        Key("quality", .object(quality), "{}", "How quality is computed from loss and delay."),
        Key(
            "jitter_buffer", .object(jitterBuffer), "{}",
            "How received packets wait for their playout."),
        Key(
            "clock_drift", .exactlyOne(clockDrift), "{constant: 0 ppm}",
            "How far the clocks of peers' devices are off, drawn once a visit; crystals are sold "
                + "within 20 to 100 ppm, but no measured distribution is known. Only calls whose "
                + "packets are simulated feel it."),
    ]

    private static let jitterBuffer = [
        Key(
            "quantile", .quantity(.share, .from(0.5, to: 0.999)), "97 %",
            "The share of packets that shall arrive in time; browsers aim at 95 to 97 %."),
        Key("minimum", delay, "20 ms", "The least delay beyond the fastest packet."),
        Key("maximum", delay, "500 ms", "The longest delay beyond the fastest packet."),
        Key("initial", delay, "60 ms", "The least delay in the first second of a call."),
    ]

    private static let delay = Shape.quantity(.duration, .from(0, to: 1))

    private static let clockDrift = [
        Key("constant", clockError, .required, "All clocks are off by that much."),
        Key(
            "uniform",
            .object([
                Key("min", clockError, .required, "Its lower bound."),
                Key("max", clockError, .required, "Its upper bound."),
            ]), .required, "Uniform."),
        Key(
            "normal",
            .object([
                Key("mean", clockError, "0 ppm", "Its mean."),
                Key(
                    "sigma", .quantity(.clockError, .from(0, to: ClockDrift.limit)), .required,
                    "Its standard deviation."),
            ]), .required, "Normal; nothing beyond ±1,000 ppm is drawn."),
    ]

    private static let clockError = Shape.quantity(
        .clockError, .from(-ClockDrift.limit, to: ClockDrift.limit))

    private static let codec = [
        Key(
            "bitrate", .quantity(.bitrate, .from(6000, to: 510_000)), "24 kbit/s",
            "Target rate of the encoder."),
        Key(
            "frame", .quantity(.duration, .from(0.01, to: 0.06)), "20 ms",
            "Length of a frame: 10, 20, 40 or 60 ms; one a packet."),
        Key(
            "bandwidth",
            .choice([
                Choice(name: "narrowband", text: "4 kHz"),
                Choice(name: "mediumband", text: "6 kHz"),
                Choice(name: "wideband", text: "8 kHz"),
                Choice(name: "superwideband", text: "12 kHz"),
                Choice(name: "fullband", text: "20 kHz"),
            ]), "wideband", "The highest audio bandwidth the encoder may use."),
        Key("dtx", .boolean, "true", "Whether silence is sent as rare comfort noise."),
        Key(
            "fec", .boolean, "true", "Whether packets repeat the previous one at a lower rate."),
        Key("complexity", .integer(0...10), "5", "Effort of the encoder."),
    ]

    private static let fidelity = [
        Key(
            "full", share, "0 %",
            "Packets really encoded, encrypted, sent and decoded, with a DTLS handshake."),
        Key(
            "sealed", share, "0 %",
            "Packets really encrypted, sent and authenticated, with a DTLS handshake; their speech is "
                + "encoded beforehand and nothing is decoded."),
        Key("flow", share, "0 %", "No packets: duration, path and bandwidth."),
    ]

    static let quality = [
        Key(
            "scale",
            .choice([
                Choice(name: "narrowband", text: "ITU-T G.107"),
                Choice(name: "wideband", text: "ITU-T G.107.1"),
                Choice(name: "fullband", text: "ITU-T G.107.2"),
            ]), "fullband", "The E-model's scale; figures on different scales do not compare."),
        Key(
            "ie", .number(.from(0, to: 132)), .derived(opusImpairment),
            "Equipment impairment without loss; ITU-T G.113 has none for Opus."),
        Key(
            "bpl", .number(.above(0, to: 1000)), .derived(opusImpairment),
            "Robustness against loss, of which the frames that redundancy brought back are no "
                + "part."),
    ]

    private static let opusImpairment =
        "Opus on that scale by `codec.bitrate`, from what is heard in calls (results/heard-quality)"

    /// The kinds of distributions; a distribution is a map with exactly one of them.
    static let distributions = [
        Key("constant", time, .required, "Always the same."),
        Key(
            "exponential", .object([Key("mean", positiveTime, .required, "Its mean.")]),
            .required, "Exponential."),
        Key(
            "uniform",
            .object([
                Key("min", time, .required, "Its lower bound."),
                Key("max", time, .required, "Its upper bound."),
            ]), .required, "Uniform."),
        Key(
            "lognormal",
            .object([
                Key("median", positiveTime, .required, "Its median."),
                Key(
                    "sigma", .number(.from(0, to: 10)), .required,
                    "Standard deviation of its natural logarithm."),
            ]), .required, "Lognormal."),
        Key(
            "weibull",
            .object([
                Key("scale", positiveTime, .required, "Its scale."),
                Key("shape", shapeParameter, .required, "Its shape."),
            ]), .required, "Weibull."),
        Key(
            "log_logistic",
            .object([
                Key("median", positiveTime, .required, "Its median."),
                Key("shape", shapeParameter, .required, "Its shape."),
            ]), .required, "Log-logistic."),
        Key(
            "gamma",
            .object([
                Key("mean", positiveTime, .required, "Its mean."),
                Key("shape", shapeParameter, .required, "Its shape."),
            ]), .required, "Gamma."),
        Key(
            "mixture", .list(.component, 1...32, sharesOf: "weight"), .required,
            "One of several, by weight."),
        Key(
            "empirical", .fileName, .required,
            "Any of the times in a file beside the scenario, one a line, in any order, drawn by "
                + "inversion; with a second column, `weight`, in proportion to it (12.5, 3). "
                + fileOfTimes),
    ]

    /// The share that a part of a mixture has beside its distribution.
    static let weight = Key("weight", share, .required, "Its share of the mixture.")
}
