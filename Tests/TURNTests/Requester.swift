import Addressing
import Quantities
import STUN
import TURN

/// Speaks to a server request by request, with every freedom to do it wrong. A class, so that
/// expectations can call what changes it.
final class Requester {
    var server: Server
    var now = SimTime.zero
    var source = TransportAddress(IPAddress(v4: 0x0A00_0001), port: 4000)
    var transport = TransportProtocol.udp
    var credentials = Exchange.secret.credentials(for: "x", until: .zero + .hours(24))
    var nonce: [UInt8] = []
    var nextID: UInt64 = 1

    init(
        ports: Int = 16, address: IPAddress = Exchange.serverIP,
        configure: (inout ServerConfiguration) -> Void = { _ in }
    ) {
        var configuration = Exchange.configuration(ports: ports)
        configuration.address = address
        configure(&configuration)
        server = Server(configuration: configuration, randomness: Exchange.stream(3))
    }

    var local: TransportAddress {
        TransportAddress(server.configuration.address, port: transport == .tls ? 5349 : 3478)
    }

    var key: IntegrityKey {
        IntegrityKey(
            longTermUsername: credentials.username, realm: "voice.example",
            password: credentials.password)
    }

    /// Sends `bytes` and returns what the server sent back.
    func exchange(_ bytes: [UInt8]) -> Transmit? {
        server.handle(bytes, from: source, transport: transport, to: local, at: now)
        let answer = server.pollTransmit()
        precondition(server.pollTransmit() == nil, "one datagram has at most one consequence")
        return answer
    }

    /// Asks for a nonce, as a client that has none.
    func learnNonce() {
        let challenge = view(
            exchange(MessageBuilder(.request, .allocate, id: freshID()).finish()))
        nonce = Array(challenge!.value(of: .nonce)!)
    }

    func freshID() -> TransactionID {
        nextID += 1
        return TransactionID(high: 0xABCD, low: nextID)
    }

    func view(_ transmit: Transmit?) -> MessageView? {
        transmit.flatMap { try? MessageView($0.payload) }
    }

    /// An authenticated request; what `fill` adds comes before the credentials.
    func request(
        _ method: STUN.Method, id: TransactionID? = nil, _ fill: (inout MessageBuilder) -> Void
    ) -> MessageView? {
        var builder = MessageBuilder(.request, method, id: id ?? freshID())
        fill(&builder)
        builder.add(.username, credentials.username)
        builder.add(.realm, "voice.example")
        builder.add(.nonce, nonce)
        return view(exchange(builder.finish(integrity: key, fingerprint: false)))
    }

    /// Allocates, and returns the answer.
    func allocate(
        id: TransactionID? = nil, _ fill: (inout MessageBuilder) -> Void = { _ in }
    ) -> MessageView? {
        if nonce.isEmpty { learnNonce() }
        return request(.allocate, id: id) { builder in
            builder.add(requestedTransport: 17)
            fill(&builder)
        }
    }

    /// What an Allocate request may ask for.
    enum Wish {
        case plain
        case family(UInt32)
        case additional(UInt32)
        case even(UInt8)
        case token(UInt64)
    }

    func allocate(_ wish: Wish, id: TransactionID? = nil) -> MessageView? {
        allocate(id: id) { builder in
            switch wish {
            case .plain: break
            case .family(let number): builder.add(.requestedAddressFamily, number << 24)
            case .additional(let number): builder.add(.additionalAddressFamily, number << 24)
            case .even(let bits): builder.add(.evenPort, [bits])
            case .token(let token): builder.add(.reservationToken, token)
            }
        }
    }

    func permit(_ peers: TransportAddress...) -> MessageView? {
        request(.createPermission) { builder in
            for peer in peers { builder.add(.xorPeerAddress, peer) }
        }
    }

    func bind(_ number: UInt16, to peer: TransportAddress) -> MessageView? {
        request(.channelBind) { builder in
            builder.add(channelNumber: number)
            builder.add(.xorPeerAddress, peer)
        }
    }

    func refresh(lifetime: UInt32?) -> MessageView? {
        request(.refresh) { builder in
            if let lifetime { builder.add(.lifetime, lifetime) }
        }
    }

    /// A peer's datagram; returns what the client gets.
    func fromPeer(
        _ peer: TransportAddress, to relayed: TransportAddress, _ data: [UInt8]
    ) -> Transmit? {
        server.handle(data, from: peer, transport: .udp, to: relayed, at: now)
        return server.pollTransmit()
    }

    /// ChannelData for UDP.
    static func channelData(_ number: UInt16, _ data: [UInt8]) -> [UInt8] {
        [
            UInt8(number >> 8), UInt8(number & 0xFF), UInt8(data.count >> 8),
            UInt8(data.count & 0xFF),
        ] + data
    }
}
