import ArgumentParser
import Connectivity
import ICE
import NetworkModel
import Results
import TURN

extension NATClass: ExpressibleByArgument {
    /// The class that scenario files call `argument`.
    public init?(argument: String) { self.init(argument) }

    /// Whether it translates, so that several hosts can be behind it.
    var isShareable: Bool {
        if case .translated = self { true } else { false }
    }

    /// The names of all classes.
    public static var allValueStrings: [String] { allCases.map(\.description) }
}

/// `voicesim connectivity`: which pairs of NAT classes meet, how, and packet by packet why.
struct ConnectivityCommand: ParsableCommand {
    enum Timing: String, ExpressibleByArgument, CaseIterable {
        case browser
        case rfc

        var profile: TimingProfile { self == .browser ? .browser : .rfc8445 }
    }

    enum IPv6: String, ExpressibleByArgument, CaseIterable {
        case none
        case a
        case b
        case both

        /// Which ends it names.
        var ends: BothEnds<Bool> {
            BothEnds(a: self == .a || self == .both, b: self == .b || self == .both)
        }
    }

    enum Families: String, ExpressibleByArgument, CaseIterable {
        case ipv4
        case ipv6
        case both

        var asked: RelayedFamilies {
            switch self {
            case .ipv4: .v4
            case .ipv6: .v6
            case .both: .both
            }
        }
    }

    static let configuration = CommandConfiguration(
        commandName: "connectivity",
        abstract: "Connect two agents behind every pair of NAT classes and print how.",
        discussion: """
            Runs two real ICE agents, a STUN and TURN server and the NATs between them,
            packet by packet, for every pair of classes. Exits with 70 if a pair ends
            otherwise than the closed form of RFC 4787 and RFC 8445 says.

            --same-nat puts both on one link behind the NAT of class --a, --same-carrier
            behind a carrier's NAT of the given class, each with its own class in front.

            Example: voicesim connectivity
            Example: voicesim connectivity --a eim_adf --b symmetric --trace
            Example: voicesim connectivity --same-carrier eim_eif --without-hairpinning
            Example: voicesim connectivity --ipv6-only b --relay-families both
            Example: voicesim connectivity --format json
            """)

    @Option(help: ArgumentHelp("The offerer's class; all unless given.", valueName: "CLASS"))
    var a: NATClass?

    @Option(help: ArgumentHelp("The answerer's class; all unless given.", valueName: "CLASS"))
    var b: NATClass?

    @Flag(help: "Print the exchange of the one pair, packet by packet.")
    var trace = false

    @Flag(help: "Hide host addresses behind mDNS names, as browsers do.")
    var mdns = false

    @Flag(help: "Leave the TURN server out.")
    var withoutRelay = false

    @Flag(help: "Put both hosts on one link behind one NAT, of the class --a.")
    var sameNat = false

    @Option(
        help: ArgumentHelp("Put both hosts behind one carrier's NAT.", valueName: "CLASS"))
    var sameCarrier: NATClass?

    @Flag(help: "NATs do not let packets from inside turn round.")
    var withoutHairpinning = false

    @Option(help: "Which hosts have IPv6, behind firewalls: none, a, b or both.")
    var ipv6: IPv6 = .none

    @Option(help: "Which hosts have IPv6 alone, without IPv4: none, a, b or both.")
    var ipv6Only: IPv6 = .none

    @Option(help: "In which families relayed addresses are asked for: ipv4, ipv6 or both.")
    var relayFamilies: Families = .ipv4

    @Option(help: "The agents' constants: browser (Chrome's) or rfc (RFC 8445's).")
    var timing: Timing = .browser

    @Option(help: ArgumentHelp("The seed of all draws.", valueName: "N"))
    var seed: UInt64 = 1

    @Option(help: "What is printed: text or json.")
    var format: CalcOutput.Format = .text

    func validate() throws {
        if trace && (a == nil || b == nil) {
            throw ValidationError("--trace follows one pair: give --a and --b")
        }
        if sameNat && sameCarrier != nil {
            throw ValidationError("--same-nat and --same-carrier exclude each other")
        }
        if sameNat && a?.isShareable != true {
            throw ValidationError(
                "--same-nat takes the class of the NAT from --a, such as eim_apdf")
        }
        if sameNat, let b, b != a {
            throw ValidationError("with --same-nat, --b is the class of --a")
        }
        if ipv6Only != .none, sameNat || sameCarrier != nil {
            throw ValidationError(
                "--ipv6-only takes the NAT away that --same-nat or --same-carrier puts both behind")
        }
        if let sameCarrier, !sameCarrier.isShareable {
            throw ValidationError("--same-carrier takes the class of a NAT, such as eim_eif")
        }
    }

    func run() throws {
        let b = sameNat ? a : b
        if trace, let a, let b {
            try follow(setting(a, b))
            return
        }
        let matrix = ConnectivityMatrix(
            rows: a.map { [$0] } ?? NATClass.allCases,
            columns: b.map { [$0] } ?? NATClass.allCases, setting: setting)
        switch format {
        case .json: print(matrix.json.compactText())
        case .text: print(matrix.text, terminator: "")
        }
        if !matrix.surprises.isEmpty { throw ExitStatus.internalError.exit }
    }

    private func setting(_ a: NATClass, _ b: NATClass) -> PairSetting {
        var setting = PairSetting(a, b)
        setting.placement = sameNat ? .sameNAT : sameCarrier.map { .sameCarrier($0) } ?? .apart
        setting.hairpins = !withoutHairpinning
        let only = ipv6Only.ends
        setting.hasIPv6 = BothEnds(a: ipv6.ends.a || only.a, b: ipv6.ends.b || only.b)
        setting.hasIPv4 = BothEnds(a: !only.a, b: !only.b)
        setting.relayedFamilies = relayFamilies.asked
        setting.timing = timing.profile
        setting.hidesHostAddresses = mdns
        setting.hasRelay = !withoutRelay
        setting.seed = seed
        return setting
    }

    private func follow(_ setting: PairSetting) throws {
        let (outcome, exchange) = Trial.record(setting)
        switch format {
        case .json:
            let members: [JSONValue.Member] = [
                .init("outcome", outcome.json), .init("exchange", .array(exchange.map(\.json))),
            ]
            print(JSONValue.object(members).compactText())
        case .text:
            for record in exchange { print(record.text) }
            print("\n" + outcome.text)
        }
        if !outcome.isAsPredicted { throw ExitStatus.internalError.exit }
    }
}
