import ArgumentParser
import VoiceQuality

/// Loudness, echo and noise of a narrowband connection (ITU-T G.107 Table 2).
struct EModelLevels: ParsableArguments {
    /// Levels, in dB: far more than the ranges of G.107, within which its authors tested it.
    private static let decibels = AcceptedNumbers.from(-200, to: 200)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Send loudness rating SLR, dB; 8 unless given (G.107: 0 to 18).",
            valueName: "SLR"),
        transform: Reading.number("a level in dB", decibels))
    var slr: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Receive loudness rating RLR, dB; 2 unless given (-5 to 14).",
            valueName: "RLR"),
        transform: Reading.number("a level in dB", decibels))
    var rlr: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Sidetone masking rating STMR, dB; 15 unless given (10 to 20).",
            valueName: "STMR"),
        transform: Reading.number("a level in dB", decibels))
    var stmr: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Listener sidetone rating LSTR, dB; STMR + Dr unless given (13 to 23).",
            valueName: "LSTR"),
        transform: Reading.number("a level in dB", decibels))
    var lstr: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "D-value of the sending telephone Ds; 3 unless given (-3 to 3).",
            valueName: "DS"),
        transform: Reading.number("a D-value", decibels))
    var ds: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "D-value of the receiving telephone Dr; 3 unless given (-3 to 3).",
            valueName: "DR"),
        transform: Reading.number("a D-value", decibels))
    var dr: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Talker echo loudness rating TELR, dB; 65 unless given (5 to 65).",
            valueName: "TELR"),
        transform: Reading.number("a level in dB", decibels))
    var telr: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Weighted echo path loss WEPL, dB; 110 unless given (5 to 110).",
            valueName: "WEPL"),
        transform: Reading.number("a level in dB", decibels))
    var wepl: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Quantising distortion units qdu; 1 unless given (1 to 14).",
            valueName: "QDU"),
        transform: Reading.number("a number of distortion units", .from(0.01, to: 1000)))
    var qdu: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Circuit noise at the 0 dBr point Nc, dBm0p; -70 unless given (-80 to -40).",
            valueName: "NC"),
        transform: Reading.number("a level in dB", decibels))
    var nc: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Noise floor at the receiving side Nfor, dBmp; -64 unless given.",
            valueName: "NFOR"),
        transform: Reading.number("a level in dB", decibels))
    var nfor: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Room noise at the sending side Ps, dB(A); 35 unless given (35 to 85).",
            valueName: "PS"),
        transform: Reading.number("a level in dB", decibels))
    var ps: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Room noise at the receiving side Pr, dB(A); 35 unless given (35 to 85).",
            valueName: "PR"),
        transform: Reading.number("a level in dB", decibels))
    var pr: Double?

    private typealias Parameter = (
        option: String, value: Double?, path: WritableKeyPath<TransmissionParameters, Double>
    )

    private var parameters: [Parameter] {
        [
            ("--slr", slr, \.sendLoudness),
            ("--rlr", rlr, \.receiveLoudness),
            ("--stmr", stmr, \.sidetoneMasking),
            ("--ds", ds, \.sendDValue),
            ("--dr", dr, \.receiveDValue),
            ("--telr", telr, \.talkerEchoLoudness),
            ("--wepl", wepl, \.weightedEchoPathLoss),
            ("--qdu", qdu, \.quantisingDistortion),
            ("--nc", nc, \.circuitNoise),
            ("--nfor", nfor, \.noiseFloor),
            ("--ps", ps, \.sendRoomNoise),
            ("--pr", pr, \.receiveRoomNoise),
        ]
    }

    /// The options that are given.
    var given: [String] {
        (parameters.map { ($0.option, $0.value) } + [("--lstr", lstr)])
            .filter { $0.1 != nil }.map(\.0)
    }

    func set(_ all: inout TransmissionParameters) {
        for parameter in parameters {
            if let value = parameter.value { all[keyPath: parameter.path] = value }
        }
        all.listenerSidetone = lstr
    }
}
