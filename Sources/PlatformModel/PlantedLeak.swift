import Digests
import KnowledgeLedger
import Matchmaking
import MediaSecurity
import Quantities
import RiskScoring
import ScenarioModel
import Talks

/// Breaches of promises that tests plant, for audits to find.
enum PlantedLeak: CaseIterable {
    /// Browsers put private addresses into candidates though they are to hide them.
    case hostCandidates
    /// The signalling service writes a key into a line of its log, in hexadecimal.
    case keyInLogLine
    /// A key is in what relays have of a packet.
    case keyInRelayBuffer
    /// A frame is in what relays have of its packet, unprotected.
    case frameInRelayBuffer
    /// A key is in the packets of direct paths.
    case keyOnDirectPath
    /// A frame is in its packet on a direct path, unprotected.
    case frameOnDirectPath
    /// A report is stored with the reporter's device in it.
    case reporterInReport
    /// A report is stored with the moment at which it was made.
    case exactReportTime
    /// Reports are stored under the user name of the call's checks.
    case fragmentsInReport
    /// The associations of calls are not let go when calls are over.
    case keptKeys
    /// Keys are given back to the heap as they are.
    case keysNotOverwritten
    /// The stores keep the relay log for eight days.
    case relayLogKeptLonger
    /// The matchmaker keeps a ticket with its interest after the call that came of it.
    case interestKept
    /// The signalling service writes down in which minute a call ended and how long it was.
    case durationWithMinute
    /// Whoever reads the stores is not written down.
    case unauditedRead
    /// The matchmaker is shown behind which NAT somebody is, as a part of what they like.
    case matchingSeesNAT
    /// Reports name devices by a digest of their signals that needs no key.
    case unkeyedIdentifier
    /// A key of identifiers is written into the signalling service's log.
    case identifierKeyInLog
    /// The product team, which is on no list, is told of everybody's interest.
    case unlistedProcessor
    /// The signalling service goes on holding calls that are over.
    case callHeld
    /// The edge ends TLS: it has messages in the open.
    case openEdge
    /// The scorer keeps the digest of a canvas with what it has of a reported device.
    case signalsKept
}

extension Platform {
    /// Plants `leak`, before the run begins.
    mutating func plant(_ leak: PlantedLeak) {
        plantedLeak = leak
        switch leak {
        case .relayLogKeptLonger:
            var longer = scenario
            longer.relay.logRetention = .days(8)
            let due = stores?.sweepDue
            stores = StoreDesk(longer, root: root)
            stores?.sweepDue = due
        case .exactReportTime: stores?.writesMoments = true
        case .unauditedRead: stores?.guarded.forgetsAttempts = true
        case .openEdge: knowledge?.edge.isOpen = true
        default: break
        }
    }

    /// Plants what is to be found of a side's keys, where relays, services or listeners have it.
    mutating func plant(
        _ keys: borrowing SRTPKeys, of leg: LegID, _ witness: MediaWitness, at now: SimTime
    ) {
        let key = keys.withKeys { local, _ in Array(local) }
        switch plantedLeak {
        case .keyInLogLine:
            let digits = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            keepMessage(
                Array("debug: key \(digits)".utf8), numbered: nil, from: leg, at: now)
        case .keyInRelayBuffer: witness.plant = .bytes(key)
        case .frameInRelayBuffer: witness.plant = .frame
        case .keyOnDirectPath: witness.directPlant = .bytes(key)
        case .frameOnDirectPath: witness.directPlant = .frame
        case .keysNotOverwritten: witness.keyReleases.leavesKeys = true
        default: break
        }
    }

    /// The device that a report of `device` by `reporter` in `call` names, where its browser shows `signals`.
    func planted(
        _ device: DeviceIdentifier, _ reporter: DeviceIdentifier, _ signals: FingerprintSignals,
        in call: Handle
    ) -> DeviceIdentifier {
        switch plantedLeak {
        case .reporterInReport: return reporter
        case .unkeyedIdentifier:
            let (high, low) = IdentifierWatch.words(of: SHA256Digest.of(signals.canonicalBytes))
            return DeviceIdentifier(high: high, low: low, epoch: device.epoch)
        case .fragmentsInReport where hasMachines(call):
            let fragments = Side.both.map {
                legs[place(of: LegID(call: call, side: $0))].agent!.localCredentials
                    .usernameFragment
            }
            let name = fragments[1] + [UInt8(ascii: ":")] + fragments[0]
            let words = (name + [UInt8](repeating: 0, count: 16 - name.count)).map(UInt64.init)
            return DeviceIdentifier(
                high: words[..<8].reduce(0) { $0 << 8 | $1 },
                low: words[8...].reduce(0) { $0 << 8 | $1 }, epoch: device.epoch)
        default: return device
        }
    }

    /// The interest that the matchmaker is shown.
    @inline(__always)
    func plantedInterest(_ attributes: Peer.Attributes) -> UInt16 {
        guard plantedLeak == .matchingSeesNAT else { return attributes.interest }
        return attributes.interest + UInt16(attributes.natIndex) << 8
    }

    /// Plants what is to be found of a call that is over.
    mutating func plantEnd(of call: Handle, lasting duration: SimDuration, at now: SimTime) {
        for side in Side.both {
            let peer = peers[calls[call][side]]
            switch plantedLeak {
            case .interestKept:
                let ticket = Ticket(
                    id: TicketID(calls[call].serial), session: SessionID(peer.serial),
                    language: peer.attributes.language, interest: peer.attributes.interest,
                    tier: peer.tier)
                matchmaker.keepEnded(ticket, createdAt: calls[call].pairedAt)
            case .unlistedProcessor:
                knowledge?.declare(
                    .interest, of: peer.serial, to: .productTeam, since: now, until: now)
            case .identifierKeyInLog where side == .offerer:
                let key = Scorer.identifierKeys(1, randomness: root.stream(.identifierKeys))[0]
                keepMessage(
                    Array("debug: identifiers under ".utf8) + key, numbered: nil,
                    from: LegID(call: call, side: side), at: now)
            case .durationWithMinute where side == .offerer:
                let (minute, seconds) = CallEnd(at: now, lasting: duration).words(
                    from: scenario.arrivals.dayStart)
                keepMessage(
                    Array("debug: over at \(minute) after \(seconds) s".utf8), numbered: nil,
                    from: LegID(call: call, side: side), at: now)
            default: break
            }
        }
    }
}
