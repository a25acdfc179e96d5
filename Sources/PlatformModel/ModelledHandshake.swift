import Quantities

/// The DTLS 1.2 handshake of a call without packets, flight by flight: real losses, delays and timers,
/// no bytes.
///
/// The client's hello, the server's five messages from ServerHello to ServerHelloDone, the client's
/// five from Certificate to Finished, the server's last two (RFC 5246 §7.3) leave as one datagram a
/// flight; when they are sent again, because a timer ran out, each message is a datagram of its own
/// (RFC 6347 §4.2.4). Timers double; the server's runs from its first flight until it has the client's
/// last message. A hello that comes again is not answered; a Finished that comes again is.
///
/// Between the flights the agents' checks and their answers take the same paths
/// (``HandshakeDirection``).
struct ModelledHandshake {
    private enum Flight: Int {
        case hello
        case serverHello
        case clientFinished
        case serverFinished

        /// Handshake messages, ChangeCipherSpec counted.
        var messageCount: Int {
            switch self {
            case .hello: 1
            case .serverHello, .clientFinished: 5
            case .serverFinished: 2
            }
        }
        var all: UInt8 { 1 << UInt8(messageCount) - 1 }
        var finished: UInt8 { 1 << UInt8(messageCount - 1) }
        var isClients: Bool { self == .hello || self == .clientFinished }
    }

    private struct Datagram {
        let arrival: SimTime
        let flight: Flight
        let messages: UInt8
    }

    /// A side's timer: when it runs out, and how long it runs.
    private struct Timer {
        var due = SimTime.distantFuture
        var length: SimDuration

        mutating func start(_ first: SimDuration, at now: SimTime) {
            length = first
            due = now + length
        }

        mutating func goOn(at now: SimTime) {
            length = min(length + length, .seconds(60))
            due = now + length
        }
    }

    private let first: SimDuration
    private var there: HandshakeDirection
    private var back: HandshakeDirection
    private var underWay: [Datagram] = []
    /// By flight, which messages have come.
    private var received: [UInt8] = [0, 0, 0, 0]
    private var clientTimer: Timer
    private var serverTimer: Timer

    /// A handshake whose timers begin with `first`, between a client whose datagrams go `there`
    /// and a server whose datagrams go `back`.
    init(
        firstTimeout first: SimDuration, there: HandshakeDirection, back: HandshakeDirection
    ) {
        self.first = first
        self.there = there
        self.back = back
        clientTimer = Timer(length: first)
        serverTimer = Timer(length: first)
    }

    /// When the client has the last flight, at which time both sides hold keys; nil if that is not
    /// before `limit`.
    ///
    /// - Parameters:
    ///   - begin: when the client sends its hello.
    ///   - serverReady: before that the server takes nothing in.
    mutating func run(from begin: SimTime, serverReady: SimTime, until limit: SimTime) -> SimTime? {
        sendWhole(.hello, at: begin)
        clientTimer.start(first, at: begin)
        while true {
            let next = underWay.indices.min { underWay[$0].arrival < underWay[$1].arrival }
            let arrival = next.map { underWay[$0].arrival } ?? .distantFuture
            let now = min(arrival, clientTimer.due, serverTimer.due)
            guard now < limit else { return nil }
            if arrival == now {
                let datagram = underWay.remove(at: next!)
                guard datagram.flight.isClients else {
                    if takeByClient(datagram, at: now) { return now }
                    continue
                }
                if now >= serverReady { takeByServer(datagram, at: now) }
            } else if clientTimer.due == now {
                let isAnswered = received[Flight.serverHello.rawValue] == Flight.serverHello.all
                sendAgain(isAnswered ? .clientFinished : .hello, at: now)
                clientTimer.goOn(at: now)
            } else {
                sendAgain(.serverHello, at: now)
                serverTimer.goOn(at: now)
            }
        }
    }

    private mutating func takeByServer(_ datagram: Datagram, at now: SimTime) {
        let flight = datagram.flight
        let former = received[flight.rawValue]
        received[flight.rawValue] |= datagram.messages
        switch flight {
        case .hello:
            guard former == 0 else { return }
            sendWhole(.serverHello, at: now)
            serverTimer.start(first, at: now)
        case .clientFinished:
            if former == flight.all {
                if datagram.messages & flight.finished != 0 { sendAgain(.serverFinished, at: now) }
            } else if received[flight.rawValue] == flight.all {
                serverTimer.due = .distantFuture
                sendWhole(.serverFinished, at: now)
            }
        case .serverHello, .serverFinished: break
        }
    }

    /// Whether the handshake is over with it.
    private mutating func takeByClient(_ datagram: Datagram, at now: SimTime) -> Bool {
        let flight = datagram.flight
        let former = received[flight.rawValue]
        received[flight.rawValue] |= datagram.messages
        guard received[flight.rawValue] == flight.all, former != flight.all else { return false }
        if flight == .serverFinished { return true }
        sendWhole(.clientFinished, at: now)
        clientTimer.start(first, at: now)
        return false
    }

    private mutating func sendWhole(_ flight: Flight, at now: SimTime) {
        send(flight, flight.all, at: now)
    }

    private mutating func sendAgain(_ flight: Flight, at now: SimTime) {
        for message in 0..<flight.messageCount { send(flight, 1 << UInt8(message), at: now) }
    }

    private mutating func send(_ flight: Flight, _ messages: UInt8, at now: SimTime) {
        let arrival =
            flight.isClients ? there.carry(at: now) : back.carry(at: now)
        guard let arrival else { return }
        underWay.append(Datagram(arrival: arrival, flight: flight, messages: messages))
    }
}
