import Addressing
import ArgumentParser
import Foundation
import LoadGenerator
import Quantities
import TURN

/// `voicesim relay`: the TURN server on real sockets, until it is told to stop.
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay", abstract: "Serve STUN and TURN on real sockets.",
        discussion: """
            The same server that simulations hold, on UDP and TCP, and on TLS where
            --tls-port is given: with the certificate and key of two files of PEM, or
            with one made for the occasion, which no client can verify. Clients come with
            time-limited credentials made from --secret (turnutils_uclient -W), or as
            --user with --password. It runs until SIGINT or SIGTERM and then prints
            what it did. Peers on loopback are refused unless --allow-loopback-peers
            is given, which is for tests on one host.

            The log, where one is asked for, names each allocation's client and relayed
            port, and nothing of what passes; lines older than 7 days are dropped when
            the relay starts.

            Example: voicesim relay --port 3478 --secret north --allow-loopback-peers
            """)

    @Option(
        help: ArgumentHelp("The address for clients and relayed ports.", valueName: "ADDRESS"),
        transform: SocketReading.address)
    var address = IPAddress(v4: 0x7F00_0001)
    @Option(help: ArgumentHelp("Where clients reach it; 0 for any free port.", valueName: "PORT"))
    var port: UInt16 = 3478
    @Option(
        help: ArgumentHelp(
            "Where clients reach it over TLS; 0 for any free port.", valueName: "PORT"))
    var tlsPort: UInt16?
    @Option(help: ArgumentHelp("A certificate chain in PEM, for TLS.", valueName: "FILE"))
    var certificate: String?
    @Option(help: ArgumentHelp("The certificate's key in PEM.", valueName: "FILE"))
    var key: String?
    @Option(help: ArgumentHelp("The secret of time-limited credentials.", valueName: "SECRET"))
    var secret: String?
    @Option(help: ArgumentHelp("A user who may come without them.", valueName: "NAME"))
    var user: String?
    @Option(help: ArgumentHelp("That user's password.", valueName: "PASSWORD"))
    var password: String?
    @Option(help: ArgumentHelp("What REALM carries.", valueName: "REALM"))
    var realm = "voice.example"
    @Option(
        help: ArgumentHelp("The relayed ports.", valueName: "FIRST-LAST"),
        transform: SocketReading.ports)
    var ports: ClosedRange<UInt16> = 49_152...65_535
    @Option(help: ArgumentHelp("Event loops, each on a thread of its own.", valueName: "N"))
    var threads = 1
    @Option(help: ArgumentHelp("Seconds for which a nonce serves.", valueName: "S"))
    var nonceSeconds: UInt32 = 3600
    @Flag(help: "Relay to peers on loopback too.")
    var allowLoopbackPeers = false
    @Option(help: ArgumentHelp("Where allocations are written down.", valueName: "FILE"))
    var log: String?
    @Option(help: "What is printed at the end: text or json.")
    var format: RunCommand.OutputFormat = .text

    func validate() throws {
        guard (user == nil) == (password == nil) else {
            throw ValidationError("--user and --password come together")
        }
        guard (certificate == nil) == (key == nil), certificate == nil || tlsPort != nil else {
            throw ValidationError("--certificate and --key come together, with --tls-port")
        }
        guard secret != nil || user != nil else {
            throw ValidationError("clients need --secret, or --user and --password")
        }
        guard 1...RelayConfiguration.maximumThreads ~= threads else {
            throw ValidationError(
                "--threads takes 1 to \(RelayConfiguration.maximumThreads), not \(threads)")
        }
        guard nonceSeconds > 0 else { throw ValidationError("--nonce-seconds takes 1 or more") }
    }

    func run() async throws {
        OpenFiles.raiseLimit()
        let stop = ShutdownSignal()
        let service: RelayService
        do throws(RelayFailure) {
            service = try await RelayService.start(settings)
        } catch {
            Terminal.complain("error: \(Self.text(error))")
            throw Self.status(of: error).exit
        }
        let secure = service.secure.map { ", and on \($0), TLS" } ?? ""
        Terminal.complain("relay listens on \(service.local), UDP and TCP\(secure)")
        await stop.wait()
        let summary = await service.stop()
        switch format {
        case .text: print(summary.text)
        case .json: print(try summary.json)
        }
    }

    private var settings: RelayConfiguration {
        var settings = RelayConfiguration(address: address)
        settings.port = port
        settings.securePort = tlsPort
        if let certificate, let key { settings.certificate = (certificate, key) }
        settings.relayedPorts = ports
        settings.realm = realm
        settings.secret = secret.map { Array($0.utf8) }
        if let user, let password {
            settings.users = [Credentials(username: user, password: password)]
        }
        settings.allowsLoopbackPeers = allowLoopbackPeers
        settings.nonceLifetime = .seconds(Int64(nonceSeconds))
        settings.threads = threads
        settings.log = log
        return settings
    }

    private static func text(_ failure: RelayFailure) -> String {
        switch failure {
        case .cannotListen(let address, let reason): "cannot listen on \(address): \(reason)"
        case .cannotUse(let file, let reason): "cannot use \(file) for TLS: \(reason)"
        case .cannotLog(let path, let reason): "cannot write the log \(path): \(reason)"
        case .tooFewPorts(let count): "\(count) relayed ports do not suffice for the threads"
        case .listeningPortIsRelayed(let port): "clients come to \(port): it cannot be relayed"
        }
    }

    private static func status(of failure: RelayFailure) -> ExitStatus {
        switch failure {
        case .cannotListen, .cannotUse: .invalidInput
        case .cannotLog: .cannotWrite
        case .tooFewPorts, .listeningPortIsRelayed: .usage
        }
    }
}

/// Readers of addresses and ports.
enum SocketReading {
    static func address(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else {
            throw ValidationError("an address is one of IPv4 or IPv6, such as 127.0.0.1")
        }
        return address
    }

    static func ports(_ text: String) throws -> ClosedRange<UInt16> {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16($0) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], 1...last ~= first else {
            throw ValidationError("ports are a first and a last, such as 49152-65535")
        }
        return first...last
    }

    /// `ADDRESS:PORT`, or `[ADDRESS]:PORT` for IPv6.
    static func transportAddress(_ text: String) throws -> TransportAddress {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]), port > 0
        else { throw ValidationError("a server is ADDRESS:PORT, such as 127.0.0.1:3478") }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        return TransportAddress(try address(String(host)), port: port)
    }
}

/// The limit on open files of this process.
enum OpenFiles {
    /// Raises it as far as the host allows: each allocation takes a socket or two.
    static func raiseLimit() {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(files, &limit)
    }
}

/// The first SIGINT or SIGTERM; the second one gets the default treatment.
///
/// A class, because the dispatch sources must stay alive until one has fired.
final class ShutdownSignal {
    private let signals: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (signals, continuation) = AsyncStream<Void>.makeStream()
        self.signals = signals
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                signal(SIGINT, SIG_DFL)
                signal(SIGTERM, SIG_DFL)
                continuation.yield()
                continuation.finish()
            }
            source.resume()
            return source
        }
    }

    /// Returns when the signal has come.
    func wait() async {
        for await _ in signals { return }
    }
}
