import NetworkModel
import ScenarioModel

extension Format {
    /// One kind of people.
    static let persona = [
        Key("persona", .name, .required, "What the kind is called."),
        Key("share", share, "100 %", "Its part of all who arrive."),
        Key("behaviour", .choice(behaviours), "regular", "What these people do."),
        Key("language", .shares(.any), .first("{en: 100 %}"), "What they speak."),
        Key(
            "interest", .shares(.any), .first("{anything: 100 %}"),
            "What they want to talk about."),
        Key(
            "access", .shares(.any), .first("{fixed: 55 %, mobile: 40 %, enterprise: 5 %}"),
            "The access networks they come from."),
        Key(
            "patience", .distribution, "{exponential: {mean: 30 s}}",
            "How long they wait for a partner before they leave."),
        Key(
            "conversation", .distribution,
            .sibling(
                "behaviour",
                [
                    ("skipper", "{lognormal: {median: 5 s, sigma: 0.9}}"),
                    ("report_bomber", "{lognormal: {median: 5 s, sigma: 0.9}}"),
                    ("spammer", "{lognormal: {median: 15 s, sigma: 0.5}}"),
                ],
                otherwise: "{mixture: [{weight: 60 %, lognormal: {median: 5 s, sigma: 0.9}}, "
                    + "{weight: 40 %, lognormal: {median: 150 s, sigma: 1.4}}]}"),
            "How long they wish to talk; the shorter wish of the two ends the call."),
        Key(
            "requeue", share,
            .sibling(
                "behaviour",
                [
                    ("skipper", "95 %"), ("spammer", "95 %"), ("report_bomber", "95 %"),
                    ("harasser", "90 %"), ("device_hopper", "90 %"),
                ], otherwise: "80 %"),
            "Chance to queue again after a call or a failed set-up."),
        Key(
            "think_time", .distribution, "{uniform: {min: 0 s, max: 3 s}}",
            "How long they pause before that."),
        Key("report_propensity", share, "10 %", "Chance to report an abusive partner."),
        Key(
            "false_report", share,
            .sibling("behaviour", [("report_bomber", "100 %")], otherwise: "0.2 %"),
            "Chance to report an innocent partner; of a `report_bomber`, one that is aimed at."),
        Key(
            "device_switch", share,
            .sibling("behaviour", [("device_hopper", "100 %")], otherwise: "0 %"),
            "Chance to come back with a new device identity; for abusive behaviours only."),
        Key(
            "aim", share, "100 %",
            "Share of the innocent whom a brigade has chosen to report; for `report_bomber` only. "
                + "All brigades of a scenario choose alike."),
        Key(
            "fingerprint", .object(fingerprint), "{}",
            "How well their devices can be told apart."),
    ]

    private static let behaviours = [
        Choice(name: "regular", text: "talks, and reports abuse now and then"),
        Choice(name: "harasser", text: "abuses whoever is the partner"),
        Choice(name: "spammer", text: "plays the same message to everybody; abusive too"),
        Choice(name: "skipper", text: "leaves most calls after seconds"),
        Choice(
            name: "report_bomber",
            text: "skips through calls and reports chosen innocent people in concert with others"),
        Choice(name: "device_hopper", text: "abuses under ever new device identities"),
    ]

    private static let bits = Shape.number(.from(0, to: 64))

    private static let fingerprint = [
        Key("entropy", bits, "18.1", "Bits of entropy of a device's browser signals."),
        Key("drift", share, "2 %", "Chance per return to the queue that the signals changed."),
        Key(
            "common", share, "20 %",
            "Share of the people whose device is of a class with many look-alikes."),
        Key(
            "common_entropy", bits, .derived("10, or `entropy` where that is less"),
            "Bits of entropy within that class; at most `entropy`."),
    ]

