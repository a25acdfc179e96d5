import Addressing
import MediaPipeline
import NetworkModel
import Quantities
import TURN

/// The two sides of a talk and what is under way between them, with their order of events.
///
/// Of what is due at one time inputs come first, then packets (the offerer's before the
/// answerer's, in the order of their sending), then ticks, then reports, the offerer's before the
/// answerer's. So the order depends on nothing outside.
///
/// The parties and the arena stand behind pointers, as thousands of bytes would else be moved to
/// and fro around each event.
struct TalkState: ~Copyable {
    let offerer: UnsafeMutablePointer<TalkParty>
    let answerer: UnsafeMutablePointer<TalkParty>
    private let arena: UnsafeMutablePointer<PacketArena>
    /// Looks on at relays and on the Internet; nil in ordinary runs.
    private let witness: MediaWitness?
    /// What to be told, in order of time.
    var inputs: [(time: SimTime, input: TalkInput)] = []
    private var nextInput = 0
    /// Whether it has been ended; asked for before each event, which the report would be copied for.
    private(set) var isOver = false
    /// What came of it, once it is over.
    private(set) var report: TalkReport?

    init(
        _ offerer: consuming TalkParty, _ answerer: consuming TalkParty, slotByteCount: Int,
        witness: MediaWitness?
    ) {
        self.witness = witness
        self.offerer = .allocate(capacity: 1)
        self.offerer.initialize(to: offerer)
        self.answerer = .allocate(capacity: 1)
        self.answerer.initialize(to: answerer)
        arena = .allocate(capacity: 1)
        arena.initialize(to: PacketArena(slotByteCount: slotByteCount))
    }

    deinit {
        offerer.deinitialize(count: 1)
        offerer.deallocate()
        answerer.deinitialize(count: 1)
        answerer.deallocate()
        arena.deinitialize(count: 1)
        arena.deallocate()
    }

    /// Memory of packets in bytes.
    var packetByteCount: Int { arena.pointee.byteCount }

    /// Memory in bytes, without what the libraries hold for the sides.
    var byteCount: Int {
        packetByteCount + offerer.pointee.side.byteCount + answerer.pointee.side.byteCount
    }

    /// Packets that both sides have sent.
    var packets: Int64 { offerer.pointee.traffic.packets + answerer.pointee.traffic.packets }

    private enum Step {
        case none
        case input
        case packet(fromOfferer: Bool)
        case tick(ofOfferer: Bool)
        case report(ofOfferer: Bool)
    }

    /// Lets everything before `limit` happen.
    mutating func advance(to limit: SimTime, under loads: [EffectHistory]) {
        while !isOver {
            var time = limit
            var step = Step.none
            func consider(_ due: SimTime, _ candidate: Step) {
                if due < time {
                    time = due
                    step = candidate
                }
            }
            if nextInput < inputs.count { consider(inputs[nextInput].time, .input) }
            consider(offerer.pointee.inFlight.earliest, .packet(fromOfferer: true))
            consider(answerer.pointee.inFlight.earliest, .packet(fromOfferer: false))
            consider(offerer.pointee.side.nextTick, .tick(ofOfferer: true))
            consider(answerer.pointee.side.nextTick, .tick(ofOfferer: false))
            consider(offerer.pointee.side.nextReport, .report(ofOfferer: true))
            consider(answerer.pointee.side.nextReport, .report(ofOfferer: false))
            switch step {
            case .none: return
            case .input: takeInput()
            case .packet(true):
                Self.deliver(from: offerer, to: answerer, at: time, loads, arena, witness)
            case .packet(false):
                Self.deliver(from: answerer, to: offerer, at: time, loads, arena, witness)
            case .tick(true): Self.tick(offerer, at: time, arena, witness)
            case .tick(false): Self.tick(answerer, at: time, arena, witness)
            case .report(true): Self.report(offerer, at: time, arena, witness)
            case .report(false): Self.report(answerer, at: time, arena, witness)
            }
        }
    }

