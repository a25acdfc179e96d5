import Addressing
import EventEngine
import ICE
import KnowledgeLedger
import MediaSecurity
import NetworkModel
import PrivacyStores
import Quantities

/// Where something of a person crosses a trust boundary, in a run that is audited.
extension Platform {
    // MARK: The network

    /// A person has come and has a place on the network.
    mutating func knowArrival(_ peer: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        visitSpans.begin(peers[peer].serial, at: now)
        guard let host = peers[peer].host else { return }
        let (hides, local) = (
            peers[peer].attributes.hidesAddresses, network.localAddresses(of: host)
        )
        knowledge?.noteArrival(peers[peer].serial, hides: hides, local: local)
        if hides, local.contains(where: \.isPrivate) {
            knowledge?.evidence.hiding.insert(peers[peer].serial)
        }
        knowledge?.noteLine(network.publicAddress(of: host), of: peers[peer].serial)
    }

    /// A packet has left the network of `host`, with that source.
    @inline(__always)
    mutating func knowSource(_ source: TransportAddress, of host: HostID, at now: SimTime) {
        guard knowledge != nil, case .peer(let peer) = hostOwners[Int(host.slot)] else { return }
        knowledge?.noteOutside(source, of: peers[peer].serial)
        knowledge?.overhear(source.ip, of: peers[peer].serial, at: now)
    }

    /// A person is connected to the signalling service, in a call or waiting for one.
    private mutating func knowConnection(
        of peer: Handle, in call: UInt32? = nil, at now: SimTime
    ) {
        guard let host = peers[peer].host else { return }
        knowledge?.noteConnection(
            from: network.publicAddress(of: host), of: peers[peer].serial, in: call, at: now)
    }

    /// A datagram is on its way: what can be read in it.
    @inline(__always)
    mutating func knowSent(
        _ datagram: Handle, from host: HostID, onPort port: UInt16, at now: SimTime
    ) {
        guard knowledge != nil else { return }
        let (flight, payload) = (datagrams[datagram].flight, datagrams[datagram].payload)
        var sender: (call: UInt32, side: Side)?
        if case .peer(let peer) = hostOwners[Int(host.slot)],
            let leg = leg(of: peer, onPort: port)
        {
            sender = (calls[leg.call].serial, leg.side)
        }
        // TURN over TCP is as open as over UDP. What stays in a home, or within one relay, nobody overhears; whether
        // relays of one site stand on one link is not known, so what goes between two is taken to go over the Internet.
        let isOpen =
            flight.transport != .tls && !flight.isLoopback && !flight.source.ip.isPrivate
        knowledge?.noteSent(payload, at: datagram.index, by: sender, isOpen: isOpen, now)
        if isOpen { knowledge?.noteHeard(payload, from: sender, to: flight.destination, at: now) }
    }

    /// The agent of a side has a user fragment that nobody has heard of yet: each generation is described before its first
    /// check. It is what the agent goes by, not what a text says.
    mutating func knowFragment(_ credentials: Credentials, of leg: LegID) {
        guard knowledge != nil else { return }
        knowledge?.noteFragment(
            credentials.usernameFragment, of: leg.side, in: calls[leg.call].serial)
    }

    /// A datagram has come to a side of a call, from the other or a server.
    @inline(__always)
    mutating func knowDatagram(
        _ payload: [UInt8], to leg: LegID, from source: TransportAddress, at now: SimTime
    ) {
        guard knowledge != nil else { return }
        knowledge?.noteReceived(payload, by: leg.side, in: calls[leg.call].serial, at: now)
        let sender = calls[leg.call][leg.side.other]
        // The other side may have left while this one winds up.
        guard peers.contains(sender), let host = peers[sender].host,
            let own = peers[calls[leg.call][leg.side]].host
        else { return }
        knowledge?.discloseSource(
            source, of: peers[sender].serial, in: calls[leg.call].serial,
            isNeighbour: network.shareLink(own, host), at: now)
    }

    // MARK: The queue

