import EventEngine
import Matchmaking
import Measurement
import NetworkModel
import Quantities
import RiskScoring
import ScenarioModel
import Talks

/// What happened, written down for the summary.
extension Platform {
    /// The groups that what concerns `attributes` belongs to.
    func labels(_ attributes: Peer.Attributes, tier: UInt16 = Labels.unlabelled) -> Labels {
        Labels(
            language: attributes.language, interest: attributes.interest,
            persona: attributes.persona, access: attributes.access, nat: attributes.natIndex,
            tier: tier)
    }

    func labels(_ ticket: TicketRecord) -> Labels {
        labels(peers[ticket.peer].attributes, tier: UInt16(ticket.tier.rawValue))
    }

    func labels(of call: Handle, _ side: Side) -> Labels {
        labels(peers[calls[call][side]].attributes)
    }

    // MARK: Queue

    mutating func recordArrival(_ attributes: Peer.Attributes, at now: SimTime) {
        recorder.level(.peersPresent, add: 1, at: now)
        if isMeasured(now) { recorder.count(.arrivals, 1, labels(attributes)) }
    }

    mutating func recordDeparture(at now: SimTime) {
        recorder.level(.peersPresent, add: -1, at: now)
    }

    mutating func recordTicket(_ ticket: TicketRecord, at now: SimTime) {
        recorder.level(.queueLength, add: 1, at: now)
        if ticket.isMeasured { recorder.count(.tickets, 1, labels(ticket)) }
    }

    mutating func recordAbandoned(_ ticket: TicketRecord, at now: SimTime) {
        recorder.level(.queueLength, add: -1, at: now)
        if ticket.isMeasured { recordUnpaired(ticket, isExpired: false, at: now) }
    }

    mutating func recordExpired(_ ticket: TicketRecord, at now: SimTime) {
        recorder.level(.queueLength, add: -1, at: now)
        if ticket.isMeasured { recordUnpaired(ticket, isExpired: true, at: now) }
    }

    private mutating func recordUnpaired(
        _ ticket: TicketRecord, isExpired: Bool, at now: SimTime
    ) {
        let labels = labels(ticket)
        recorder.ratio(.abandoned, hit: !isExpired, labels)
        recorder.ratio(.matchExpired, hit: isExpired, labels)
        if ticket.wasPassedOver { recorder.ratio(.matchPassedOverLeft, hit: true, labels) }
        recordWait(ticket, labels, at: now)
    }

    /// What is recorded of every ticket that has ended, however it did.
    private mutating func recordWait(
        _ ticket: TicketRecord, _ labels: Labels, at now: SimTime
    ) {
        recorder.ratio(.matchPassedOver, hit: ticket.wasPassedOver, labels)
        recorder.ratio(
            .matchStarved, hit: now - ticket.createdAt >= scenario.matchmaking.starvation, labels)
    }

    mutating func recordPaired(
        _ first: TicketRecord, _ second: TicketRecord, _ pairing: Pairing,
        _ standings: (Overtaking.Standing, Overtaking.Standing), at now: SimTime
    ) {
        recorder.level(.queueLength, add: -2, at: now)
        var newest = (peers[first.peer].newestMeeting, peers[second.peer].newestMeeting)
        let isRematch = !meetings.meet(
            &newest.0, peers[first.peer].serial, &newest.1, peers[second.peer].serial)
        peers[first.peer].newestMeeting = newest.0
        peers[second.peer].newestMeeting = newest.1
        for (ticket, side, standing) in [
            (first, pairing.first, standings.0), (second, pairing.second, standings.1),
        ] {
            peers[ticket.peer].pairings &+= 1
            if !isRematch { peers[ticket.peer].partners &+= 1 }
            recordPaired(ticket, pairing, side, standing, isRematch: isRematch, at: now)
        }
        if isMeasured(now) { recorder.count(.matches) }
    }

    private mutating func recordPaired(
        _ ticket: TicketRecord, _ pairing: Pairing, _ side: Pairing.Side,
        _ standing: Overtaking.Standing, isRematch: Bool, at now: SimTime
    ) {
        guard ticket.isMeasured else { return }
        let labels = labels(ticket)
        let wait = now - ticket.createdAt
        recordWait(ticket, labels, at: now)
        recorder.ratio(.matchExpired, hit: false, labels)
        if ticket.wasPassedOver { recorder.ratio(.matchPassedOverLeft, hit: false, labels) }
        recorder.record(.matchSlips, units: Int64(standing.slips), labels)
        recorder.record(.matchSkips, units: Int64(standing.skips), labels)
        recorder.record(.matchExpansionStep, units: Int64(side.step), labels)
        recorder.ratio(.matchRematches, hit: isRematch, labels)
        recorder.record(.matchLatency, wait, labels)
        recorder.ratio(.abandoned, hit: false, labels)
        recorder.ratio(.matchAgeInversions, hit: pairing.ageInversion, labels)
        if !inclinations(of: ticket.peer).isAbusive {
            let isFirst = peers[ticket.peer].visits == 1
            recorder.contrast(.riskNewcomerPenalty, wait, isFirstClass: isFirst)
            if isFirst { recorder.record(.riskNewcomerLatency, wait) }
        }
    }