    /// One access network.
    static let access = [
        Key(
            "nat", .shares(.nat),
            .ownName(
                [
                    (
                        "mobile",
                        "{eim_apdf: 37.5 %, eim_adf: 12.5 %, eim_eif: 12.5 %, apdm_apdf: 37 %, "
                            + "udp_blocked: 0.5 %}"
                    ),
                    ("enterprise", "{eim_apdf: 45 %, apdm_apdf: 30 %, udp_blocked: 25 %}"),
                ],
                otherwise: "{eim_apdf: 67 %, eim_adf: 15 %, eim_eif: 15 %, apdm_apdf: 2 %, "
                    + "udp_blocked: 1 %}"),
            "Its mix of NAT classes, mapping_filtering in RFC 4787's terms."),
        Key(
            "region", .shares(.any),
            .derived("as the file says for `fixed`, else everybody in `default`"),
            "Where its peers live."),
        Key(
            "delay", .distribution,
            .ownName(
                [
                    ("mobile", "{gamma: {mean: 30 ms, shape: 5}}"),
                    ("enterprise", "{gamma: {mean: 6 ms, shape: 4}}"),
                ], otherwise: "{gamma: {mean: 8 ms, shape: 4}}"),
            "One-way delay to the backbone, drawn once per peer."),
        Key(
            "jitter", .distribution,
            .ownName(
                [
                    ("mobile", "{gamma: {mean: 8 ms, shape: 2}}"),
                    ("enterprise", "{gamma: {mean: 3 ms, shape: 1}}"),
                ], otherwise: "{gamma: {mean: 1 ms, shape: 2}}"),
            "Further delay, drawn for each packet."),
        Key(
            "loss",
            .exactlyOne([
                Key("gilbert", .object(gilbert), .required, "A two-state Gilbert channel.")
            ]),
            .ownName(
                [
                    ("mobile", "{gilbert: {loss: 0.6 %, mean_burst: 3}}")
                ], otherwise: "{gilbert: {loss: 0.3 %, mean_burst: 2}}"),
            "Loss on the way to the backbone, in each direction."),
        Key(
            "ipv6", share, "0 %",
            "Share of the homes that have IPv6 behind a firewall, beside IPv4; two of them meet "
                + "over it."),
        Key(
            "mdns", share, "100 %",
            "Share of the peers whose browser hides local addresses behind mDNS names."),
        Key(
            "binding_timeout", .distributionOr([measured]), "{constant: 2 min}",
            "How long a NAT or firewall keeps an idle UDP binding, drawn once for each; less than "
                + "1 s counts as that. Of set-ups by packets."),
        Key(
            "household", .integer(1...64), "1",
            "How many peers share one NAT and link at home: those who arrive one after the other "
                + "in this network."),
        Key(
            "carrier_nat", .object(carrierNAT), "{}",
            "NATs of the carrier, beyond those at home (NAT444)."),
    ]

    private static let carrierNAT = [
        Key("share", share, "0 %", "Share of the homes behind them."),
        Key(
            "nat",
            .choice(
                NATClass.allCases.compactMap {
                    guard case .translated = $0 else { return nil }
                    return Choice(name: $0.description, text: "mapping_filtering, RFC 4787")
                }), "eim_eif", "Their class; RFC 6888 asks for `eim_eif`."),
        Key(
            "boxes", .integer(1...1000), "8",
            "How many there are in each region. A home is behind one of them by chance."),
        Key(
            "hairpinning", .boolean, "true",
            "Whether two homes behind one of them can reach each other through it."),
    ]

    /// What the life of bindings may be instead of a distribution.
    private static let measured = Key(
        "measured",
        .choice([
            Choice(
                name: BindingPopulation.homeGateways.rawValue,
                text: "30 s to 5 min, 60 % up to 1 min (Hätönen 2010, Halkes 2011)"),
            Choice(
                name: BindingPopulation.fixedCarriers.rawValue,
                text: "10 s to 200 s, median 35 s (Richter 2016)"),
            Choice(
                name: BindingPopulation.cellularCarriers.rawValue,
                text: "10 s to 200 s, median 65 s (Richter 2016)"),
        ]), .required, "A measured population.")

    private static let gilbert = [
        Key(
            "loss", .quantity(.share, .from(0, below: 1)), .required,
            "Long-run share of packets lost."),
        Key(
            "mean_burst", .number(.from(1, to: 10_000)), "1",
            "Mean number of packets lost in a row."),
    ]
}
