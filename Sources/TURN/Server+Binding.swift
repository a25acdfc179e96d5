import Addressing
import Quantities
import STUN

// STUN Binding (RFC 8489 §6.3.1), which needs no credentials, and NAT behaviour discovery
// (RFC 5780 §6).
extension Server {
    /// The bits of CHANGE-REQUEST (RFC 5780 §7.2).
    private enum Change {
        static let address: UInt32 = 4
        static let port: UInt32 = 2
    }

    /// Whether `local` is one of the pairs of address and port that serve discovery alone.
    ///
    /// Called as a function it would be handed a copy of the whole server, for every packet.
    @inline(__always)
    func isForDiscovery(_ local: TransportAddress, _ transport: TransportProtocol) -> Bool {
        guard let alternate = configuration.alternate, transport == .udp else { return false }
        return (local.ip == alternate.ip || local.ip == configuration.address)
            && (local.port == alternate.port || local.port == configuration.port)
    }

    /// Takes what arrived where nothing but Binding is served.
    mutating func discover(
        _ datagram: consuming [UInt8], from source: TransportAddress, at local: TransportAddress
    ) {
        guard DatagramKind.classify(datagram) == .stun else { return counters.drop(.notSTUN) }
        let message: MessageView
        do throws(MalformedMessage) {
            message = try MessageView(datagram)
        } catch {
            return counters.drop(.malformedMessage)
        }
        guard message.kind == .request, message.method == .binding else {
            return counters.drop(.unexpectedMessage)
        }
        let client = FiveTuple(client: source, serverPort: local.port, transport: .udp)
        answerBinding(message, from: client, at: local)
    }

    /// Answers a Binding request that arrived at `local`.
    mutating func answerBinding(
        _ request: MessageView, from client: FiveTuple, at local: TransportAddress
    ) {
        let alternate = discoveryAlternate(for: client)
        let change = request.number32(of: .changeRequest)
        guard request.unknownRequiredCount == 0, change == nil || alternate != nil else {
            return refuseBinding(request, from: client, at: local)
        }
        counters.bindings += 1
        var answer = MessageBuilder(.success, answering: request)
        answer.add(.xorMappedAddress, client.client)
        var origin = local
        if let alternate {
            let other = TransportAddress(
                local.ip == alternate.ip ? configuration.address : alternate.ip,
                port: local.port == alternate.port ? configuration.port : alternate.port)
            if (change ?? 0) & Change.address != 0 { origin.ip = other.ip }
            if (change ?? 0) & Change.port != 0 { origin.port = other.port }
            answer.add(.responseOrigin, origin)
            answer.add(.otherAddress, other)
        }
        send(answer.finish(fingerprint: request.has(.fingerprint)), to: client, from: origin)
    }

    /// 420 for what is not understood; CHANGE-REQUEST is not where there is no second address or
    /// the answer cannot come from it (RFC 5780 §6.1).
    private mutating func refuseBinding(
        _ request: MessageView, from client: FiveTuple, at local: TransportAddress
    ) {
        counters.otherErrors += 1
        var answer = MessageBuilder(.error, answering: request)
        answer.add(.unknownAttribute)
        if request.unknownRequiredCount > 0 {
            answer.add(unknownAttributesOf: request)
        } else {
            let type = AttributeType.changeRequest.rawValue
            answer.add(.unknownAttributes, [UInt8(type >> 8), UInt8(type & 0xFF)])
        }
        send(answer.finish(fingerprint: request.has(.fingerprint)), to: client, from: local)
    }

    private func discoveryAlternate(for client: FiveTuple) -> TransportAddress? {
        guard client.transport == .udp, let alternate = configuration.alternate,
            alternate.ip.family == client.family
        else { return nil }
        return alternate
    }
}