    /// A peer leaves: with how many different others it was paired.
    mutating func recordPartners(of peer: Handle) {
        let (pairings, partners) = (peers[peer].pairings, peers[peer].partners)
        meetings.forget(&peers[peer].newestMeeting)
        guard peers[peer].isMeasured, pairings >= 2 else { return }
        recorder.ratio(
            .matchPartnerDiversity, numerator: Int64(partners), denominator: Int64(pairings),
            labels(peers[peer].attributes, tier: UInt16(peers[peer].tier.rawValue)))
    }

    /// Tickets paired, and those that could have been by whoever knew the future; of each group by
    /// whoever thought of it alone, so that groups do not add up to all.
    private mutating func recordHindsight() {
        let sample = lives.hindsightSample
        var best = Hindsight(sample.map(\.past), rules: matchmaker.rules)
        recorder.ratio(
            .matchHindsight, numerator: Int64(sample.count { $0.end == .paired }),
            denominator: Int64(2 * best.greatestPairCount))
        for dimension in Metric.matchHindsight.description.dimensions {
            let groups = sample.map { recorder.group(of: $0.labels, in: dimension) }
            for group in Set(groups.compactMap { $0 }).sorted() {
                let members = groups.map { $0 == group }
                recorder.ratio(
                    .matchHindsight,
                    numerator: Int64(
                        zip(sample, members).count { $0.end == .paired && $1 }),
                    denominator: Int64(best.greatestTicketCount(of: members)),
                    ofGroup: group, in: dimension)
            }
        }
    }

    // MARK: Set-up

    mutating func recordSignal(_ latency: SimDuration, to leg: LegID) {
        guard calls[leg.call].isMeasured else { return }
        recorder.record(.signalingLatency, latency, labels(of: leg.call, leg.side))
    }

    mutating func recordIceConnected(_ call: Handle, at now: SimTime) {
        guard calls[call].isMeasured else { return }
        recorder.record(
            .iceLatency, now - calls[call].pairedAt, between: labels(of: call, .offerer),
            and: labels(of: call, .answerer))
    }

    mutating func recordTalkBegins(_ call: Handle, at now: SimTime) {
        let isRelayed = calls[call].path!.isRelayed
        recorder.level(.callsActive, add: 1, at: now)
        if isRelayed { recorder.level(.callsRelayed, add: 1, at: now) }
        calls[call].relayTime.change(isRelayed: isRelayed, at: now)
        guard calls[call].isMeasured else { return }
        let (a, b) = (labels(of: call, .offerer), labels(of: call, .answerer))
        recorder.record(.dtlsLatency, now - calls[call].iceConnectedAt!, between: a, and: b)
        recorder.record(.connectLatency, now - calls[call].pairedAt, between: a, and: b)
        recorder.ratio(.connectFailed, hit: false, between: a, and: b)
        recorder.ratio(.relayShare, hit: isRelayed, between: a, and: b)
        recorder.count(.calls, between: a, and: b)
        switch calls[call].fidelity {
        case .full:
            recorder.count(.callsFull)
            if isRelayed { recorder.count(.callsFullRelayed) }
        case .sealed:
            recorder.count(.callsSealed)
            if isRelayed { recorder.count(.callsSealedRelayed) }
        case .flow: break
        }
    }

    mutating func recordFailed(_ call: Handle) {
        guard calls[call].isMeasured else { return }
        recorder.ratio(
            .connectFailed, hit: true, between: labels(of: call, .offerer),
            and: labels(of: call, .answerer))
    }

    // MARK: Faults

    mutating func recordSilenced(_ call: Handle) {
        if calls[call].isMeasured { recorder.count(.recoveryCalls) }
    }

    mutating func recordSilenceEnds(_ call: Handle, _ silence: SimDuration) {
        guard calls[call].isMeasured else { return }
        recorder.ratio(.recoveryFailed, hit: false)
        recorder.record(.recoverySilence, silence)
        recorder.count(.recoveryLostTime, silence.nanoseconds)
    }

    mutating func recordEndedSilent(_ call: Handle, _ silence: SimDuration, isDropped: Bool) {
        guard calls[call].isMeasured else { return }
        if isDropped {
            recorder.ratio(.recoveryFailed, hit: true)
        } else {
            recorder.count(.recoveryHungUp)
        }
        recorder.count(.recoveryLostTime, silence.nanoseconds)
    }

    // MARK: Talk

    mutating func recordEnded(_ call: Handle, at now: SimTime) {
        recorder.level(.callsActive, add: -1, at: now)
        if calls[call].path!.isRelayed { recorder.level(.callsRelayed, add: -1, at: now) }
        guard calls[call].isMeasured else { return }
        let duration = now - calls[call].talkingSince!
        let (a, b) = (labels(of: call, .offerer), labels(of: call, .answerer))
        recorder.record(.callDuration, duration, between: a, and: b)
        recorder.ratio(
            .relayTimeShare, numerator: calls[call].relayTime.total(at: now).nanoseconds,
            denominator: duration.nanoseconds, between: a, and: b)
        recordExposure(call, duration)
    }

