import Addressing
import ArgumentParser
import LoadGenerator
import TURN

/// `voicesim load`: the peers of simulations on real sockets.
struct LoadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "load", abstract: "Drive real servers and peers over real sockets.",
        subcommands: [LoadTurnCommand.self, LoadProbeCommand.self, LoadPeerCommand.self])
}

/// Which relay, and how to get in.
struct RelayTargetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Where the relay listens.", valueName: "ADDRESS:PORT"),
        transform: SocketReading.transportAddress)
    var server: TransportAddress
    @Option(
        help: ArgumentHelp("This host's address for clients and peers.", valueName: "ADDRESS"),
        transform: SocketReading.address)
    var local = IPAddress(v4: 0x7F00_0001)
    @Option(help: ArgumentHelp("The secret shared with the relay.", valueName: "SECRET"))
    var secret: String?
    @Option(help: ArgumentHelp("A user that the relay knows.", valueName: "NAME"))
    var user: String?
    @Option(help: ArgumentHelp("That user's password.", valueName: "PASSWORD"))
    var password: String?

    func validate() throws {
        guard (secret == nil) != (user == nil), (user == nil) == (password == nil) else {
            throw ValidationError("clients need --secret, or --user and --password")
        }
    }

    func target(_ transport: TransportProtocol) -> RelayTarget {
        let access: RelayTarget.Access =
            if let secret {
                .secret(Array(secret.utf8))
            } else {
                .user(Credentials(username: user ?? "", password: password ?? ""))
            }
        return RelayTarget(server: server, transport: transport, local: local, access: access)
    }
}

/// `voicesim load probe`: one allocation, step by step.
struct LoadProbeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe", abstract: "Take a TURN server through an allocation's life.",
        discussion: """
            A wrong password, Allocate, CreatePermission, data both ways by indications
            and by ChannelData, a stranger without permission, Refresh, release: one line
            for each, and exit code 99 when one is not as RFC 8656 says. The relay must
            let peers be on this host.

            Example: voicesim load probe --server 127.0.0.1:3478 --secret north
            """)

    enum Transport: String, ExpressibleByArgument, CaseIterable {
        case udp, tcp, tls

        var transport: TransportProtocol {
            switch self {
            case .udp: .udp
            case .tcp: .tcp
            case .tls: .tls
            }
        }
    }

    @OptionGroup var target: RelayTargetOptions
    @Option(help: "What carries the client leg: udp, tcp or tls.")
    var transport: Transport = .udp
    @Option(
        help: ArgumentHelp(
            "Authorities in PEM that must have signed the server's certificate for its address; "
                + "any will do without.", valueName: "FILE"))
    var authorities: String?
    @Option(help: ArgumentHelp("Datagrams each way in each step with data.", valueName: "N"))
    var datagrams = 100
    @Option(help: ArgumentHelp("Bytes of the longest of them, 1 to 65400.", valueName: "B"))
    var largest = 1200
    @Flag(help: "A peer also sends what is too long to be relayed; it must not pass.")
    var oversized = false
    @Option(
        help: ArgumentHelp(
            "Wait so long before refreshing, and expect the nonce to be stale.", valueName: "S"))
    var staleAfter: Int64 = 0

    func validate() throws {
        guard authorities == nil || transport == .tls else {
            throw ValidationError("--authorities is for --transport tls")
        }
        guard 1...100_000 ~= datagrams else {
            throw ValidationError("--datagrams takes 1 to 100000, not \(datagrams)")
        }
        guard 1...RelayProbe.longestDatagram ~= largest else {
            throw ValidationError(
                "--largest takes 1 to \(RelayProbe.longestDatagram), not \(largest)")
        }
        guard 0...3600 ~= staleAfter else {
            throw ValidationError("--stale-after takes 0 to 3600, not \(staleAfter)")
        }
    }

    func run() async throws {
        var relay = target.target(transport.transport)
        relay.authorities = authorities
        var probe = RelayProbe(target: relay)
        probe.datagrams = datagrams
        probe.largest = largest
        probe.sendsOversized = oversized
        probe.staleAfter = staleAfter
        let findings: [RelayProbe.Finding]
        do {
            findings = try await probe.run { finding in
                print("\(finding.isOK ? "ok    " : "FAILED") \(finding.step): \(finding.detail)")
            }
        } catch {
            Terminal.complain("error: cannot reach \(target.server): \(error)")
            throw ExitStatus.invalidInput.exit
        }
        guard findings.allSatisfy(\.isOK), findings.last?.step == "release" else {
            throw ExitStatus.thresholdFailed.exit
        }
    }
}
