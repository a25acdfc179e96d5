import Addressing

/// What became of a relayed port, and whose it is or was.
public struct RelayedPortChange: Hashable, Sendable, BitwiseCopyable {
    /// What can become of a port.
    public enum Kind: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// An allocation has it from now on.
        case opened
        /// Its allocation was released, expired or lost its connection.
        case closed
    }

    /// What became of it.
    public let kind: Kind
    /// The relayed port.
    public let port: UInt16
    /// At which of the server's addresses it is.
    public let family: IPAddress.Family
    /// The client of the allocation.
    public let client: TransportAddress
    /// What carries the client leg.
    public let transport: TransportProtocol
}

/// For an owner that has a real socket for each relayed port and a real connection for each client
/// over TCP and TLS.
extension Server {
    mutating func announce(
        _ kind: RelayedPortChange.Kind, _ port: UInt16, in family: IPAddress.Family, _ slot: Int
    ) {
        guard configuration.announcesPorts else { return }
        let client = slots[slot].client
        portChanges.append(
            RelayedPortChange(
                kind: kind, port: port, family: family, client: client.client,
                transport: client.transport))
    }

    /// The ports opened and closed since the last call, in order; none unless
    /// ``ServerConfiguration/announcesPorts`` is set. Ask after every call with a time, before
    /// ``pollTransmit()``: a socket must be open when its client learns of it.
    public mutating func takePortChanges() -> [RelayedPortChange] {
        guard !portChanges.isEmpty else { return [] }
        var taken: [RelayedPortChange] = []
        swap(&taken, &portChanges)
        return taken
    }

    /// Takes back an allocation just made, because the host cannot open its relayed `port` at the
    /// address of `family`, or the server's first one; nobody gets the port any more. The answer
    /// that waits in ``pollTransmit()`` is not for sending; the same request handed over again
    /// draws another port.
    public mutating func withdraw(port: UInt16, in family: IPAddress.Family? = nil) {
        let family = family ?? configuration.address.family
        guard let address = address(in: family),
            case .allocation(let slot) = holder(of: TransportAddress(address, port: port))
        else { return }
        if family == configuration.address.family {
            ports.withhold(port)
        } else {
            additionalPorts!.withhold(port)
        }
        end(slot)
        // The owner has never opened it.
        portChanges.removeAll { $0.kind == .closed && $0.port == port && $0.family == family }
        counters.created -= 1
    }

    /// Ends the allocation of a client whose TCP or TLS connection has closed: its 5-tuple is no
    /// more, so nobody can ever use or refresh it (RFC 8656 §2.2).
    public mutating func connectionClosed(
        from client: TransportAddress, transport: TransportProtocol
    ) {
        let port = transport == .tls ? configuration.securePort : configuration.port
        let tuple = FiveTuple(client: client, serverPort: port, transport: transport)
        guard let slot = clients[tuple] else { return }
        end(slot)
        counters.released += 1
    }
}
