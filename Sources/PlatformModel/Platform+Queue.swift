import EventEngine
import Matchmaking
import Quantities
import RandomStreams
import ScenarioModel

/// What the trajectory log's codes mean; `verify` names the first that differs.
public enum TrajectoryCode: UInt32, CaseIterable, Sendable {
    /// A peer opened the app; subject: its number.
    case arrival = 1
    /// A ticket was created; subject: its number, detail: the peer's.
    case ticket
    /// A ticket was abandoned; subject: its number.
    case abandoned
    /// Two tickets were paired; subject: the call's number, detail: the two tickets'.
    case paired
    /// A signalling message arrived; subject: the call's number, detail: its length.
    case signal
    /// A datagram was delivered; subject: the host, detail: its length.
    case datagram
    /// A side's agent has a path; subject: the call's number, detail: side and candidate types.
    case connected
    /// Both sides hold keys; subject: the call's number.
    case secured
    /// A set-up failed; subject: the call's number.
    case failed
    /// A call ended; subject: its number, detail: its duration.
    case ended
    /// A report was made; subject: the reporter's number, detail: the tier that
    /// the target is in now, or all ones where the report did not count.
    case report
    /// The media of a call that is over have been taken in; subject: the call's number, detail: a
    /// hash of what they came to.
    case media
    /// A fault begins or ends; subject: the relay server's number, detail: the fault's number twice,
    /// and one more where it begins.
    case fault
    /// A call whose relay is gone restarts ICE; subject: its number, detail: for which time.
    case restart
    /// A call has media again; subject: its number, detail: whether over a relay.
    case recovered
    /// Two are strangers no longer and permit direct paths; subject: the call's number.
    case acquainted
    /// A call has gone over to another path; subject: its number, detail: whether over a relay.
    case moved
    /// A side's connection to the signalling service is lost or stands again; subject: the call's
    /// number, detail: the side twice, and one more where it stands.
    case connection
    /// The list of processors changes, or a side of a call is told so; subject: the call's number, detail: the
    /// side's, or all ones where the list changes.
    case notice
    /// The service gave a ticket up; subject: its number.
    case expired
}

extension Platform {
    mutating func scheduleNextArrival(_ engine: inout Engine<PlatformEvent>) {
        let time = arrivals.next(
            after: engine.now, before: stopTime, using: &arrivalRandomness)
        if let time { engine.post(.arrival, at: time) }
    }

    mutating func personArrives(_ engine: inout Engine<PlatformEvent>) {
        let serial = arrived
        precondition(arrived < .max, "a run sees at most 2^32 − 1 arrivals")
        arrived += 1
        let attributes = crowd.attributes(of: serial)
        let host = givesPlaces ? attachHost(of: serial, attributes) : nil
        var looks = root.stream(.fingerprint, UInt64(serial))
        let signals = risk.newDevice(persona: attributes.persona, using: &looks)
        let peer = peers.insert(
            Peer(
                attributes: attributes, signals: signals, isMeasured: isMeasured(engine.now),
                host: host, serial: serial))
        if let host { setOwner(.peer(peer), of: host) }
        peers[peer].hasSeenChange = signaling.publishedList == Self.changedList
        knowArrival(peer, at: engine.now)
        engine.log(TrajectoryCode.arrival, UInt64(serial), UInt64(attributes.persona))
        recordArrival(attributes, at: engine.now)
        joinQueue(peer, &engine)
        scheduleNextArrival(&engine)
    }

    /// Whether something created at `time` counts.
    func isMeasured(_ time: SimTime) -> Bool { time >= measuredFrom && time < stopTime }

    func inclinations(of peer: Handle) -> Inclinations {
        inclinations[Int(peers[peer].attributes.persona)]
    }

    mutating func joinQueue(_ handle: Handle, _ engine: inout Engine<PlatformEvent>) {
        let now = engine.now
        checkIdle(handle, at: now)
        let visit = peers[handle].visits
        peers[handle].visits += 1
        let serial = peers[handle].serial
        let attributes = peers[handle].attributes
        let (device, tier) = risk.admit(peers[handle].signals, at: now)
        peers[handle].device = device
        peers[handle].tier = tier
        noteContainment(handle, at: now)
        var stream = root.stream(.patience, peer: serial, visit: visit)
        let patience = scenario.population[Int(attributes.persona)].patience
            .sampleDuration(using: &stream)
        let record = TicketRecord(
            serial: ticketed, order: UInt32(overtaking.count), peer: handle, createdAt: now,
            isMeasured: isMeasured(now), tier: tier, patience: .none)
        ticketed += 1
        overtaking.arrive()
        lives.add(
            TicketLife(
                record, peer: serial, visit: visit, attributes, patience: patience))
        let place = tickets.insert(record)
        tickets[place].patience = engine.schedule(
            .losesPatience(ticket: place), after: patience)
        peers[handle].state = .waiting
        engine.log(TrajectoryCode.ticket, UInt64(record.serial), UInt64(serial))
        recordTicket(record, at: now)
        knowTicket(of: handle, at: now)
        let ticket = Ticket(
            id: TicketID(place.index), session: SessionID(serial),
            language: attributes.language, interest: plantedInterest(attributes), tier: tier,
            leaves: scenario.matchmaking.departures == .announced ? now + patience : nil)
        let decision = matchmaker.enqueue(ticket, at: now)
        decideBlindly(ticket, of: serial, tier, at: now)
        switch decision {
        case .paired(let pairing):
            // What was due before it came first.
            if let earlier = matchmaker.pollPairing() { pairAll(earlier, &engine) }
            takeOver(pairing, &engine)
        case .waiting: break
        case .refused(let reason): preconditionFailure("a ticket was refused: \(reason)")
        }
        armExpansion(&engine)
    }

