import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// Draws who arrives; the same peer whatever anybody else does.
struct Crowd {
    private let scenario: Scenario
    private let root: StreamRoot
    private let personaWeights: [Double]
    private let personas: [PersonaMix]
    private let networks: [NetworkMix]
    /// NAT classes in the order of their first mention; a peer's label is an index into it.
    let natClasses: [NATClass]
    /// The carriers' boxes, by number.
    let carrierBoxes: [CarrierBox]
    /// By access network: the home that peers move into at present.
    private var homes: [Home]

    /// One NAT of a carrier.
    struct CarrierBox {
        let access: Int
        let region: Int
    }

    /// A home, by the number of its first peer, and how many have moved in.
    private struct Home {
        var founder: UInt32 = 0
        var count = 0
    }

    /// Numbers with their shares, apart from each other as draws need them.
    private struct Mix {
        let numbers: [UInt16]
        let shares: [Double]

        init(_ shares: [NamedShare]) {
            numbers = shares.map { UInt16($0.index) }
            self.shares = shares.map(\.share)
        }

        func draw(using stream: inout RandomStream) -> UInt16 {
            numbers[stream.nextIndex(weights: shares)]
        }
    }

    private struct PersonaMix {
        let language: Mix
        let interest: Mix
        let access: Mix
    }

    private struct NetworkMix {
        let region: Mix
        let natShares: [Double]
        let nats: [NATClass]
        /// Their labels.
        let natIndices: [UInt16]
        let mdns: Double
        let ipv6: Double
        let delay: Distribution
        let household: Int
        let carrier: CarrierNAT
        /// The number of its carrier's first box.
        let firstBox: Int
    }

    init(_ scenario: Scenario, root: StreamRoot) {
        self.scenario = scenario
        self.root = root
        personaWeights = scenario.population.map(\.share)
        personas = scenario.population.map {
            PersonaMix(
                language: Mix($0.language), interest: Mix($0.interest), access: Mix($0.access))
        }
        var classes: [NATClass] = []
        for network in scenario.access {
            for entry in network.nat where !classes.contains(entry.nat) {
                classes.append(entry.nat)
            }
        }
        natClasses = classes
        var boxes: [CarrierBox] = []
        networks = scenario.access.enumerated().map { index, network in
            let firstBox = boxes.count
            if network.carrierNAT.share > 0 {
                for region in scenario.regions.names.indices {
                    boxes += Array(
                        repeating: CarrierBox(access: index, region: region),
                        count: network.carrierNAT.boxes)
                }
            }
            return NetworkMix(
                region: Mix(network.region), natShares: network.nat.map(\.share),
                nats: network.nat.map(\.nat),
                natIndices: network.nat.map { UInt16(classes.firstIndex(of: $0.nat)!) },
                mdns: network.mdns, ipv6: network.ipv6, delay: network.delay,
                household: network.household, carrier: network.carrierNAT, firstBox: firstBox)
        }
        carrierBoxes = boxes
        homes = Array(repeating: Home(), count: scenario.access.count)
    }

    /// Who the peer numbered `serial` is; to be asked once for each, in the order of arrival, in
    /// which peers of one network move into homes.
    mutating func attributes(of serial: UInt32) -> Peer.Attributes {
        var stream = root.stream(.attributes, UInt64(serial))
        let (persona, wishes) = drawWishes(using: &stream)
        let access = personas[persona].access.draw(using: &stream)
        let network = Int(access)
        let home = moveIn(serial, network)
        // Those of one home share what its first peer has drawn, but for the browser.
        var link = root.stream(.access, UInt64(home))
        let region = networks[network].region.draw(using: &link)
        let natIndex = link.nextIndex(weights: networks[network].natShares)
        let nat = networks[network].nats[natIndex]
        var hides = link.nextBool(probability: networks[network].mdns)
        let delay = networks[network].delay.sampleDuration(using: &link)
        if home != serial {
            var own = root.stream(.access, UInt64(serial))
            hides = own.nextBool(probability: networks[network].mdns)
        }
        return Peer.Attributes(
            persona: UInt16(persona), language: wishes.language, interest: wishes.interest,
            access: access,
            region: region, natIndex: networks[network].natIndices[natIndex], nat: nat,
            hidesAddresses: hides, hasIPv6: hasIPv6(home, networks[network].ipv6), home: home,
            carrierBox: carrierBox(home, networks[network], region: Int(region)),
            accessDelay: delay)
    }

