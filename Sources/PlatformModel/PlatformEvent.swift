import EventEngine
import Quantities

/// Which of a call's two sides: the one that offers (the older ticket) or the one that answers.
enum Side: UInt8, Sendable, BitwiseCopyable {
    case offerer
    case answerer

    static var both: Both { Both() }

    /// Both sides, the offerer first, without an array.
    struct Both: RandomAccessCollection {
        var startIndex: Int { 0 }
        var endIndex: Int { 2 }
        subscript(position: Int) -> Side { position == 0 ? .offerer : .answerer }
    }

    var other: Side { self == .offerer ? .answerer : .offerer }
}

/// Something for each side of a call.
struct BothSides<Value> {
    var offerer: Value
    var answerer: Value

    init(_ offerer: Value, _ answerer: Value) {
        self.offerer = offerer
        self.answerer = answerer
    }

    /// What `value` says of each side.
    init(_ value: (Side) -> Value) {
        offerer = value(.offerer)
        answerer = value(.answerer)
    }

    subscript(side: Side) -> Value {
        get { side == .offerer ? offerer : answerer }
        set {
            switch side {
            case .offerer: offerer = newValue
            case .answerer: answerer = newValue
            }
        }
    }
}

extension BothSides: BitwiseCopyable where Value: BitwiseCopyable {}
extension BothSides: Sendable where Value: Sendable {}

/// A side of a call.
struct LegID: Hashable, Sendable, BitwiseCopyable {
    var call: Handle
    var side: Side
}

/// Everything that happens on the platform, as plain data.
enum PlatformEvent: BitwiseCopyable, Sendable {
    /// The next person opens the app.
    case arrival
    /// A peer has thought it over and queues again.
    case joinsQueue(Handle)
    /// The ticket's patience is over.
    case losesPatience(ticket: Handle)
    /// A waiting ticket reaches a step of the expansion ladder.
    case expansion
    /// A signalling message reaches its addressee.
    case signal(Handle)
    /// The connection of a side to the signalling service is lost, or another stands.
    case connectionChanges(LegID)
    /// A datagram reaches its addressee's NAT.
    case datagram(Handle)
    /// A timer of an ICE agent.
    case agentTimer(LegID)
    /// A timer of a DTLS association.
    case handshakeTimer(LegID)
    /// The outcome of a modelled connection.
    case modelledOutcome(Handle)
    /// A side of a modelled connection asks its server for a port.
    case modelledAllocation(LegID)
    /// Both sides of a `flow` call hold keys.
    case secured(Handle)
    /// A side of a modelled connection gives back a port that is not on the path.
    case modelledRelease(LegID)
    /// The dialogue of a modelled connection goes on, in a run that fills its stores.
    case dialogue(DialogueTurn)
    /// One of the two hangs up, or the set-up has taken too long.
    case deadline(Handle)
    /// A report lapses or the identifiers' key rotates.
    case riskTimer
    /// A timer of a relay server.
    case relayTimer(server: UInt16)
    /// The scenario's fault of that number begins.
    case faultBegins(UInt16)
    /// The scenario's fault of that number is over.
    case faultEnds(UInt16)
    /// The peers of a call take its path to be gone.
    case outageNoticed(Handle)
    /// Two have stayed in their call long enough to permit direct paths.
    case strangerTimePasses(Handle)
    /// What has lapsed is deleted from the stores.
    case storesSwept
    /// The stores are backed up.
    case backupTaken
    /// The list of processors changes.
    case listChanges
    /// The service's word of it reaches a side of a call.
    case notice(Handle)
    /// The scenario's fault of the stores of that number happens, or begins.
    case storeFaultBegins(UInt16)
    /// One that lasts is over.
    case storeFaultEnds(UInt16)
    /// Measuring begins.
    case warmUpEnds
    /// The next row of the time series.
    case seriesStep
}

/// A timer of a machine, and what it is set to.
struct ArmedTimer: BitwiseCopyable {
    var id = EventID.none
    var due: SimTime?

    /// The timer's event is happening.
    mutating func fired() { due = nil }
}

/// The order of events at one time. Boundaries come first, so that what happens at the very
/// moment of a boundary belongs to the stretch after it.
enum PlatformPriority {
    static let boundary = EventPriority(rank: 0)
    static let usual = EventPriority.normal
    static let series = EventPriority(rank: 255)
}