    mutating func losePatience(_ place: Handle, _ engine: inout Engine<PlatformEvent>) {
        let ticket = tickets.remove(place)
        let wasWaiting = matchmaker.cancel(TicketID(place.index))
        knowledge?.blind.cancel(TicketID(place.index))
        precondition(wasWaiting, "a ticket lost patience after it was paired")
        engine.log(TrajectoryCode.abandoned, UInt64(ticket.serial), 0)
        tally.abandoned += 1
        overtaking.leave(Int(ticket.order))
        lives.end(ticket.serial, .abandoned, at: engine.now, wasPassedOver: ticket.wasPassedOver)
        recordAbandoned(ticket, at: engine.now)
        knowTicketEnds(of: ticket.peer, since: ticket.createdAt, at: engine.now)
        depart(ticket.peer, at: engine.now)
        armExpansion(&engine)
    }

    mutating func expandTickets(_ engine: inout Engine<PlatformEvent>) {
        expansionTimer.fired()
        matchmaker.handleTimeout(at: engine.now)
        knowledge?.blind.handleTimeout(at: engine.now)
        armExpansion(&engine)
    }

    /// Takes over the pairings that expansions have made and sets the timer for the next ones.
    private mutating func armExpansion(_ engine: inout Engine<PlatformEvent>) {
        if let pairing = matchmaker.pollPairing() { pairAll(pairing, &engine) }
        while let ticket = matchmaker.pollExpired() { expire(ticket, &engine) }
        engine.rearm(&expansionTimer, to: matchmaker.nextTimeout, .expansion)
    }

    /// Lets a pairing take effect, unless one of its tickets has ended.
    mutating func takeOver(_ pairing: Pairing, _ engine: inout Engine<PlatformEvent>) {
        guard bothWait(pairing, at: engine.now) else { return }
        let standings = overtaking.serve(
            number(of: pairing.first.ticket), number(of: pairing.second.ticket))
        pair(pairing, standings, &engine)
    }

    /// Takes over `first` and the pairings that follow it; those of one instant do not overtake
    /// each other.
    private mutating func pairAll(_ first: Pairing, _ engine: inout Engine<PlatformEvent>) {
        var next: Pairing? = first
        while let begin = next {
            var instant = [begin]
            next = matchmaker.pollPairing()
            while let pairing = next, pairing.time == begin.time {
                instant.append(pairing)
                next = matchmaker.pollPairing()
            }
            guard instant.allSatisfy({ bothWait($0, at: engine.now) }) else { continue }
            let standings = overtaking.serve(
                instant.flatMap { [number(of: $0.first.ticket), number(of: $0.second.ticket)] })
            for (index, pairing) in instant.enumerated() {
                pair(pairing, (standings[2 * index], standings[2 * index + 1]), &engine)
            }
        }
    }

    /// The place of a waiting ticket in the order of creation.
    func number(of ticket: TicketID) -> Int {
        Int(tickets[tickets.handle(at: ticket.rawValue)].order)
    }

    private mutating func expire(_ id: TicketID, _ engine: inout Engine<PlatformEvent>) {
        let ticket = tickets.remove(tickets.handle(at: id.rawValue))
        engine.cancel(ticket.patience)
        engine.log(TrajectoryCode.expired, UInt64(ticket.serial), 0)
        tally.expired += 1
        overtaking.leave(Int(ticket.order))
        lives.end(ticket.serial, .expired, at: engine.now, wasPassedOver: ticket.wasPassedOver)
        recordExpired(ticket, at: engine.now)
        knowTicketEnds(of: ticket.peer, since: ticket.createdAt, at: engine.now)
        depart(ticket.peer, at: engine.now)
    }

    /// The peer closes the app.
    mutating func depart(_ handle: Handle, at now: SimTime) {
        peers[handle].state = .leaving
        recordDeparture(at: now)
        recordContainment(handle)
        recordPartners(of: handle)
        matchmaker.endSession(SessionID(peers[handle].serial))
        knowledge?.blind.endSession(SessionID(peers[handle].serial))
        knowDeparture(of: handle, at: now)
        detachIfDone(handle)
    }

    /// Lets go of a peer that has left and has no socket to wind up.
    mutating func detachIfDone(_ handle: Handle) {
        guard peers[handle].state == .leaving, peers[handle].firstSocket == Leg.noSocket else {
            return
        }
        let peer = peers.remove(handle)
        guard let host = peer.host else { return }
        setOwner(.nobody, of: host)
        network.detach(host)
        leaveHome(peer.attributes)
    }
}

extension Engine<PlatformEvent> {
    /// Logs a decision or delivery of the platform.
    mutating func log(_ code: TrajectoryCode, _ subject: UInt64, _ detail: UInt64) {
        log(code.rawValue, subject: subject, detail: detail)
    }

    /// Sees to it that `timer` fires at `due` with `event`, or not at all.
    mutating func rearm(_ timer: inout ArmedTimer, to due: SimTime?, _ event: PlatformEvent) {
        guard due != timer.due else { return }
        timer.due = due
        guard let due else {
            cancel(timer.id)
            return
        }
        let time = max(due, now)
        if !reschedule(timer.id, at: time) { timer.id = schedule(event, at: time) }
    }

    /// Sees to it that `timer` does not fire.
    mutating func disarm(_ timer: inout ArmedTimer) {
        cancel(timer.id)
        timer.due = nil
    }
}