    /// What the peer numbered `serial` speaks and likes, whoever it is otherwise; may be asked at any time.
    func wishes(of serial: UInt32) -> Wishes {
        var stream = root.stream(.attributes, UInt64(serial))
        return drawWishes(using: &stream).wishes
    }

    private func drawWishes(
        using stream: inout RandomStream
    ) -> (persona: Int, wishes: Wishes) {
        let persona = stream.nextIndex(weights: personaWeights)
        let language = personas[persona].language.draw(using: &stream)
        let interest = personas[persona].interest.draw(using: &stream)
        return (persona, Wishes(language: language, interest: interest))
    }

    /// The home of the peer numbered `serial`, by the number of its first peer.
    private mutating func moveIn(_ serial: UInt32, _ network: Int) -> UInt32 {
        let size = networks[network].household
        guard size > 1 else { return serial }
        if homes[network].count % size == 0 { homes[network] = Home(founder: serial) }
        homes[network].count += 1
        return homes[network].founder
    }

    private func carrierBox(_ home: UInt32, _ network: NetworkMix, region: Int) -> Int32 {
        guard network.carrier.share > 0 else { return Peer.Attributes.noBox }
        var stream = root.stream(.carrier, UInt64(home))
        guard stream.nextBool(probability: network.carrier.share) else {
            return Peer.Attributes.noBox
        }
        let boxes = network.carrier.boxes
        let box = Int(stream.nextInteger(below: UInt64(boxes)))
        return Int32(network.firstBox + region * boxes + box)
    }

    /// Drawn from a stream of its own, so that IPv6 changes nothing else of anybody.
    private func hasIPv6(_ serial: UInt32, _ share: Double) -> Bool {
        guard share > 0 else { return false }
        var stream = root.stream(.ipv6, UInt64(serial))
        return stream.nextBool(probability: share)
    }

    /// How the network treats the peer numbered `serial`.
    func host(_ serial: UInt32, _ attributes: Peer.Attributes) -> HostConfiguration {
        let access = scenario.access[Int(attributes.access)]
        return HostConfiguration(
            nat: attributes.nat, region: Int(attributes.region),
            path: PathQuality(
                accessDelay: attributes.accessDelay, jitter: access.jitter, loss: access.loss),
            bindingTimeout: bindingTimeout(access, .binding, UInt64(attributes.home)),
            ipv6: attributes.hasIPv6 ? IPv6Access() : nil,
            randomness: root.stream(.link, UInt64(serial)))
    }

    /// The NAT of a home that several share; nil where there is none to share.
    func homeGateway(_ attributes: Peer.Attributes, behind carrier: GatewayID?)
        -> GatewayConfiguration?
    {
        let access = scenario.access[Int(attributes.access)]
        guard attributes.sharesHome(of: access.household) else { return nil }
        let timeout = bindingTimeout(access, .binding, UInt64(attributes.home))
        var behaviour = NATBehaviour(
            .endpointIndependent, .addressAndPortDependent, timeout: timeout)
        if case .translated(let mapping, let filtering) = attributes.nat {
            behaviour = NATBehaviour(mapping, filtering, timeout: timeout)
        }
        return GatewayConfiguration(
            behaviour, lan: .home, region: Int(attributes.region), behind: carrier)
    }

    /// A carrier's box.
    func carrierGateway(_ number: Int) -> GatewayConfiguration {
        let box = carrierBoxes[number]
        let access = scenario.access[box.access]
        guard case .translated(let mapping, let filtering) = access.carrierNAT.nat else {
            preconditionFailure("a validated scenario has carriers that translate")
        }
        var behaviour = NATBehaviour(
            mapping, filtering, timeout: bindingTimeout(access, .carrierBinding, UInt64(number)))
        behaviour.hairpins = access.carrierNAT.hairpinning
        return GatewayConfiguration(
            behaviour, lan: .carrier, region: box.region, addressCount: Self.carrierAddresses)
    }

    /// Public addresses of one carrier's box: a million ports, enough for any crowd that one is for.
    private static let carrierAddresses = 16

    /// How long the NAT numbered `entity` keeps an idle binding.
    private func bindingTimeout(
        _ access: AccessNetwork, _ purpose: Purpose, _ entity: UInt64
    ) -> SimDuration {
        var stream = root.stream(purpose, entity)
        return max(
            access.bindingTimeout.sampleDuration(using: &stream), AccessNetwork.shortestBinding)
    }
}

/// What somebody is looking for.
struct Wishes: BitwiseCopyable {
    let language: UInt16
    let interest: UInt16
}