    private mutating func takeInput() {
        let (time, input) = inputs[nextInput]
        nextInput += 1
        if nextInput == inputs.count {
            inputs.removeAll(keepingCapacity: true)
            nextInput = 0
        }
        switch input {
        case .routes(let fromOfferer, let fromAnswerer):
            offerer.pointee.take(fromOfferer)
            answerer.pointee.take(fromAnswerer)
        case .end: conclude(at: time)
        }
    }

    /// Ends both sides: keys are destroyed and every slot comes back.
    mutating func conclude(at now: SimTime) {
        guard !isOver else { return }
        isOver = true
        Self.sayGoodbye(offerer, at: now, arena, witness)
        Self.sayGoodbye(answerer, at: now, arena, witness)
        offerer.pointee.dropFlights(&arena.pointee)
        answerer.pointee.dropFlights(&arena.pointee)
        report = TalkReport(
            offerer: offerer.pointee.side.close(at: now, in: &arena.pointee),
            answerer: answerer.pointee.side.close(at: now, in: &arena.pointee),
            fromOfferer: offerer.pointee.traffic, fromAnswerer: answerer.pointee.traffic,
            keptSlots: arena.pointee.takenCount)
    }

    /// Both hang up at once: the goodbyes leave, and nobody is there any more to take them in.
    private static func sayGoodbye(
        _ party: UnsafeMutablePointer<TalkParty>, at now: SimTime,
        _ arena: UnsafeMutablePointer<PacketArena>, _ witness: MediaWitness?
    ) {
        guard let packet = party.pointee.side.goodbye(at: now, in: &arena.pointee) else { return }
        send(packet, from: party, at: now, arena, witness)
    }

    @inline(__always)
    private static func tick(
        _ party: UnsafeMutablePointer<TalkParty>, at now: SimTime,
        _ arena: UnsafeMutablePointer<PacketArena>, _ witness: MediaWitness?
    ) {
        if let packet = party.pointee.side.tick(at: now, in: &arena.pointee) {
            send(packet, from: party, at: now, arena, witness)
        }
    }

    private static func report(
        _ party: UnsafeMutablePointer<TalkParty>, at now: SimTime,
        _ arena: UnsafeMutablePointer<PacketArena>, _ witness: MediaWitness?
    ) {
        if let packet = party.pointee.side.report(at: now, in: &arena.pointee) {
            send(packet, from: party, at: now, arena, witness)
        }
    }

    private static func send(
        _ packet: WirePacket, from sender: UnsafeMutablePointer<TalkParty>, at now: SimTime,
        _ arena: UnsafeMutablePointer<PacketArena>, _ witness: MediaWitness?
    ) {
        var packet = packet
        let number = sender.pointee.routes.count - 1
        let route = sender.pointee.routes[number]
        if let channel = route.sending {
            packet.wrap(channel: channel.client, over: channel.transport, in: arena.pointee)
        }
        if let witness {
            witness.depart(
                arena.pointee.bytes(of: packet), packet, isDirect: route.legs.relayCount == 0,
                isHeard: route.isHeardFromSender)
        }
        sender.pointee.traffic.packets += 1
        sender.pointee.traffic.bytes += Int64(packet.count)
        guard let arrival = sender.pointee.path.depart(from: 0, of: route.legs, at: now) else {
            sender.pointee.traffic.lostOnLinks += 1
            return arena.pointee.give(back: packet.slot)
        }
        sender.pointee.inFlight.insert(
            Flight(arrival: arrival, packet: packet, stop: 0, route: UInt8(number)))
    }

