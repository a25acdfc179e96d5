import Addressing
import Quantities
import STUN

/// ICE restart (RFC 8445 §9), and what makes one necessary.
extension Agent {
    /// Begins a new generation: fresh credentials and tie-breaker, candidates gathered anew.
    ///
    /// Signal ``localCredentials`` in a new offer, or in the answer to the peer's; the new
    /// candidates follow as events. Media go on over the pair selected before until the new
    /// generation has one; then ``AgentEvent/restarted(_:)`` comes, or
    /// ``AgentEvent/restartFailed`` if none is found in time and the old pair still works. An
    /// allocation at a server that `configuration` still names is used again; any other is given
    /// back, as soon as nothing goes over it. The role stays (RFC 8445 §6.1.1).
    ///
    /// - Parameters:
    ///   - configuration: what it is to do from now on, such as another relay; nil for the same.
    ///   - localAddresses: what the host's interfaces report now; nil for the same.
    /// - Returns: whether it did; false before ``startGathering(at:)`` and after the end.
    @discardableResult
    public mutating func restart(
        with configuration: AgentConfiguration? = nil,
        localAddresses: [TransportAddress]? = nil, at now: SimTime
    ) -> Bool {
        guard phase.isLive, phase != .new else { return false }
        beginGeneration(configuration, localAddresses, at: now)
        advance(at: now)
        return true
    }

    /// All of a restart but what is due at once.
    mutating func beginGeneration(
        _ configuration: AgentConfiguration?, _ localAddresses: [TransportAddress]?,
        at now: SimTime
    ) {
        counters.restarts += 1
        generation += 1
        keepSelectedPath(at: now)
        if let configuration { self.configuration = configuration }
        if foundationKeys.count > Self.maximumFoundations { foundationKeys.removeAll() }
        let isSameHost = localAddresses == nil || localAddresses == bases
        if let localAddresses {
            bases = Self.usable(localAddresses)
        }
        forgetChecklist()
        keepLegs(at: now)
        localCredentials = Credentials(using: &randomness)
        localKey = IntegrityKey(shortTermPassword: localCredentials.password)
        tieBreaker = randomness.nextUInt64()
        let known = gathering
        gathering = GatheringProgress()
        if isSameHost {
            gathering.udpAnswered = known.udpAnswered
            gathering.isUDPBlocked = known.isUDPBlocked
        }
        phase = .running
        // The peer has to answer the new offer; without a path this is the last hope.
        deadline = now + self.configuration.timing.restartPatience
        beginGathering(at: now)
    }

    private mutating func forgetChecklist() {
        peer = nil
        hasRemoteEnded = false
        queries.removeAll()
        checks.removeAll(keepingCapacity: true)
        pairs.removeAll(keepingCapacity: true)
        locals.removeAll(keepingCapacity: true)
        remotes.removeAll(keepingCapacity: true)
        early.removeAll()
        names.removeAll()
        nomination = nil
        selected = nil
        consent = Consent()
        keepAliveAt = .distantFuture
        peerPacing = .zero
        firstValidAt = .distantFuture
        peerReflexiveCount = 0
        triggeredCount = 0
    }

    /// Keeps the legs that go on: one that the new generation uses again, the former paths', and
    /// those being given back.
    private mutating func keepLegs(at now: SimTime) {
        for index in legs.indices {
            legs[index].withdraw()
            if serves(index) {
                // A leg that was settled has given up its other permissions.
                let path = formers.first { $0.leg == index && !$0.isSuperseded }
                legs[index].permitted = path.map { [$0.pair.remoteAddress.ip] } ?? []
            } else {
                release(index, at: now)
            }
        }
        drainRelay(at: now)
        var kept: [RelayLeg] = []
        var places = [Int](repeating: -1, count: legs.count)
        let first = max(0, legs.count - Self.maximumLegs)
        for index in legs.indices where !legs[index].hasEnded {
            guard index >= first || isOfFormerPath(index) else { continue }
            places[index] = kept.count
            kept.append(legs[index])
        }
        legs = kept
        formers.removeAll { $0.leg >= 0 && places[$0.leg] < 0 }
        for place in formers.indices where formers[place].leg >= 0 {
            formers[place].leg = places[formers[place].leg]
        }
    }

    /// Whether leg `index` has an allocation that this generation can use.
    func serves(_ index: Int) -> Bool {
        guard configuration.gathersRelay, let server = configuration.turnServer else {
            return false
        }
        let leg = legs[index]
        return leg.isHealthy && server.addresses(for: leg.transport).contains(leg.server)
            && bases.contains(leg.base)
    }

    /// No pair was found in time, but the former path works: the session goes on there.
    mutating func stayOnFormerPath(at now: SimTime) {
        phase = .connected
        deadline = .distantFuture
        queries.removeAll()
        checks.removeAll()
        pairs.removeAll()
        nomination = nil
        for place in formers.indices.dropFirst() {
            formers[place].endsAt = now + Self.formerPathLinger
        }
        releaseRelay(except: formerLeg, at: now)
        events.append(.restartFailed)
    }

    /// The selected pair serves no longer: nothing is sent until a restart, for which the owner
    /// has ``TimingProfile/restartPatience``.
    mutating func lose(_ reason: AgentFailure, at now: SimTime) {
        phase = .lost
        loss = reason
        checks.removeAll()
        nomination = nil
        for index in pairs.indices { pairs[index].triggered = 0 }
        consent = Consent()
        deadline = now + configuration.timing.restartPatience
        events.append(reason == .relayLost ? .relayLost : .consentLost)
    }
}