    /// A person queues: what the scorer and the matchmaker are told.
    mutating func knowTicket(of peer: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        let subject = peers[peer].serial
        for item in [Item.deviceSignals, .tier] {
            knowledge?.declare(item, of: subject, to: .riskScorer, since: now, until: now)
        }
        knowledge?.declare(
            .deviceIdentifier, of: subject, to: .riskScorer, since: now, until: now,
            value: peers[peer].device?.low)
        knowledge?.noteSignals(peers[peer].signals, of: subject)
        knowledge?.noteDevice(peers[peer].device!, of: subject)
        knowledge?.lookAtAdmission(peers[peer].signals.canonicalBytes, of: subject, at: now)
        knowTicketEnds(of: peer, since: now, at: now)
        knowConnection(of: peer, at: now)
    }

    /// A ticket that was created at `since` is no more: the matchmaker has forgotten it.
    mutating func knowTicketEnds(of peer: Handle, since: SimTime, at now: SimTime) {
        guard knowledge != nil else { return }
        for item in [Item.interest, .language, .tier] {
            knowledge?.declare(
                item, of: peers[peer].serial, to: .matchmaker, since: since, until: now)
        }
    }

    /// Two have been paired.
    mutating func knowPairing(_ call: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        let record = calls[call]
        let people = BothSides { peers[record[$0]].serial }
        knowledge?.noteCall(record.serial, of: people)
        for side in Side.both {
            for item in [Item.partner, .when] {
                knowledge?.declare(
                    item, of: people[side], to: .matchmaker, in: record.serial, since: now,
                    until: now)
            }
            if scenario.matchmaking.avoidRematch { knowledge?.remember(people[side], at: now) }
            knowConnection(of: record[side], in: record.serial, at: now)
        }
    }

    /// A person leaves: the matchmaker forgets the session.
    mutating func knowDeparture(of peer: Handle, at now: SimTime) {
        knowledge?.forget(peers[peer].serial, at: now)
        if knowledge != nil { visitSpans.end(peers[peer].serial, at: now) }
    }

    // MARK: The call

    /// A side has been handed the text of a message of the other's.
    @inline(__always)
    mutating func knowMessage(_ text: [UInt8], to leg: LegID, at now: SimTime) {
        guard knowledge != nil else { return }
        let sender = peers[calls[leg.call][leg.side.other]].serial
        knowledge?.discloseText(
            text, of: sender, to: .partner, in: calls[leg.call].serial, since: now,
            until: .distantFuture)
    }

    /// Two begin to talk: each hears the other, for good, and whoever listens on the way may record what it cannot read.
    mutating func knowTalk(_ call: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        let record = calls[call]
        if record.fidelity.carriesMedia { knowledge?.keyCanaries.noteTalk(record.serial, at: now) }
        for side in Side.both {
            let subject = peers[record[side]].serial
            knowledge?.declare(
                .speech, of: subject, to: .partner, in: record.serial, since: now,
                until: .distantFuture)
            for item in [Item.ciphertext, .when] {
                knowledge?.declare(
                    item, of: subject, to: .networkObserver, in: record.serial, since: now,
                    until: .distantFuture)
            }
        }
        knowCiphertext(of: call, at: now)
    }

    /// The media of a call take the path that it has: over relays, they have what they cannot read while they forward
    /// it.
    mutating func knowCiphertext(of call: Handle, at now: SimTime) {
        guard knowledge != nil, calls[call].path?.isRelayed == true else { return }
        let record = calls[call]
        for side in Side.both {
            for observer in [Observer.relayProcessor, .infrastructureOnCall] {
                knowledge?.declare(
                    .ciphertext, of: peers[record[side]].serial, to: observer,
                    in: record.serial, since: now, until: now)
            }
        }
    }

    /// Each side of a call that is talked holds the keys of both, until it is over.
    private mutating func knowKeys(of call: Handle, at now: SimTime) {
        let record = calls[call]
        for side in Side.both {
            knowledge?.declare(
                .keys, of: peers[record[side]].serial, to: .partner, in: record.serial,
                since: record.talkingSince!, until: now)
        }
    }