    /// The first of the packets that `sender` has under way has come to its next stop.
    private static func deliver(
        from sender: UnsafeMutablePointer<TalkParty>, to receiver: UnsafeMutablePointer<TalkParty>,
        at now: SimTime,
        _ loads: [EffectHistory], _ arena: UnsafeMutablePointer<PacketArena>,
        _ witness: MediaWitness?
    ) {
        var flight = sender.pointee.inFlight.removeFirst()
        let route = sender.pointee.routes[Int(flight.route)]
        guard Int(flight.stop) == route.legs.relayCount else {
            flight.stop += 1
            return relay(flight, along: route, of: sender, at: now, loads, arena, witness)
        }
        if let channel = route.receiving {
            guard
                flight.packet.unwrap(
                    channel: channel.client, over: channel.transport, in: arena.pointee)
            else {
                sender.pointee.traffic.channelMismatches += 1
                return arena.pointee.give(back: flight.packet.slot)
            }
        }
        guard now >= receiver.pointee.securedAt else {
            sender.pointee.traffic.beforeKeys += 1
            return arena.pointee.give(back: flight.packet.slot)
        }
        receiver.pointee.side.receive(flight.packet, at: now, in: &arena.pointee)
    }

    /// A packet is at the relay that is its stop: checked against the bindings it goes on.
    private static func relay(
        _ flight: Flight, along route: TalkRoute, of sender: UnsafeMutablePointer<TalkParty>,
        at now: SimTime,
        _ loads: [EffectHistory], _ arena: UnsafeMutablePointer<PacketArena>,
        _ witness: MediaWitness?
    ) {
        var flight = flight
        let stop = Int(flight.stop)
        let (isFirst, isLast) = (stop == 1, stop == route.legs.relayCount)
        if let witness {
            witness.arrive(
                arena.pointee.bytes(of: flight.packet), flight.packet.slot,
                framed: isFirst && route.sending != nil)
        }
        if isFirst, let channel = route.sending {
            guard
                flight.packet.unwrap(
                    channel: channel.server, over: channel.transport, in: arena.pointee)
            else {
                sender.pointee.traffic.channelMismatches += 1
                return arena.pointee.give(back: flight.packet.slot)
            }
        }
        if isLast, let channel = route.receiving {
            flight.packet.wrap(channel: channel.server, over: channel.transport, in: arena.pointee)
        }
        if let witness {
            witness.leave(
                arena.pointee.bytes(of: flight.packet), flight.packet,
                framed: isLast && route.receiving != nil,
                isHeard: !isLast || route.isHeardFromLastRelay)
        }
        let effect = loads[Int(route.legs.relay(at: stop))].effect(at: now)
        guard
            let passage = sender.pointee.path.depart(
                from: stop, of: route.legs, at: now, under: effect)
        else {
            sender.pointee.traffic.lostInRelays += 1
            return arena.pointee.give(back: flight.packet.slot)
        }
        sender.pointee.traffic.forwarded += 1
        sender.pointee.traffic.forwardedBytes += Int64(flight.packet.count)
        flight.arrival = passage
        sender.pointee.inFlight.insert(flight)
    }
}

extension WirePacket {
    /// Puts the header of channel `number` before the packet, into the slot's headroom.
    mutating func wrap(
        channel number: UInt16, over transport: TransportProtocol, in arena: borrowing PacketArena
    ) {
        let slot = arena.bytes(of: slot)
        offset -= UInt16(ChannelData.headerByteCount)
        let message = UnsafeMutableRawBufferPointer(rebasing: slot[Int(offset)...])
        count = UInt16(
            ChannelData.frame(
                message, dataByteCount: Int(count), channel: number, over: transport))
    }

    /// Takes the header, and the padding, off; false if it is not that of channel `number` or its
    /// length is not the packet's.
    mutating func unwrap(
        channel number: UInt16, over transport: TransportProtocol, in arena: borrowing PacketArena
    ) -> Bool {
        guard
            let length = ChannelData.dataByteCount(
                in: UnsafeRawBufferPointer(arena.bytes(of: self)), channel: number,
                over: transport)
        else { return false }
        offset += UInt16(ChannelData.headerByteCount)
        count = UInt16(length)
        return true
    }
}
