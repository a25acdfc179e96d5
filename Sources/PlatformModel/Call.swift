import EventEngine
import ICE
import MediaPipeline
import MediaSecurity
import Quantities
import RandomStreams
import RiskScoring

/// Two peers that were paired, from the pairing until the last of its sockets is wound up.
struct Call: BitwiseCopyable {
    /// Number in the order of pairing.
    let serial: UInt32
    let parties: BothSides<Handle>
    let pairedAt: SimTime
    let isMeasured: Bool
    let fidelity: Fidelity
    var phase: Phase = .signalling
    var path: CallPath?
    var iceConnectedAt: SimTime?
    var talkingSince: SimTime?
    /// Hanging up once the talk has begun; before that, the end of all patience with the set-up.
    var deadline: EventID = .none
    /// Where the machines of its two sides begin; ``noMachines`` where no packet is simulated.
    var machines: Int32 = Call.noMachines
    /// What the connection will come to, and holds on the relays, where it is modelled.
    var plan: ModelledPlan?
    /// The rights of the two to report each other.
    var capabilities: CallCapabilities?

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

    static var noMachines: Int32 { -1 }

    var offerer: Handle { parties.offerer }
    var answerer: Handle { parties.answerer }

    subscript(side: Side) -> Handle { parties[side] }
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

    /// Calls `body` with each server on the path.
    @inline(__always)
    func forEachServer(_ body: (UInt16) -> Void) {
        switch self {
        case .direct: break
        case .relayed(_, let server): body(server)
        case .relayedTwice(let a, let b):
            body(a)
            body(b)
        }
    }
}

/// The machines that one side of a call runs where its packets are simulated.
struct Leg {
    /// Whose they are.
    let id: LegID
    var agent: Agent?
    var agentTimer = ArmedTimer()
    var media: MediaEndpoint?
    var mediaTimer = ArmedTimer()
    /// The relay server this side allocates on.
    var server: UInt16 = .max
    /// The port of the side's socket.
    var port: UInt16 = 0
    /// The place of the next of the peer's sockets; ``noSocket`` at the end.
    var nextSocket = Leg.noSocket
    /// No signalling message to this side arrives before that: the channel keeps their order.
    var channelFree: SimTime = .zero
    var connectedAt: SimTime?
    var securedAt: SimTime?
    var selected: SelectedPair?
    var remoteFingerprint: [UInt8] = []
    var certificate: Certificate?
    /// Draws the latency of messages to this side.
    var channel: RandomStream
    /// Nothing is left to do for this side.
    var isWound = false

    static var noSocket: Int32 { -1 }
}
