import Addressing
import Quantities

/// What a side of a modelled connection sends at one moment.
enum DialogueBatch: UInt8, BitwiseCopyable {
    /// Its description, with the candidates that it has at once.
    case description
    /// How a server sees it.
    case reflexive
    /// Where it is reached at a relay, or that there is no more to come.
    case relayed
}

/// Something that happens in the dialogue of a modelled connection.
enum DialogueStep: BitwiseCopyable {
    /// The offerer begins.
    case begins
    /// A server has told the side how it sees it.
    case reflected
    /// The side's relay has given it an address, or refused.
    case relayed
    /// What the other side has sent arrives.
    case arrives(DialogueBatch)
    /// Peers are to be let through: the side's request reaches its relay.
    case permits
}

/// A step of the dialogue of a connection as it was planned for the `generation`-th time.
struct DialogueTurn: BitwiseCopyable {
    var leg: LegID
    var step: DialogueStep
    var generation: UInt8
}

/// Kinds of addresses of a side that the other one asks its relay to let through.
struct ShownAddresses: OptionSet, BitwiseCopyable {
    var rawValue: UInt8

    /// Of the side's own interface.
    static let local = ShownAddresses(rawValue: 1)
    /// As servers see it.
    static let mapped = ShownAddresses(rawValue: 2)
    /// At its relay.
    static let relayed = ShownAddresses(rawValue: 4)
}

/// What a batch said.
struct DialogueNews: BitwiseCopyable {
    /// Of whom it told what, in a run that is audited.
    var told = KnowledgeDesk.Told()
    /// Which addresses it showed.
    var shown: ShownAddresses = []
    /// How many messages the side had sent with it.
    var count: UInt64 = 0
}

/// One side of the dialogue of a modelled connection.
struct DialogueSide: BitwiseCopyable {
    /// Where its socket is, over IPv4 and over IPv6.
    let base: TransportAddress
    let base6: TransportAddress?
    /// Where servers see it.
    let mapped: TransportAddress
    /// Its addresses at a relay, as long as it holds them, the one of IPv6 first.
    var relayed6: TransportAddress?
    var relayed: TransportAddress?
    /// Whether it waits for its relay's answer.
    var awaitsRelay = false
    /// What it has said last, batch by batch.
    private var news = InlineArray<3, DialogueNews>(repeating: DialogueNews())
    /// How many messages it has sent, and how many of the other side's have come.
    var sent: UInt64 = 0
    var heard: UInt64 = 0
    /// Which addresses of the other side's it knows, and which its relay lets through.
    var known: ShownAddresses = []
    var permitted: ShownAddresses = []

    init(base: TransportAddress, base6: TransportAddress?, mapped: TransportAddress) {
        self.base = base
        self.base6 = base6
        self.mapped = mapped
    }

    subscript(batch: DialogueBatch) -> DialogueNews {
        get { news[Int(batch.rawValue)] }
        set { news[Int(batch.rawValue)] = newValue }
    }

    /// Its addresses at a relay, in the order of their candidates.
    var relayedAddresses: [TransportAddress] { [relayed6, relayed].compactMap { $0 } }

    /// The addresses of `kind`, which is one alone, that a relay with addresses in `families` lets through.
    func addresses(_ kind: ShownAddresses, in families: [IPAddress.Family]) -> [IPAddress] {
        let all: [IPAddress?] =
            switch kind {
            case .local: [base6?.ip, base.ip]
            // Nobody translates IPv6.
            case .mapped: [base6?.ip, mapped.ip]
            default: [relayed6?.ip, relayed?.ip]
            }
        return all.compactMap { $0 }.filter { families.contains($0.family) }
    }
}

/// The dialogue of a modelled connection.
struct Dialogue: BitwiseCopyable {
    /// The number of the call.
    let call: UInt32
    /// How often the connection has been planned anew: what was to be said by an earlier plan is not said any more.
    private(set) var generation: UInt8 = 0
    var sides: BothSides<DialogueSide>

    init(of call: UInt32, between sides: BothSides<DialogueSide>) {
        self.call = call
        self.sides = sides
    }

    /// The connection has been planned anew: both sides begin as if they knew nothing of each other.
    mutating func beginAgain() {
        generation &+= 1
        for side in Side.both { sides[side].known = [] }
    }
}

/// The dialogues of modelled connections, in a run that fills its stores: what agents would say, when, and what relays would
/// write down.
struct DialogueDesk {
    /// By the place of the call.
    private var dialogues: [Dialogue?] = []

    /// Whether there is one of the call numbered `serial` at `call`.
    func isOpen(_ call: Handle, of serial: UInt32) -> Bool {
        Int(call.index) < dialogues.count && dialogues[Int(call.index)]?.call == serial
    }

    mutating func open(_ dialogue: Dialogue, of call: Handle) {
        while dialogues.count <= Int(call.index) { dialogues.append(nil) }
        dialogues[Int(call.index)] = dialogue
    }

    /// The dialogue of `call`.
    ///
    /// - Precondition: it is open.
    subscript(call: Handle) -> Dialogue {
        get { dialogues[Int(call.index)]! }
        _modify { yield &dialogues[Int(call.index)]! }
    }
}
