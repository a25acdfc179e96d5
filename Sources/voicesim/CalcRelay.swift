import ArgumentParser
import ClosedForms
import NetworkModel
import Quantities

/// `voicesim calc relay-share`: how many pairs need a relay.
struct CalcRelayShare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay-share",
        abstract: "The share of pairs that need a relay in a well-mixed population.",
        discussion: """
            ICE without port prediction: a UDP-blocked side needs a relay, and so does a pair \
            with an endpoint-dependent mapping on one side, unless the other side's \
            endpoint-independent mapping has an open filter.

            Example: voicesim calc relay-share --edm 20% --blocked 2% --open-filter 40%
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Endpoint-dependent (symmetric) mappings among hosts whose UDP passes.",
            valueName: "S"),
        transform: Reading.share("a share"))
    var edm: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Hosts whose UDP is blocked.", valueName: "B"),
        transform: Reading.share("a share"))
    var blocked: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Filters that let a known address in from any port (EIF, ADF), among the "
                + "endpoint-independent mappings.", valueName: "G"),
        transform: Reading.share("a share"))
    var openFilter: Double

    @OptionGroup var output: CalcOutput

    func run() throws {
        let share = ConnectivityRules.relayShare(
            edm: edm, blocked: blocked, openFilter: openFilter)
        try output.print([CalcFigure("relay_share", share, "share of pairs that need a relay")])
    }
}

/// `voicesim calc relay-cost`: what relayed calls cost.
struct CalcRelayCost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay-cost",
        abstract: "Bytes that relays send for calls, and what they cost.",
        discussion: """
            The bit rate is what is billed per call. All that a relay sends, as a scenario's \
            relay.price counts it, is calc packet-size --path channel and --path direct together; \
            a tariff on bytes to the relay's client alone takes the former. A tariff may have \
            steps.

            Example: voicesim calc relay-cost --call-hours 1000 --bitrate "52 kbit/s" \
            --tariff "0.05 /GB"
            Example: voicesim calc relay-cost --call-hours 100000 --bitrate "52 kbit/s" \
            --tariff "0 /GB" --tariff "0.05 /GB from 1000 GB"
            """)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Hours of relayed calls, all together.", valueName: "HOURS"),
        transform: Reading.number("call hours", .from(0, to: 1e12)))
    var callHours: Double

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What relays send per call and are billed for, such as '52 kbit/s'.",
            valueName: "RATE"),
        transform: Reading.bitrate)
    var bitrate: Bitrate

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Price of 10^9 bytes, such as '0.05 /GB', or from a volume on, such as "
                + "'0.03 /GB from 10000 GB'; may be repeated.", valueName: "PRICE"),
        transform: Reading.tariffStep)
    var tariff: [Tariff.Step] = []

    @OptionGroup var output: CalcOutput

    func validate() throws {
        guard !tariff.isEmpty else {
            throw ValidationError("give a price, such as --tariff '0.05 /GB'")
        }
        guard Tariff(tariff) != nil else {
            throw ValidationError(
                "the first --tariff holds from the first byte on, each other from a larger "
                    + "volume than the one before")
        }
    }

    func run() throws {
        let bytes = RelayTraffic.byteCount(callHours: callHours, bitrate: bitrate)
        try output.print([
            CalcFigure("egress_bytes", bytes, "bytes that the relays send"),
            CalcFigure("cost", Tariff(tariff)!.cost(of: bytes), "in the tariff's currency"),
        ])
    }
}
