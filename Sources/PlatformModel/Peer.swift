import Matchmaking
import NetworkModel
import Quantities
import RandomStreams
import RiskScoring
import ScenarioModel

/// Somebody who has the app open.
struct Peer {
    /// Number in the order of arrival; with it come all the peer's own draws.
    let serial: UInt32
    let attributes: Attributes
    let host: HostID
    /// What the browser shows of the device at present.
    var signals: FingerprintSignals
    /// The name the device goes by in the present visit.
    var device: DeviceIdentifier?
    /// Calls that were had before the device first was contained, for the abusive.
    var callsBeforeContainment: Int64 = 0
    var wasContained = false
    /// Whether the app was opened inside the measured window.
    let isMeasured: Bool
    /// The tier of the present visit.
    var tier = RiskTier(rawValue: 0)
    /// How often the peer has queued so far.
    var visits: UInt16 = 0
    var state: State = .thinking
    /// The sockets of the calls that are not wound up yet, oldest first; rarely more than one.
    var sockets: [Socket] = []

    enum State: BitwiseCopyable {
        case thinking
        case waiting(ticket: Handle)
        case inCall(LegID)
        case leaving
    }

    struct Socket: BitwiseCopyable {
        let port: UInt16
        let leg: LegID
    }

    /// What stays the same as long as the app is open.
    struct Attributes: BitwiseCopyable {
        var persona: UInt16
        var language: UInt16
        var interest: UInt16
        var access: UInt16
        var region: UInt16
        var natIndex: UInt16
        var nat: NATClass
        var hidesAddresses: Bool
        var accessDelay: SimDuration
    }

    /// The most visits of one peer: visit numbers have 16 bits in the names of streams.
    static let maximumVisits = UInt16.max
}

/// Draws who arrives; the same peer whatever anybody else does.
struct Crowd {
    private let scenario: Scenario
    private let root: StreamRoot
    private let personaWeights: [Double]
    /// NAT classes in the order of their first mention; a peer's label is an index into it.
    let natClasses: [NATClass]

    init(_ scenario: Scenario, root: StreamRoot) {
        self.scenario = scenario
        self.root = root
        personaWeights = scenario.population.map(\.share)
        var classes: [NATClass] = []
        for network in scenario.access {
            for entry in network.nat where !classes.contains(entry.nat) {
                classes.append(entry.nat)
            }
        }
        natClasses = classes
    }

    /// Who the peer numbered `serial` is.
    func attributes(of serial: UInt32) -> Peer.Attributes {
        var stream = root.stream(.attributes, UInt64(serial))
        let personaIndex = stream.nextIndex(weights: personaWeights)
        let persona = scenario.population[personaIndex]
        let language = Self.pick(persona.language, &stream)
        let interest = Self.pick(persona.interest, &stream)
        let accessIndex = Self.pick(persona.access, &stream)
        var link = root.stream(.access, UInt64(serial))
        let access = scenario.access[accessIndex]
        let region = Self.pick(access.region, &link)
        let nat = access.nat[link.nextIndex(weights: access.nat.map(\.share))].nat
        let hides = link.nextBool(probability: access.mdns)
        return Peer.Attributes(
            persona: UInt16(personaIndex), language: UInt16(language), interest: UInt16(interest),
            access: UInt16(accessIndex), region: UInt16(region),
            natIndex: UInt16(natClasses.firstIndex(of: nat)!), nat: nat, hidesAddresses: hides,
            accessDelay: access.delay.sampleDuration(using: &link))
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

    private static func pick(_ mix: [NamedShare], _ stream: inout RandomStream) -> Int {
        mix[stream.nextIndex(weights: mix.map(\.share))].index
    }
}
