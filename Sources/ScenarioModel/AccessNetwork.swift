import NetworkModel
import Quantities
import RandomStreams

/// One entry of a mix of NAT classes.
public struct NATShare: Hashable, Sendable, BitwiseCopyable {
    /// What stands between the peer and the Internet.
    public var nat: NATClass
    /// Its part of the network's peers, 0…1.
    public var share: Double

    /// `share` of the peers are behind `nat`.
    public init(_ nat: NATClass, _ share: Double) {
        self.nat = nat
        self.share = share
    }
}

/// The kind of network that a peer reaches the Internet through.
public struct AccessNetwork: Hashable, Sendable {
    /// What the network is called.
    public var name: String
    /// Its mix of NAT classes; shares sum to 1.
    public var nat: [NATShare]
    /// Where its peers live: indices into the scenario's regions.
    public var region: [NamedShare]
    /// One-way delay between the peer and the backbone in seconds, drawn once per peer.
    public var delay: Distribution
    /// Further delay in seconds, drawn for each packet.
    public var jitter: Distribution
    /// Loss on the way to the backbone, in each direction.
    public var loss: GilbertLoss
    /// Share of the peers that have IPv6.
    public var ipv6: Double
    /// Share of the peers whose browser hides local addresses behind mDNS names.
    public var mdns: Double
    /// How long a NAT or firewall keeps an idle UDP binding, in seconds, drawn once for each; a draw
    /// below ``shortestBinding`` counts as that.
    public var bindingTimeout = Distribution.constant(NATBox.defaultBindingTimeout.seconds)
    /// How many peers live behind one NAT at home, ≥ 1.
    public var household = 1
    /// What the carrier translates beyond that.
    public var carrierNAT = CarrierNAT.none

    /// The shortest life of a binding that is simulated: no device is known to forget sooner, and
    /// one that forgot before an answer can come would block UDP.
    public static let shortestBinding = SimDuration.seconds(1)

    /// The given network, all in region 0 unless said otherwise.
    public init(
        name: String, nat: [NATShare],
        region: [NamedShare] = [NamedShare(index: 0, share: 1)],
        delay: Distribution, jitter: Distribution, loss: GilbertLoss, ipv6: Double = 0,
        mdns: Double = 1
    ) {
        self.name = name
        self.nat = nat
        self.region = region
        self.delay = delay
        self.jitter = jitter
        self.loss = loss
        self.ipv6 = ipv6
        self.mdns = mdns
    }

    /// Fixed lines at home. Fewer than 2 % of home gateways map by destination (Richter et al.,
    /// IMC 2016), about 1 % of homes block UDP and the filters are mixed (assumptions); delay
    /// within the 7…34 ms idle round trips from home routers in the FCC's thirteenth Measuring
    /// Broadband America report (2022); jitter and loss are assumptions for wired access.
    public static let fixed = AccessNetwork(
        name: "fixed",
        nat: [
            NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.67),
            NATShare(.translated(.endpointIndependent, .addressDependent), 0.15),
            NATShare(.translated(.endpointIndependent, .endpointIndependent), 0.15),
            NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.02),
            NATShare(.udpBlocked, 0.01),
        ],
        delay: .gamma(mean: 0.008, shape: 4), jitter: .gamma(mean: 0.001, shape: 2),
        loss: GilbertLoss(loss: 0.003, meanBurst: 2)!)

    /// Cellular networks. About 40 % of cellular carrier-grade NATs map by destination and 20 %
    /// are full cones (Richter et al., IMC 2016), UDP is seldom blocked (assumption); delay
    /// somewhat under half of WebPageTest's LTE round trip of 70 ms; jitter as of LTE's 10…20 ms
    /// scheduling grid and loss are assumptions.
    public static let mobile = AccessNetwork(
        name: "mobile",
        nat: [
            NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.375),
            NATShare(.translated(.endpointIndependent, .addressDependent), 0.125),
            NATShare(.translated(.endpointIndependent, .endpointIndependent), 0.125),
            NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.37),
            NATShare(.udpBlocked, 0.005),
        ],
        delay: .gamma(mean: 0.03, shape: 5), jitter: .gamma(mean: 0.008, shape: 2),
        loss: GilbertLoss(loss: 0.006, meanBurst: 3)!)

    /// Offices and campuses: 30 % map by destination, 25 % block UDP, the rest filter by address
    /// and port; delay as on fibre, jitter as on Wi-Fi. All assumptions; over all networks 3–5 %
    /// block UDP (RFC 9308 §2).
    public static let enterprise = AccessNetwork(
        name: "enterprise",
        nat: [
            NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.45),
            NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.3),
            NATShare(.udpBlocked, 0.25),
        ],
        delay: .gamma(mean: 0.006, shape: 4), jitter: .gamma(mean: 0.003, shape: 1),
        loss: GilbertLoss(loss: 0.003, meanBurst: 2)!)
}

/// A carrier's NATs, behind which the peers' own stand (NAT444, RFC 6888).
public struct CarrierNAT: Hashable, Sendable, BitwiseCopyable {
    /// Share of the network's homes behind them, 0…1.
    public var share: Double
    /// How they translate.
    public var nat: NATClass
    /// How many there are in each region, ≥ 1; a home is behind one of them by chance.
    public var boxes: Int
    /// Whether subscribers of one can reach each other through it (RFC 4787 REQ-9).
    public var hairpinning: Bool

    /// No such NATs.
    public static let none = CarrierNAT(share: 0)

    /// What a carrier's NAT lets in unless a file says otherwise: anybody, on one mapping
    /// (RFC 6888 REQ-1, REQ-7).
    public static let usualClass = NATClass.translated(.endpointIndependent, .endpointIndependent)

    /// The given NATs.
    public init(
        share: Double, nat: NATClass = CarrierNAT.usualClass, boxes: Int = 8,
        hairpinning: Bool = true
    ) {
        self.share = share
        self.nat = nat
        self.boxes = boxes
        self.hairpinning = hairpinning
    }
}

/// Where peers and relays are.
public struct Regions: Hashable, Sendable {
    /// Their names.
    public var names: [String]
    /// One-way backbone delay from region to region; symmetric, the diagonal is the delay within.
    public var delay: [[SimDuration]]

    /// The given regions; by default the one called `default`.
    ///
    /// - Precondition: `delay` is square, symmetric and as long as `names`.
    public init(
        names: [String] = ["default"], delay: [[SimDuration]] = [[Regions.delayWithin]]
    ) {
        precondition(
            delay.count == names.count && delay.allSatisfy { $0.count == names.count },
            "one delay for each pair of regions")
        self.names = names
        self.delay = delay
    }

    /// One-way backbone delay inside a region unless a file says otherwise: half of the 14 ms
    /// round trip between London and Frankfurt.
    public static let delayWithin = SimDuration.milliseconds(7)
}
