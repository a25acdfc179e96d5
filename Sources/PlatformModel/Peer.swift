import Matchmaking
import NetworkModel
import Quantities
import RandomStreams
import RiskScoring
import ScenarioModel

/// Somebody who has the app open.
///
/// Small values stand where those before them leave room.
struct Peer: BitwiseCopyable {
    let attributes: Attributes
    /// What the browser shows of the device at present.
    var signals: FingerprintSignals
    /// The name the device goes by in the present visit.
    var device: DeviceIdentifier?
    var state: State = .thinking
    /// The tier of the present visit.
    var tier = RiskTier(rawValue: 0)
    /// Whether the app was opened inside the measured window.
    let isMeasured: Bool
    /// Where the peer is on the network; nil where no packet can be simulated.
    let host: HostID?
    var wasContained = false
    /// How often the peer has queued so far.
    var visits: UInt16 = 0
    /// Number in the order of arrival; with it come all the peer's own draws.
    let serial: UInt32
    /// The place of the newest of the sockets of calls that are not wound up yet.
    var firstSocket = Leg.noSocket
    /// Calls had before the person first was contained.
    var callsBeforeContainment: UInt32 = 0
    /// How long they were together, in milliseconds; 49 days are the most it can tell.
    var talkBeforeContainment: UInt32 = 0
    /// How often the peer was paired, and with how many different others.
    var pairings: UInt16 = 0
    var partners: UInt16 = 0
    /// The place of the newest of those others.
    var newestMeeting = Meetings.none
    /// Whether an abuser was among the partners.
    var metAbuser = false
    /// Whether the device has shown the list of processors that the run changes to.
    var hasSeenChange = false

    enum State: UInt8, BitwiseCopyable {
        case thinking
        case waiting
        case inCall
        case leaving
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
        /// Whether it has IPv6 beside IPv4.
        var hasIPv6: Bool
        /// The number of the first peer of its home, itself if it lives alone.
        var home: UInt32
        /// The number of the carrier's box that the home is behind; ``noBox`` for none.
        var carrierBox: Int32
        var accessDelay: SimDuration

        static var noBox: Int32 { -1 }
    }

    /// The most visits of one peer: visit numbers have 16 bits in the names of streams.
    static let maximumVisits = UInt16.max
}

/// What a kind of people does by chance, ready for use without copying the kind.
struct Inclinations: BitwiseCopyable {
    let isAbusive: Bool
    /// Reports only those whom the brigade aims at.
    let isBomber: Bool
    let aim: Double
    let requeue: Double
    let deviceSwitch: Double
    let reportPropensity: Double
    let falseReport: Double

    init(_ persona: Persona) {
        isAbusive = persona.behaviour.isAbusive
        isBomber = persona.behaviour == .reportBomber
        aim = persona.aim
        requeue = persona.requeue
        deviceSwitch = persona.deviceSwitch
        reportPropensity = persona.reportPropensity
        falseReport = persona.falseReport
    }
}
