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
        networks = scenario.access.map { network in
            NetworkMix(
                region: Mix(network.region), natShares: network.nat.map(\.share),
                nats: network.nat.map(\.nat),
                natIndices: network.nat.map { UInt16(classes.firstIndex(of: $0.nat)!) },
                mdns: network.mdns, ipv6: network.ipv6, delay: network.delay)
        }
    }

    /// Who the peer numbered `serial` is.
    func attributes(of serial: UInt32) -> Peer.Attributes {
        var stream = root.stream(.attributes, UInt64(serial))
        let persona = stream.nextIndex(weights: personaWeights)
        let language = personas[persona].language.draw(using: &stream)
        let interest = personas[persona].interest.draw(using: &stream)
        let access = personas[persona].access.draw(using: &stream)
        var link = root.stream(.access, UInt64(serial))
        let network = Int(access)
        let region = networks[network].region.draw(using: &link)
        let nat = link.nextIndex(weights: networks[network].natShares)
        let hides = link.nextBool(probability: networks[network].mdns)
        return Peer.Attributes(
            persona: UInt16(persona), language: language, interest: interest, access: access,
            region: region, natIndex: networks[network].natIndices[nat],
            nat: networks[network].nats[nat], hidesAddresses: hides,
            hasIPv6: hasIPv6(serial, networks[network].ipv6),
            accessDelay: networks[network].delay.sampleDuration(using: &link))
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
            randomness: root.stream(.link, UInt64(serial)))
    }
}
