import Addressing
import ArgumentParser
import Foundation
import ICE
import LoadGenerator
import MediaSecurity
import Quantities
import TURN

/// `voicesim load peer`: one party of a call over real sockets.
struct LoadPeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Be one party of a call over real sockets.",
        discussion: """
            ICE, DTLS-SRTP and Opus with whoever speaks WebRTC. Descriptions pass as
            lines of JSON, {"type":"offer","sdp":"…"}, the own one on standard output,
            the other's on standard input; the last line of output is the report. The
            party says one tone and looks for another in what it hears; exit code 99
            when no call comes about, or less than --heard of it was that tone.

            Example: voicesim load peer --role offer --turn 127.0.0.1:3478 --secret north
            """)

    enum CallRole: String, ExpressibleByArgument, CaseIterable {
        case offer, answer
    }

    enum Profile: String, ExpressibleByArgument, CaseIterable {
        case any, gcm, cm

        var profiles: [SRTPProfile] {
            switch self {
            case .any: [.aeadAES128GCM, .aes128CMSHA1]
            case .gcm: [.aeadAES128GCM]
            case .cm: [.aes128CMSHA1]
            }
        }
    }

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case udp, tcp
    }

    @Option(help: "offer, or answer the other's offer.")
    var role: CallRole
    @Option(
        help: ArgumentHelp("This host's address.", valueName: "ADDRESS"),
        transform: SocketReading.address)
    var local = IPAddress(v4: 0x7F00_0001)
    @Option(
        help: ArgumentHelp("A relay to allocate at.", valueName: "ADDRESS:PORT"),
        transform: SocketReading.transportAddress)
    var turn: TransportAddress?
    @Option(help: "How the relay is reached: udp or tcp.")
    var turnTransport: Transport = .udp
    @Option(help: ArgumentHelp("The secret shared with the relay.", valueName: "SECRET"))
    var secret: String?
    @Flag(help: "Use relayed candidates only.")
    var relayOnly = false
    @Option(help: "SRTP profiles: any, gcm or cm.")
    var profile: Profile = .any
    @Option(help: ArgumentHelp("The tone to say, 100 to 3400.", valueName: "HZ"))
    var say = 440.0
    @Option(help: ArgumentHelp("The tone to hear, 100 to 3400.", valueName: "HZ"))
    var hear = 660.0
    @Option(help: ArgumentHelp("Share of frames that must be the tone.", valueName: "RATIO"))
    var heard = 0.9
    @Option(
        help: ArgumentHelp(
            "Frames of the tone without which to stay on, for a minute at most.", valueName: "N"))
    var frames = 0
    @Option(help: ArgumentHelp("How long to talk, 0.5 to 3600.", valueName: "S"))
    var seconds = 3.0

    func validate() throws {
        guard (turn == nil) == (secret == nil) else {
            throw ValidationError("--turn and --secret come together")
        }
        guard !relayOnly || turn != nil else { throw ValidationError("--relay-only needs --turn") }
        guard [say, hear].allSatisfy({ Tone.frequencies ~= $0 }) else {
            throw ValidationError("--say and --hear take 100 to 3400")
        }
        guard frames >= 0 else { throw ValidationError("--frames takes 0 or more") }
        guard 0...1 ~= heard else { throw ValidationError("--heard takes 0 to 1, not \(heard)") }
        guard 0.5...3600 ~= seconds else {
            throw ValidationError("--seconds takes 0.5 to 3600, not \(seconds)")
        }
    }

    func run() async throws {
        let report: CallPeerReport
        do {
            report = try await CallPeer(settings).call(send: send, receive: receive)
        } catch let failure as CallPeerFailure {
            Terminal.complain("error: \(failure)")
            if case .description = failure { throw ExitStatus.invalidInput.exit }
            throw ExitStatus.thresholdFailed.exit
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        Self.write(try encoder.encode(report))
        guard
            report.framesHeard > 0,
            Double(report.framesOfTone) >= heard * Double(report.framesHeard)
        else { throw ExitStatus.thresholdFailed.exit }
    }

    private var settings: CallPeerConfiguration {
        var settings = CallPeerConfiguration(local: local, offers: role == .offer)
        if let turn, let secret {
            let credentials = RelayTarget.Access.secret(Array(secret.utf8)).credentials(for: "peer")
            settings.turnServer = TURNServerDescription(
                address: turn, transports: [turnTransport == .udp ? .udp : .tcp],
                username: credentials.username, password: credentials.password)
        }
        settings.relayOnly = relayOnly
        settings.profiles = profile.profiles
        settings.says = Tone(frequency: say)
        settings.expects = Tone(frequency: hear)
        settings.duration = SimDuration(seconds: seconds)
        settings.neededFrames = frames
        return settings
    }

    // MARK: Signalling

    private struct Message: Codable {
        var type: String
        var sdp: String
    }

    private func send(_ text: [UInt8]) throws {
        let message = Message(type: role.rawValue, sdp: String(decoding: text, as: UTF8.self))
        Self.write(try JSONEncoder().encode(message))
    }

    private func receive() throws -> [UInt8] {
        let expected = role == .offer ? "answer" : "offer"
        guard let line = readLine(),
            let message = try? JSONDecoder().decode(Message.self, from: Data(line.utf8)),
            message.type == expected
        else {
            Terminal.complain("error: standard input gives no line of JSON with an \(expected)")
            throw ExitStatus.invalidInput.exit
        }
        return Array(message.sdp.utf8)
    }

    /// A line at once: the other party waits for it.
    private static func write(_ json: Data) {
        FileHandle.standardOutput.write(json + Data("\n".utf8))
    }
}
