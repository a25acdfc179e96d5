import EventEngine
import ICE
import MediaPipeline
import MediaSecurity
import Quantities
import RandomStreams
import RiskScoring

/// Two peers that were paired, from the pairing until the last of its sockets is wound up.
struct Call {
    /// Number in the order of pairing.
    let serial: UInt32
    let offerer: Handle
    let answerer: Handle
    let pairedAt: SimTime
    let isMeasured: Bool
    let fidelity: Fidelity
    var phase: Phase = .signalling
    var path: CallPath?
    var iceConnectedAt: SimTime?
    var talkingSince: SimTime?
    /// The rights of the two to report each other.
    var capabilities: CallCapabilities?
    /// Hanging up once the talk has begun; before that, the end of all patience with the set-up.
    var deadline: EventID = .none
    /// What the connection will come to, where it is modelled.
    var plan: ModelledPlan?

    enum Fidelity: UInt8, BitwiseCopyable {
        case full
        case flow
    }

    enum Phase: UInt8, BitwiseCopyable {
        case signalling
        case connecting
        case securing
        case talking
        /// Over for the peers; a relay has still to be told.
        case windingUp
    }

    subscript(side: Side) -> Handle { side == .offerer ? offerer : answerer }
}

/// How the media of a call travel.
enum CallPath: BitwiseCopyable {
    case direct
    /// Through one server, allocated by `by`.
    case relayed(by: Side, server: UInt16)
    /// Through two servers, one for each side.
    case relayedTwice(offerer: UInt16, answerer: UInt16)

    var isRelayed: Bool {
        if case .direct = self { false } else { true }
    }
}

/// What one side of a call runs.
struct Leg {
    var agent: Agent?
    var agentTimer = ArmedTimer()
    var media: MediaEndpoint?
    var mediaTimer = ArmedTimer()
    /// The relay server this side allocates on.
    var server: UInt16 = .max
    /// No signalling message to this side arrives before that: the channel keeps their order.
    var channelFree: SimTime = .zero
    var connectedAt: SimTime?
    var securedAt: SimTime?
    var selected: SelectedPair?
    var remoteFingerprint: [UInt8] = []
    var certificate: Certificate?
    /// Draws the latency of messages to this side.
    var channel: RandomStream?
    /// Nothing is left to do for this side.
    var isWound = false
    /// The relay port that this side of a modelled connection holds.
    var heldPort: UInt16?
}