    /// What a `flow` call that is over sounded like.
    mutating func recordFlow(_ call: Handle, _ duration: SimDuration) {
        guard calls[call].isMeasured else { return }
        let heard = flowQuality(of: call, duration: duration)
        for side in Side.both { recordHeard(heard[side], labels(of: call, side)) }
    }

    /// Packets that were dropped on their way or at its end.
    mutating func recordTraffic(_ report: TalkReport) {
        recorder.count(
            .relayChannelMismatches,
            report.fromOfferer.channelMismatches + report.fromAnswerer.channelMismatches)
        recorder.count(
            .mediaRejected,
            report.offerer.rejected.total + report.answerer.rejected.total
                + report.fromOfferer.beforeKeys + report.fromAnswerer.beforeKeys)
    }

    mutating func recordHeard(_ heard: HeardQuality, _ labels: Labels) {
        recorder.count(.mediaPackets, heard.sent)
        recorder.ratio(
            .mediaLoss, numerator: heard.lost, denominator: heard.expected, labels)
        recorder.ratio(
            .mediaLate, numerator: heard.late, denominator: heard.expected, labels)
        recorder.ratio(
            .mediaConcealed, numerator: heard.concealed, denominator: heard.due, labels)
        guard let mouthToEar = heard.mouthToEar, let rating = heard.rating else { return }
        recorder.record(.mediaMouthToEar, mouthToEar, labels)
        recorder.record(.mediaRFactor, value: rating.r, labels)
        recorder.record(.mediaMOS, value: rating.mos, labels)
    }

    /// Minutes of honest people with abusers, and with each other.
    private mutating func recordExposure(_ call: Handle, _ duration: SimDuration) {
        let isAbusive = BothSides { inclinations(of: calls[call][$0]).isAbusive }
        for side in Side.both where !isAbusive[side] {
            let exposed = isAbusive[side.other]
            let peer = calls[call][side]
            recorder.ratio(
                .riskExposure, numerator: exposed ? duration.nanoseconds : 0,
                denominator: exposed ? 0 : duration.nanoseconds,
                labels(peers[peer].attributes, tier: UInt16(peers[peer].tier.rawValue)))
        }
    }

    // MARK: Relays

    mutating func recordRelayLoad(by flow: MediaFlow, sign: Int64, at now: SimTime) {
        egress.advance(to: now)
        egress.change(by: flow, sign: sign)
        recorder.level(.relayBitrate, add: sign * flow.bitrate.bitsPerSecond, at: now)
        recorder.level(.relayPacketRate, add: sign * flow.packetRate, at: now)
    }

    // MARK: Boundaries

    mutating func warmUpEnds(at now: SimTime) {
        recorder.beginMeasurement(at: now)
        egress.advance(to: now)
        egress.restart()
    }

    mutating func takeSeriesRow(_ engine: inout Engine<PlatformEvent>) {
        recorder.sample(at: engine.now)
        checkInvariants(at: engine.now)
        guard let next = recorder.nextSample, next <= stopTime else { return }
        engine.post(.seriesStep, at: next, priority: PlatformPriority.series)
    }

    /// Counts what is left unfinished of what was measured, and what accrued until `now`.
    mutating func closeBooks(at now: SimTime) {
        let waiting = tickets.count { $0.isMeasured }
        let goingOn = calls.count { $0.isMeasured && $0.phase < .windingUp }
        endWatches()
        recordHeld(at: now)
        lookAtAges(at: now)
        recorder.count(.ticketsUnfinished, Int64(waiting))
        recordHindsight()
        recorder.count(.callsUnfinished, Int64(goingOn))
        egress.advance(to: now)
        recorder.count(.relayEgress, egress.bytes)
        recorder.count(
            .relayCost,
            Int64((Double(egress.billedBytes) * scenario.relay.price / 1e9 * 1e6).rounded()))
    }
}

/// Adds up what the relays send, and what is paid for, while rates last.
struct EgressMeter {
    private var flow = MediaFlow.none
    private var sent: Int128 = 0
    private var billed: Int128 = 0
    private var since = SimTime.zero

    /// What relays send grows (`sign` 1) or shrinks (−1) by `flow`.
    mutating func change(by flow: MediaFlow, sign: Int64) {
        self.flow = sign > 0 ? self.flow + flow : self.flow - flow
    }

    mutating func advance(to now: SimTime) {
        let span = Int128((now - since).nanoseconds)
        sent += Int128(flow.bitrate.bitsPerSecond) * span
        billed += Int128(flow.billed.bitsPerSecond) * span
        since = now
    }

    mutating func restart() { (sent, billed) = (0, 0) }

    /// Whole bytes so far.
    var bytes: Int64 { Self.bytes(sent) }

    /// Whole bytes so far that are paid for.
    var billedBytes: Int64 { Self.bytes(billed) }

    private static func bytes(_ bitNanoseconds: Int128) -> Int64 {
        Int64(bitNanoseconds / 8_000_000_000)
    }
}
