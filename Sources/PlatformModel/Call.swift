import EventEngine
import ICE
import MediaSecurity
import NetworkModel
import Quantities
import RandomStreams
import RiskScoring
import Talks

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
    /// How far the two have come from being strangers.
    var acquaintance = Acquaintance.strangers
    /// The path before a move from relays that two strangers began on.
    var formerPath: CallPath?
    var iceConnectedAt: SimTime?
    var talkingSince: SimTime?
    /// Hanging up once the talk has begun; before that, the end of all patience with the set-up.
    var deadline: EventID = .none
    /// Where the machines of its two sides begin; ``noMachines`` where no packet is simulated.
    var machines: Int32 = Call.noMachines
    /// What the connection will come to, and holds on the relays, where it is modelled.
    var plan: ModelledPlan?
    /// For each relay on the path, what its load has done to packets so far: integrals over the
    /// time that the media took it, where packets are not simulated.
    var relayLoad = RelayLoad()
    /// Set while the call's relay is gone.
    var outage: Outage?
    /// How much of the talk went over relays.
    var relayTime = RelayTime()
    /// The rights of the two to report each other.
    var capabilities: CallCapabilities?

    enum Fidelity: UInt8, BitwiseCopyable {
        case full
        case sealed
        case flow

        /// Whether packets of media are simulated.
        var carriesMedia: Bool { self != .flow }
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

/// Integrals of what up to two relays did to packets, over the time that a call took them.
struct RelayLoad: BitwiseCopyable {
    private var loss = (first: 0.0, second: 0.0)
    private var delay = 0.0
    /// Seconds in which nothing came through.
    private var outage = 0.0

    /// Nothing has come through for `silence`.
    mutating func addOutage(_ silence: SimDuration) { outage += silence.seconds }

    /// The media begin (`sign` 1) to take the `index`-th relay on the path, or cease (−1), when the
    /// relay's integrals since the beginning of time are `integrals`.
    mutating func add(_ integrals: (loss: Double, delay: Double), at index: Int, sign: Int) {
        let sign = -Double(sign)
        if index == 0 {
            loss.first += sign * integrals.loss
        } else {
            loss.second += sign * integrals.loss
        }
        delay += sign * integrals.delay
    }

    /// The mean over a call of `duration`; the relay at index `held` loses nothing, as what comes to
    /// it comes in a stream.
    func mean(over duration: SimDuration, holdingAt held: Int? = nil) -> FluidLink.Effect {
        guard duration > .zero else { return .none }
        let first = held == 0 ? 0 : loss.first / duration.seconds
        let second = held == 1 ? 0 : loss.second / duration.seconds
        let silent = outage / duration.seconds
        return FluidLink.Effect(
            loss: min(1, max(0, 1 - (1 - first) * (1 - second) * (1 - silent))),
            delay: SimDuration(seconds: max(0, delay / duration.seconds)))
    }
}

/// How much of a talk went over relays.
struct RelayTime: BitwiseCopyable {
    /// Since when the talk has gone over relays; the distant future while it does not.
    private var since = SimTime.distantFuture
    private var earlier = SimDuration.zero

    /// Whether it goes over relays now.
    var isRunning: Bool { since != .distantFuture }

    /// From `now` on the talk goes over relays, or does not.
    mutating func change(isRelayed: Bool, at now: SimTime) {
        guard isRelayed != isRunning else { return }
        earlier = total(at: now)
        since = isRelayed ? now : .distantFuture
    }

    /// The time over relays until `now`.
    func total(at now: SimTime) -> SimDuration {
        earlier + (isRunning ? now - since : .zero)
    }
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

    /// Which of the servers that ``forEachServer(_:)`` names is the relay of `client`, if it has one.
    func relayIndex(of client: Side) -> Int? {
        switch self {
        case .direct: nil
        case .relayed(let owner, _): owner == client ? 0 : nil
        case .relayedTwice: client == .offerer ? 0 : 1
        }
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
    /// The association, until the other side has shown its keys.
    var handshake: Handshake?
    var handshakeTimer = ArmedTimer()
    /// The call's talk; with the offerer's machines only.
    var talk: Talk?
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
    /// Its connection to the signalling service, where that may be lost.
    var connection: SignalingConnection?
    /// Nothing is left to do for this side.
    var isWound = false

    static var noSocket: Int32 { -1 }
}
