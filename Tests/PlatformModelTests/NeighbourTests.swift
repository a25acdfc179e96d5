import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Peers with IPv6, at one home or behind one carrier: packets and model hold to the rules.
@Suite struct NeighbourTests {
    /// What peers may have in common.
    enum Setting: Int, CaseIterable, Sendable {
        /// Half of them have IPv6.
        case ipv6
        /// Half of them have IPv6, and relays relay it too.
        case relayedIPv6
        /// Homes of four.
        case household
        /// Two boxes of a carrier that hairpin.
        case carrier
        /// Four that do not.
        case strictCarrier
        /// All of it: three quarters behind port-restricted boxes, some of them with IPv6 at home.
        case everything
    }

    static func scenario(_ setting: Setting, _ setup: ScenarioModel.ICE.Setup) -> Scenario {
        var scenario = Scenario(title: "Neighbours")
        scenario.general = General(
            seed: 8, warmUp: .zero, stopTime: .seconds(40), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(6)
        scenario.population[0].conversation = .exponential(mean: 30)
        scenario.population[0].requeue = 0
        scenario.ice.setup = setup
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.access[0].nat = [
            NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.4),
            NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.4),
            NATShare(.public, 0.1), NATShare(.udpBlocked, 0.1),
        ]
        scenario.access[0].mdns = 0.7
        // Losses may cost a set-up its direct path.
        scenario.access[0].loss = .none
        switch setting {
        case .ipv6: scenario.access[0].ipv6 = 0.5
        case .relayedIPv6:
            scenario.access[0].ipv6 = 0.5
            scenario.ice.relayFamilies = .both
        case .household: scenario.access[0].household = 4
        case .carrier: scenario.access[0].carrierNAT = CarrierNAT(share: 1, boxes: 2)
        case .strictCarrier:
            scenario.access[0].carrierNAT = CarrierNAT(share: 1, boxes: 4, hairpinning: false)
        case .everything:
            scenario.access[0].ipv6 = 0.3
            scenario.access[0].household = 4
            scenario.access[0].carrierNAT = CarrierNAT(
                share: 0.75, nat: .translated(.endpointIndependent, .addressAndPortDependent),
                boxes: 2)
        }
        return scenario
    }

    /// What the rules say of a pair, put together anew.
    private static func meets(
        _ a: Peer.Attributes, _ b: Peer.Attributes, _ network: AccessNetwork
    ) -> Bool {
        func outer(_ peer: Peer.Attributes) -> NATClass {
            peer.carrierBox < 0 ? peer.nat : peer.nat.behind(network.carrierNAT.nat)
        }
        var vicinity = Vicinity.apart
        if a.carrierBox >= 0, a.carrierBox == b.carrierBox {
            vicinity = .gateway(hairpins: network.carrierNAT.hairpinning)
        }
        if a.home == b.home, a.nat != .public { vicinity = .link }
        return ConnectivityRules.outcome(
            outer(a), outer(b), vicinity: vicinity, bothHaveIPv6: a.hasIPv6 && b.hasIPv6
        ).isDirect
    }

    /// Every call takes the path that the rules name.
    private static func checkPaths(_ platform: inout Platform, at now: SimTime) {
        var (direct, relayed) = (0, 0)
        for call in platform.calls.handles(where: { $0.phase == .talking }) {
            let record = platform.calls[call]
            let sides = BothSides { platform.peers[record[$0]].attributes }
            let meets = meets(sides.offerer, sides.answerer, platform.scenario.access[0])
            #expect(record.path!.isRelayed != meets, "\(sides)")
            if meets { direct += 1 } else { relayed += 1 }
            if case .relayedTwice = record.path! {
                #expect(Side.both.allSatisfy { sides[$0].nat == .udpBlocked })
            }
        }
        #expect(direct > 5 && relayed > 5, "\(direct) and \(relayed)")
    }

    @Test(arguments: Setting.allCases)
    func `packets and model connect by the rules, and in the same time`(_ setting: Setting) throws {
        let (packets, modelled) = (
            StrangerTests.record(Self.scenario(setting, .packets), Self.checkPaths),
            StrangerTests.record(Self.scenario(setting, .modelled), Self.checkPaths)
        )
        #expect(packets.total(.calls) > 90)
        #expect(packets.value(.connectFailed) == 0 && modelled.value(.connectFailed) == 0)
        let shares = (
            try #require(packets.value(.relayShare)), try #require(modelled.value(.relayShare))
        )
        // The same pairs, but for one or two that the end of the run cuts off.
        #expect(abs(shares.0 - shares.1) < 0.01, "\(shares)")
        let times = (
            try #require(packets.value(.iceLatency)), try #require(modelled.value(.iceLatency))
        )
        // The formula leaves out the turns that pairs of the other family take.
        let tolerance = setting == .relayedIPv6 ? 0.08 : 0.05
        #expect(abs(times.0 - times.1) < tolerance * times.0, "\(times)")
    }

    @Test func `homes and boxes change nobody's other attributes, and are left behind empty`() {
        let alone = Self.scenario(.ipv6, .packets)
        var shared = alone
        shared.access[0].household = 3
        shared.access[0].carrierNAT = CarrierNAT(share: 0.5, boxes: 1)
        let root = StreamRoot(seed: 8, replication: 0)
        var (one, other) = (Crowd(alone, root: root), Crowd(shared, root: root))
        var homes: [UInt32: Int] = [:]
        for serial in 0..<UInt32(300) {
            let (a, b) = (one.attributes(of: serial), other.attributes(of: serial))
            #expect(a.home == serial && a.carrierBox < 0)
            #expect(a.persona == b.persona && a.language == b.language)
            #expect(a.hidesAddresses == b.hidesAddresses || b.home != serial)
            homes[b.home, default: 0] += 1
        }
        #expect(homes.values.allSatisfy { $0 == 3 } && homes.count == 100)
        shared.general.stopTime = .seconds(20)
        _ = StrangerTests.record(shared) { platform, _ in
            let present = platform.peers.count
            #expect(present > 10 && platform.gateways.homeCount <= present)
            #expect(platform.gateways.homeCount > present / 6)
        }
    }
}
