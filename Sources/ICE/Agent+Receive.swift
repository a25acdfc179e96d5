import Addressing
import Quantities
import STUN

extension Agent {
    /// Takes a datagram that came `from` an address `to` a local one, as the host sees both; over
    /// TCP and TLS one whole frame, as `TURN.StreamFrames` cuts them.
    ///
    /// - Returns: what it was: ICE's own, the peer's data, or something dropped and counted.
    public mutating func handle(
        _ datagram: consuming [UInt8], from source: TransportAddress, to local: TransportAddress,
        transport: TransportProtocol, at now: SimTime
    ) -> Received {
        let received: Received
        if !formers.isEmpty, transport == .udp,
            let former = receiveFormer(datagram, from: source, to: local, leg: -1, at: now)
        {
            received = former
        } else if let leg = leg(serving: source, local: local, transport: transport) {
            received = receive(datagram, byLeg: leg, from: source, at: now)
        } else if !phase.isLive {
            return reject(.closed)
        } else if transport == .udp,
            let base = locals.firstIndex(where: { $0.type == .host && $0.address == local })
        {
            received = receive(datagram, from: source, base: base, at: now)
        } else {
            return reject(.unexpectedLocalAddress)
        }
        if case .application = received { return received }
        advance(at: now)
        return received
    }

    /// Takes what arrived at base `base`, a host address or, unwrapped, a relayed one.
    mutating func receive(
        _ datagram: consuming [UInt8], from source: TransportAddress, base: Int, at now: SimTime
    ) -> Received {
        switch DatagramKind.classify(datagram) {
        case .stun:
            guard let message = try? MessageView(datagram) else { return reject(.malformed) }
            return receive(message, from: source, base: base, at: now)
        case .dtls, .rtp:
            guard isPeer(source, at: base) else { return reject(.unexpectedSource) }
            if isSelected(source, at: base) { noteHeard(at: now) }
            return .application(datagram)
        case .turnChannel, .zrtp, .unknown:
            return reject(.unknownKind)
        }
    }

    private mutating func receive(
        _ message: borrowing MessageView, from source: TransportAddress, base: Int, at now: SimTime
    ) -> Received {
        guard message.method == .binding else { return reject(.unexpectedMessage) }
        switch message.kind {
        case .request:
            return handleCheck(message, from: source, base: base, at: now)
        case .success, .error:
            if configuration.stunServers.contains(source),
                let received = handleServerAnswer(message, at: now)
            {
                return received
            }
            return handleAnswer(message, from: source, base: base, at: now)
        case .indication:
            return isPeer(source, at: base) ? .consumed : reject(.unexpectedSource)
        }
    }

    /// Whether data from `source` at `base` can be the peer's: it is a candidate of the peer's.
    @inline(__always)
    private func isPeer(_ source: TransportAddress, at base: Int) -> Bool {
        if isSelected(source, at: base) { return true }
        return remotes.contains { $0.address == source }
            || formers.contains { $0.pair.remoteAddress == source }
    }

    @inline(__always)
    private func isSelected(_ source: TransportAddress, at base: Int) -> Bool {
        guard let selected else { return false }
        return pairs[selected].local == base && remotes[pairs[selected].remote].address == source
    }

    /// Sends `payload` to the peer on the selected pair; false before there is one and after the
    /// end. Over a relay it travels as ChannelData once the channel stands.
    @discardableResult
    public mutating func send(_ payload: consuming [UInt8], at now: SimTime) -> Bool {
        guard phase == .connected, let selected else {
            return sendOverFormer(payload, at: now)
        }
        let pair = pairs[selected]
        sentAt = now
        transmit(payload, from: pair.local, to: remotes[pair.remote].address, at: now)
        if locals[pair.local].leg >= 0 { drainRelay(at: now) }
        return true
    }

    /// When something is due next; nil for never.
    @inline(__always)
    func earliestTimeout() -> SimTime? {
        var earliest = earliestRelayTimeout
        if phase == .running {
            earliest = min(earliest, earliestGatheringTimeout)
            earliest = min(earliest, earliestCheckTimeout)
        } else if phase == .connected {
            earliest = min(earliest, min(consent.nextCheckAt, consent.expiresAt))
            earliest = min(earliest, keepAliveAt)
            if hasFollowUpCheck { earliest = min(earliest, nextCheckAt) }
        } else if phase == .lost {
            earliest = min(earliest, deadline)
        }
        for index in formers.indices { earliest = min(earliest, formers[index].dueAt) }
        return earliest == .distantFuture ? nil : earliest
    }
}
