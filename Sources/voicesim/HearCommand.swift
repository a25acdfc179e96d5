import ArgumentParser
import Foundation
import Listening
import MediaPipeline
import NetworkModel
import OpusCodec
import Quantities
import Results
import SpeechFiles

/// `voicesim hear`: what the speech of a call sounds like at the other end.
struct HearCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hear",
        abstract:
            "Record what is said and heard in calls of full fidelity, and judge scores of it.",
        subcommands: [HearRecordCommand.self, HearJudgeCommand.self],
        defaultSubcommand: HearRecordCommand.self)
}

/// `voicesim hear record`, which is `voicesim hear` for short.
struct HearRecordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record", abstract: "Record what is said and heard in calls of full fidelity.",
        discussion: """
            One party says several seconds of the run's recorded speech, the other listens: DTLS \
            handshake, SRTP, Opus, RTCP and the jitter buffer run in virtual time over a path with \
            the loss, delay and jitter that are given. For each call DIR gets what was said and \
            what was heard as WAV files of one length, the delay taken out, and a line in \
            calls.csv of what became of the packets. Losses befall the speech of the sample alone.

            Example: voicesim hear --loss 3% --bitrate "32 kbit/s" --out results/local/heard
            """)

    @Option(help: ArgumentHelp("Where the recordings go.", valueName: "DIR"))
    var out: String

    @OptionGroup(title: "Codec") var codec: HearCodec
    @OptionGroup(title: "Path") var path: HearPath

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The seed of the first call of each sample.", valueName: "N"))
    var seed: UInt64 = 1

    @Option(
        help: ArgumentHelp("Calls of each sample, with seeds from --seed on.", valueName: "N"),
        transform: Reading.count("a number of calls", 1...10_000))
    var repeats = 1

    func run() throws {
        let settings = codec.settings(loss: path.loss)
        let library = SpeechLibrary(sampleRate: settings.bandwidth.sampleRate)
        let session = ListeningSession(
            samples: ListeningSample.samples(of: library.material),
            condition: ListeningCondition(
                codec: settings, loss: path.channel, delay: path.delay, jitter: path.jitter))
        for note in library.notes { Terminal.complain(note) }
        do {
            try record(session, into: ResultDirectory(path: out))
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.cannotWrite.exit
        }
    }

    private func record(
        _ session: ListeningSession, into directory: ResultDirectory
    ) throws(UnwritableResults) {
        var sheet = ListeningSheet(session)
        for entry in session.entries(first: seed, repeats: repeats) {
            let record: ListeningRecord
            do {
                record = try session.record(entry)
            } catch {
                preconditionFailure("the settings have been checked: \(error)")
            }
            sheet.append(entry, record.counts)
            var files = [Self.file(sheet.heardName(entry), record.heard, record.sampleRate)]
            if entry.seed == seed {
                files.append(
                    Self.file(sheet.referenceName(entry), record.spoken, record.sampleRate))
            }
            try directory.write(files)
        }
        try directory.write([ResultDirectory.File(name: "calls.csv", text: sheet.text)])
    }

    private static func file(
        _ name: String, _ samples: [Int16], _ rate: Int
    ) -> ResultDirectory.File {
        var file = ResultDirectory.File(name: name, text: "")
        file.bytes = WAVFile(sampleRate: rate, samples: samples).bytes
        return file
    }
}

extension OpusBandwidth: ExpressibleByArgument {}

/// How the speech is coded.
struct HearCodec: ParsableArguments {
    @Option(
        help: ArgumentHelp("Target rate, as '24 kbit/s'.", valueName: "RATE"),
        transform: Reading.bitrate)
    var bitrate = Bitrate.kilobitsPerSecond(24)

    @Option(help: "The highest audio bandwidth; what is heard is compared at 16 kHz.")
    var bandwidth = OpusBandwidth.wideband

    @Option(
        help: ArgumentHelp("Frame length in ms: 10, 20, 40 or 60.", valueName: "MS"),
        transform: { text in
            guard let value = Int(text), let frame = OpusFrameDuration(rawValue: value) else {
                throw ValidationError("accepted: 10, 20, 40, 60")
            }
            return frame
        })
    var frame = OpusFrameDuration.milliseconds20

    @Option(
        help: ArgumentHelp("Effort of the encoder, 0 to 10.", valueName: "N"),
        transform: Reading.count("an effort", 0...10))
    var complexity = 5

    @Flag(inversion: .prefixedNo, help: "Whether packets may carry copies of the frame before.")
    var fec = true

    @Flag(inversion: .prefixedNo, help: "Whether silence is not sent.")
    var dtx = true

    @Option(
        help: ArgumentHelp(
            "The loss that the encoder is told; as --loss says unless given.", valueName: "RATIO"),
        transform: Reading.share("an expected loss"))
    var expectedLoss: Double?

    func validate() throws {
        let range = OpusSettings.bitrates
        guard range.contains(bitrate.bitsPerSecond) else {
            throw ValidationError(
                "--bitrate is from \(range.lowerBound) to \(range.upperBound) bit/s")
        }
    }

    func settings(loss: Double) -> OpusSettings {
        var settings = OpusSettings()
        settings.bitrate = bitrate
        settings.bandwidth = bandwidth
        settings.frame = frame
        settings.complexity = complexity
        settings.hasForwardErrorCorrection = fec
        settings.isDiscontinuous = dtx
        settings.expectedLossPercentage = Int((100 * (expectedLoss ?? loss)).rounded())
        return settings
    }
}

/// The path from the talker to the listener.
struct HearPath: ParsableArguments {
    @Option(
        help: ArgumentHelp("Share of packets lost, up to 0.5 or 50%.", valueName: "RATIO"),
        transform: Reading.share("loss"))
    var loss = 0.0

    @Option(
        help: ArgumentHelp(
            "Mean number of packets lost in a row; losses are independent unless given.",
            valueName: "N"),
        transform: Reading.number("a burst", .from(1, to: 1000)))
    var burst: Double?

    @Option(
        help: ArgumentHelp("Least one-way delay, as '50 ms'.", valueName: "TIME"),
        transform: Reading.duration)
    var delay = SimDuration.milliseconds(50)

    @Option(
        help: ArgumentHelp("Mean delay variation, as '5 ms'.", valueName: "TIME"),
        transform: Reading.duration)
    var jitter = SimDuration.zero

    /// The channel, or nil if there is none with that loss and burst.
    private var anyChannel: GilbertLoss? {
        guard let burst else { return ListeningCondition.randomLoss(loss) }
        return GilbertLoss(loss: loss, meanBurst: burst)
    }

    var channel: GilbertLoss {
        guard let anyChannel else { preconditionFailure("validated") }
        return anyChannel
    }

    func validate() throws {
        guard loss <= 0.5, anyChannel != nil else {
            throw ValidationError("--loss is at most 0.5, and less than --burst leaves room for")
        }
        guard delay >= .zero, jitter >= .zero, max(delay, jitter) <= .seconds(2) else {
            throw ValidationError("--delay and --jitter are from 0 to 2 s")
        }
    }
}
