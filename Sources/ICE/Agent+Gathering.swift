import Addressing
import Quantities
import STUN

/// A Binding transaction with the STUN server from one base.
struct ServerQuery {
    var id: TransactionID
    var base: Int
    var server: TransportAddress
    var timer: RetransmissionTimer
    var bytes: [UInt8]
}

/// What makes two candidates of one foundation (RFC 8445 §5.1.1.3).
struct FoundationKey: Equatable, BitwiseCopyable {
    var type: CandidateType
    var base: IPAddress
    var server: IPAddress?
}

/// How far gathering has come.
struct GatheringProgress: BitwiseCopyable {
    /// The next base to ask from, of ``Agent/bases``.
    var nextBase = 0
    /// When the next transaction with a server may begin.
    var nextStartAt = SimTime.distantFuture
    /// Whether the relay has been asked or there is none to ask.
    var relayStarted = false
    /// When an attempt over a stream joins the one over UDP.
    var fallbackAt = SimTime.distantFuture
    /// Any answer over UDP from a server: UDP is not blocked.
    var udpAnswered = false
    /// A stream to the relay, begun later, was there before any answer over UDP.
    var isUDPBlocked = false
    var isComplete = false
}

extension Agent {
    /// Begins to gather: host candidates at once, the servers as the profile paces them.
    public mutating func startGathering(at now: SimTime) {
        guard phase == .new else { return }
        phase = .running
        beginGathering(at: now)
        advance(at: now)
    }

    /// Host candidates at once; the servers' turn comes with the next advance.
    mutating func beginGathering(at now: SimTime) {
        if !relaysOnly { gatherHosts(at: now) }
        gathering.nextStartAt = now
        if gathering.isUDPBlocked { gathering.nextBase = bases.count }
    }

    private mutating func gatherHosts(at now: SimTime) {
        let preferences = Self.localPreferences(of: bases)
        for (index, address) in bases.enumerated() {
            let preference = preferences[index]
            var local = LocalCandidate(
                address: address, base: locals.count, type: .host, localPreference: preference,
                priority: Priority.candidate(type: .host, localPreference: preference),
                foundation: foundation(type: .host, base: address.ip, server: nil))
            if configuration.hidesHostAddresses { local.name = MDNSName(using: &randomness) }
            add(local)
            announce(local)
        }
    }

    /// The same small number for the same key: tells the peer nothing but equality.
    mutating func foundation(
        type: CandidateType, base: IPAddress, server: IPAddress?
    ) -> Foundation {
        let key = FoundationKey(type: type, base: base, server: server)
        let index = foundationKeys.firstIndex(of: key) ?? foundationKeys.count
        if index == foundationKeys.count { foundationKeys.append(key) }
        return Foundation(number: UInt32(index + 1))
    }

    /// Emits the event that signals `local`, with what must stay hidden hidden.
    mutating func announce(_ local: LocalCandidate) {
        var candidate = Candidate(
            foundation: local.foundation, priority: local.priority, address: local.shownAddress,
            type: local.type, related: local.related)
        let isSecret =
            local.type == .serverReflexive
            ? configuration.hidesHostAddresses : relaysOnly
        if candidate.related != nil, isSecret {
            candidate.related = Candidate.concealed(local.address.ip.family)
        }
        events.append(.localCandidate(candidate))
    }

    mutating func advanceGathering(at now: SimTime) {
        guard phase == .running, !gathering.isComplete else { return }
        startTransactions(at: now)
        expireQueries(at: now)
        guard gathering.relayStarted, queries.isEmpty, gathering.fallbackAt == .distantFuture else {
            return
        }
        for index in legs.indices where !legs[index].isSettled { return }
        gathering.isComplete = true
        events.append(.gatheringComplete)
    }

