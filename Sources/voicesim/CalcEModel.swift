import ArgumentParser
import VoiceQuality

/// `voicesim calc emodel`: how good a connection sounds.
struct CalcEModel: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emodel",
        abstract: "Rate a connection by the E-model: ITU-T G.107, G.107.1 or G.107.2.",
        discussion: """
            Whatever is not given has the default value of G.107 Table 2, for which R is 93.2. \
            Wideband and fullband ratings know delay, loss, codec and advantage only. Ratings of \
            different scales do not compare.

            Example: voicesim calc emodel --codec g729a-vad --delay 150 --loss 1%
            Example: voicesim calc emodel --scale fullband --ie 8 --bpl 10 --delay 200 --loss 2%
            """)

    @Option(help: "The scale: narrowband, wideband or fullband.")
    var scale: RatingScale = .narrowband

    @OptionGroup(title: "Codec and loss") var codec: EModelCodec
    @OptionGroup(title: "Delay") var delay: EModelDelay
    @OptionGroup(title: "Levels of the narrowband model") var levels: EModelLevels
    @OptionGroup var output: CalcOutput

    func validate() throws {
        guard scale != .narrowband else { return }
        if let codec = codec.codec {
            throw ValidationError(
                "--codec \(codec.rawValue) has planning values on the narrowband scale only; "
                    + "give --ie and --bpl of the \(scale.rawValue) scale")
        }
        if let option = levels.given.first ?? delay.narrowbandOnly.first {
            throw ValidationError("\(option) has no part in the \(scale.rawValue) rating")
        }
    }

    func run() throws {
        var parameters = TransmissionParameters()
        levels.set(&parameters)
        delay.set(&parameters)
        codec.set(&parameters)
        let rating = EModel.rating(parameters, scale: scale)
        try output.print([
            CalcFigure("r", rating.r, "transmission rating R"),
            CalcFigure("mos", rating.mos, "mean opinion score, 1 to 4.5"),
            CalcFigure("gob", rating.goodOrBetter, "share of listeners who say good or better"),
            CalcFigure("pow", rating.poorOrWorse, "share of listeners who say poor or worse"),
            CalcFigure("ro", rating.signalToNoise, "signal to noise"),
            CalcFigure("is", rating.simultaneous, "simultaneous impairments"),
            CalcFigure("idte", rating.talkerEcho, "talker echo"),
            CalcFigure("idle", rating.listenerEcho, "listener echo"),
            CalcFigure("idd", rating.absoluteDelay, "too long a delay"),
            CalcFigure("id", rating.delay, "all of delay and echo"),
            CalcFigure("ie_eff", rating.equipment, "codec and loss"),
        ])
    }
}

extension RatingScale: ExpressibleByArgument {}
extension PlanningCodec: ExpressibleByArgument {}

/// What codec and network do to packets.
struct EModelCodec: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A codec with planning values in G.113: g711, g711-plc, g729a-vad, g723-vad or "
                + "gsm-efr.", valueName: "CODEC"))
    var codec: PlanningCodec?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Equipment impairment factor Ie; 0 unless given.", valueName: "IE"),
        transform: Reading.number("Ie", .from(0, to: 132)))
    var ie: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Packet-loss robustness factor Bpl; 4.3 unless given.", valueName: "BPL"),
        transform: Reading.number("Bpl", .above(0, to: 1e6)))
    var bpl: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Packet loss Ppl, as a ratio; 0 unless given.", valueName: "PPL"),
        transform: Reading.share("loss"))
    var loss: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Burst ratio BurstR: mean burst of losses over that of random loss; 1 unless given.",
            valueName: "RATIO"),
        transform: Reading.number("a burst ratio", .above(0, to: 1e6)))
    var burstRatio: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Advantage factor A, 0 to 20: 5 in a building, 10 in a vehicle; 0 unless given.",
            valueName: "A"),
        transform: Reading.number("an advantage", .from(0, to: 20)))
    var advantage: Double?

    func validate() throws {
        if codec != nil, ie != nil || bpl != nil {
            throw ValidationError("--codec sets Ie and Bpl; give either it or --ie and --bpl")
        }
    }

    func set(_ parameters: inout TransmissionParameters) {
        if let codec {
            parameters.equipmentImpairment = codec.ie
            parameters.lossRobustness = codec.bpl
        }
        parameters.equipmentImpairment = ie ?? parameters.equipmentImpairment
        parameters.lossRobustness = bpl ?? parameters.lossRobustness
        parameters.lossPercentage = (loss ?? 0) * 100
        parameters.burstRatio = burstRatio ?? parameters.burstRatio
        parameters.advantage = advantage ?? parameters.advantage
    }
}

/// How long speech and its echo take.
struct EModelDelay: ParsableArguments {
    /// A hundred seconds: no connection is longer.
    private static let delays = AcceptedNumbers.from(0, to: 1e5)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "One-way delay d in ms: Ta = T = d and Tr = 2d; 0 unless given.", valueName: "MS"),
        transform: Reading.number("a delay in ms", delays))
    var delay: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Absolute one-way delay Ta in ms, instead.", valueName: "MS"),
        transform: Reading.number("a delay in ms", delays))
    var absoluteDelay: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Mean one-way delay of the echo path T in ms, instead.", valueName: "MS"),
        transform: Reading.number("a delay in ms", delays))
    var echoDelay: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Round-trip delay Tr in ms, instead.", valueName: "MS"),
        transform: Reading.number("a delay in ms", delays))
    var roundTrip: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Delay sensitivity sT; 1 unless given, 0.55 low, 0.4 very low.", valueName: "ST"),
        transform: Reading.number("a delay sensitivity", .from(0.1, to: 10)))
    var st: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Minimum perceivable delay mT in ms; 100 unless given.", valueName: "MS"),
        transform: Reading.number("a delay in ms", .from(1, to: 1e5)))
    var mt: Double?

    /// What is given that only the narrowband model knows.
    var narrowbandOnly: [String] {
        [("--echo-delay", echoDelay), ("--round-trip", roundTrip)]
            .filter { $0.1 != nil }.map(\.0)
    }

    func set(_ parameters: inout TransmissionParameters) {
        if let delay { parameters.setDelay(delay) }
        parameters.absoluteDelay = absoluteDelay ?? parameters.absoluteDelay
        parameters.echoDelay = echoDelay ?? parameters.echoDelay
        parameters.roundTrip = roundTrip ?? parameters.roundTrip
        parameters.delaySensitivity = st ?? parameters.delaySensitivity
        parameters.perceivableDelay = mt ?? parameters.perceivableDelay
    }
}