    /// A call that was talked is over: the scorer is told how long it was, whoever listened has seen it, and its keys
    /// are gone.
    mutating func knowEnd(of call: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        let record = calls[call]
        knowKeys(of: call, at: now)
        if record.fidelity.carriesMedia {
            knowledge?.keyCanaries.noteEnd(of: record.serial, at: now)
        }
        knowledge?.noteEnd(
            of: record.serial, CallEnd(at: now, lasting: now - record.talkingSince!))
        for side in Side.both {
            knowledge?.declare(
                .howLong, of: peers[record[side]].serial, to: .networkObserver, in: record.serial,
                since: now, until: .distantFuture)
            for item in [Item.deviceIdentifier, .when, .howLong] {
                knowledge?.declare(
                    item, of: peers[record[side]].serial, to: .riskScorer, in: record.serial,
                    since: record.pairedAt, until: now)
            }
        }
    }

    // MARK: The thief

    /// A thief copies the stores: what the copy gives.
    @discardableResult
    mutating func stealStores(at now: SimTime) -> BreachMeasures? {
        guard let contents = copyStores(at: now) else { return nil }
        knowledge?.steal(contents, stores?.serials(), at: now)
        knowledge?.lookForIdentifierKeys(in: contents)
        let measures = measure(contents, at: now)
        knowledge?.evidence.copy = measures
        return measures
    }

    /// What a copy would give that nobody takes.
    mutating func measureBreach(at now: SimTime) -> BreachMeasures? {
        guard let contents = copyStores(at: now) else { return nil }
        return measure(contents, at: now)
    }

    /// All that is stored, and nothing of it later than `now`, whatever clock has stamped it.
    private mutating func copyStores(at now: SimTime) -> StoreContents? {
        guard let time = stores?.time(at: now), let contents = stores?.dump(at: now) else {
            return nil
        }
        return time > now ? contents.stamped(until: now) : contents
    }

    private mutating func measure(_ contents: StoreContents, at now: SimTime) -> BreachMeasures? {
        knowledge?.measure(
            contents, stores?.serials(), frame: scenario.media.codec.frame,
            beside: risk.extent, at: now)
    }

    /// A side has keys for its media.
    mutating func knowKeys(_ keys: borrowing SRTPKeys, of leg: LegID) {
        guard knowledge != nil else { return }
        let call = calls[leg.call].serial
        keys.withKeys { local, _ in knowledge?.keyCanaries.note(local, in: call) }
    }

    /// Who came to know what by `now`; nil where it is not noted.
    mutating func currentKnowledge(at now: SimTime) -> PlatformKnowledge? {
        guard knowledge != nil else { return nil }
        knowledge?.endMemories(at: now)
        for call in calls.handles(where: { $0.phase == .talking }) { knowKeys(of: call, at: now) }
        knowOpenSignaling(at: now)
        lookAtMatchmaker(at: now)
        knowledge?.noteBlindDecisions()
        knowledge?.evidence.longestVisit = visitSpans.longest(at: now)
        lookAtScorer(at: now)
        lookAtAccessLog(at: now)
        _ = stores?.lookAtAges(at: now)
        guard let knowledge else { return nil }
        let published = stores?.publishedCounts(
            knowledge.trace, over: now.sinceStart, noise: root.stream(.publication))
        return knowledge.knowledge(
            subjects: Int(arrived), published: published, refused: stores?.refused ?? 0,
            ages: stores?.ages ?? StoreAges())
    }
}

extension StoreContents {
    /// The same records, those from after `now` of `now`.
    fileprivate func stamped(until now: SimTime) -> StoreContents {
        var contents = self
        for index in reports.indices where reports[index].time > now {
            contents.reports[index].time = now
        }
        for index in messages.indices where messages[index].time > now {
            contents.messages[index].time = now
        }
        for index in relayLog.indices where relayLog[index].time > now {
            contents.relayLog[index] = relayLog[index].stamped(now)
        }
        return contents
    }
}