    /// Starts the next transactions with servers, Ta apart where the profile paces them
    /// (RFC 8445 §14.2).
    private mutating func startTransactions(at now: SimTime) {
        while now >= gathering.nextStartAt {
            let startAt = gathering.nextStartAt
            gathering.nextStartAt = .distantFuture
            if startNextQuery(at: now) || startNextAllocation(at: now) {
                if !gathering.relayStarted {
                    gathering.nextStartAt = max(startAt, now) + configuration.timing.gatheringPacing
                }
            }
        }
        if now >= gathering.fallbackAt {
            gathering.fallbackAt = .distantFuture
            startFallbackAllocation(at: now)
        }
    }

    /// Asks the STUN server from the next base that can; false when none is left.
    private mutating func startNextQuery(at now: SimTime) -> Bool {
        guard !relaysOnly else { return false }
        while gathering.nextBase < bases.count {
            let base = gathering.nextBase
            gathering.nextBase += 1
            guard let server = stunServer(for: bases[base]) else { continue }
            let id = TransactionID(using: &randomness)
            let bytes = MessageBuilder(.request, .binding, id: id, capacity: 32)
                .finish(fingerprint: true)
            queries.append(
                ServerQuery(
                    id: id, base: base, server: server,
                    timer: configuration.timing.serverTimer(
                        sentAt: now, count: serverTransactionCount),
                    bytes: bytes))
            transmits.append(
                Transmit(
                    source: bases[base], destination: server, transport: .udp, payload: bytes))
            return true
        }
        return false
    }

    /// The first STUN server of the family of `base`.
    @inline(__always)
    private func stunServer(for base: TransportAddress) -> TransportAddress? {
        configuration.stunServers.first { $0.ip.family == base.ip.family }
    }

    /// How many transactions gathering takes: one for each server-reflexive and relayed candidate.
    @inline(__always)
    var serverTransactionCount: Int {
        var count = configuration.turnServer == nil ? 0 : 1
        for base in bases where stunServer(for: base) != nil { count += 1 }
        return count
    }

    private mutating func expireQueries(at now: SimTime) {
        var index = 0
        while index < queries.count {
            switch queries[index].timer.expire(at: now) {
            case .wait:
                index += 1
            case .retransmit:
                transmits.append(
                    Transmit(
                        source: bases[queries[index].base], destination: queries[index].server,
                        transport: .udp, payload: queries[index].bytes))
                index += 1
            case .failed:
                queries.remove(at: index)
            }
        }
    }

    /// Takes the STUN server's answer; nil when it answers none of our queries.
    mutating func handleServerAnswer(_ message: borrowing MessageView, at now: SimTime) -> Received?
    {
        let id = message.id
        guard let index = queries.firstIndex(where: { $0.id == id }) else { return nil }
        let query = queries.remove(at: index)
        noteUDPAnswer()
        if message.kind == .success, let mapped = message.mappedAddress {
            addServerReflexive(mapped, of: query, at: now)
        }
        return .consumed
    }

    private mutating func addServerReflexive(
        _ mapped: TransportAddress, of query: ServerQuery, at now: SimTime
    ) {
        let base = query.base
        guard
            let host = locals.firstIndex(where: { $0.type == .host && $0.address == bases[base] })
        else { return }
        // Redundant where the host candidate tells the same address (RFC 8445 §5.1.3); behind an
        // mDNS name it does not.
        if mapped == bases[base], !configuration.hidesHostAddresses { return }
        if locals.contains(where: { $0.type != .host && $0.address == mapped }) { return }
        let preference = locals[host].localPreference
        let local = LocalCandidate(
            address: mapped, base: host, type: .serverReflexive, localPreference: preference,
            priority: Priority.candidate(type: .serverReflexive, localPreference: preference),
            foundation: foundation(
                type: .serverReflexive, base: bases[base].ip, server: query.server.ip),
            related: bases[base])
        add(local)
        announce(local)
    }

    @inline(__always)
    var earliestGatheringTimeout: SimTime {
        var earliest = min(gathering.nextStartAt, gathering.fallbackAt)
        for index in queries.indices { earliest = min(earliest, queries[index].timer.deadline) }
        return earliest
    }
}
