import NetworkModel
import Quantities

/// The NATs on the network that several peers are behind.
struct Gateways {
    /// Of homes that somebody is in, by the number of the home's first peer; only looked up.
    fileprivate var homes: [UInt32: GatewayID] = [:]
    /// Of carriers, by number, once somebody has been behind them.
    fileprivate var carriers: [Int32: GatewayID] = [:]

    /// Homes that somebody is in, where several share one.
    var homeCount: Int { homes.count }
}

extension Peer.Attributes {
    /// Whether those of one home, in which `household` live, are on one link behind one NAT: not
    /// where each has a public address.
    func sharesHome(of household: Int) -> Bool { household > 1 && !nat.hasPublicAddress }
}

/// Peers who share a NAT: those of one home, and homes behind one box of their carrier.
extension Platform {
    /// Puts a peer on the network, behind the gateways of its home and carrier.
    mutating func attachHost(of serial: UInt32, _ attributes: Peer.Attributes) -> HostID {
        var configuration = crowd.host(serial, attributes)
        let carrier = carrierGateway(attributes.carrierBox)
        configuration.gateway = carrier
        if let home = crowd.homeGateway(attributes, behind: carrier) {
            let gateway = gateways.homes[attributes.home] ?? network.attachGateway(home)
            gateways.homes[attributes.home] = gateway
            configuration.gateway = gateway
            // The NAT is the home's, not the peer's own.
            if attributes.nat != .udpBlocked { configuration.nat = .public }
        }
        return network.attachHost(configuration)
    }

    private mutating func carrierGateway(_ box: Int32) -> GatewayID? {
        guard box != Peer.Attributes.noBox else { return nil }
        if let gateway = gateways.carriers[box] { return gateway }
        let gateway = network.attachGateway(crowd.carrierGateway(Int(box)))
        gateways.carriers[box] = gateway
        return gateway
    }

    /// A peer is off the network; with the last one its home is.
    mutating func leaveHome(_ attributes: Peer.Attributes) {
        guard let gateway = gateways.homes[attributes.home],
            network.stationCount(behind: gateway) == 0
        else { return }
        network.detach(gateway)
        gateways.homes[attributes.home] = nil
    }

    /// All that stands between a peer and the Internet, as one class.
    func outerNAT(_ peer: Peer.Attributes) -> NATClass {
        guard peer.carrierBox != Peer.Attributes.noBox else { return peer.nat }
        return peer.nat.behind(scenario.access[Int(peer.access)].carrierNAT.nat)
    }

    /// What two peers share.
    func vicinity(_ a: Peer.Attributes, _ b: Peer.Attributes) -> Vicinity {
        let access = scenario.access[Int(a.access)]
        if a.home == b.home, a.sharesHome(of: access.household) { return .link }
        guard a.carrierBox != Peer.Attributes.noBox, a.carrierBox == b.carrierBox else {
            return .apart
        }
        return .gateway(hairpins: access.carrierNAT.hairpinning)
    }

    /// One-way delay of the direct path between two peers without jitter, and whether it leaves
    /// their home.
    func directDelay(
        _ a: Peer.Attributes, _ b: Peer.Attributes
    ) -> (base: SimDuration, leavesHome: Bool) {
        let across = a.accessDelay + b.accessDelay
        switch vicinity(a, b) {
        case .link: return (GatewayConfiguration.defaultLANDelay, false)
        // The way turns round at the carrier's box, before the backbone.
        case .gateway where !meetOverIPv6(a, b): return (across, true)
        case .gateway, .apart:
            return (
                across + paths.backboneDelay(from: Int(a.region), to: Int(b.region)), true
            )
        }
    }

    /// Whether the direct path of a call stays in one home, or turns round at one carrier's box.
    func staysNear(_ call: Handle) -> Bool {
        let (a, b) = (
            peers[calls[call].offerer].attributes, peers[calls[call].answerer].attributes
        )
        switch vicinity(a, b) {
        case .link: return true
        case .gateway: return !meetOverIPv6(a, b)
        case .apart: return false
        }
    }

    private func meetOverIPv6(_ a: Peer.Attributes, _ b: Peer.Attributes) -> Bool {
        a.hasIPv6 && b.hasIPv6 && a.nat != .udpBlocked && b.nat != .udpBlocked
    }
}
