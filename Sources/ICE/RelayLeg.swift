import Addressing
import Quantities
import TURN

/// The way to a relay over one transport, and the allocation there.
struct RelayLeg: Sendable {
    var client: TURN.Client
    /// The client's five-tuple, at hand without a look into the client.
    let server: TransportAddress
    let base: TransportAddress
    let transport: TransportProtocol
    /// Index of its relayed candidate; -1 before there is one.
    var local = -1
    /// Peers' addresses that the server lets through.
    var permitted: [IPAddress] = []
    /// Whether it was told to give up its allocation, or the attempt.
    var isReleased = false
    /// The refusal that ended it, 0 for silence.
    var refusal: UInt16?

    /// Whether the client is done with the server.
    var hasEnded = false

    /// Whether nothing more is to come of it for gathering.
    var isSettled: Bool { local >= 0 || isReleased || refusal != nil }

    /// Whether it has an allocation and will keep it.
    var isOpen: Bool { local >= 0 && !isReleased && refusal == nil }

    /// Whether the server holds an allocation, as far as the client knows.
    var holdsAllocation: Bool {
        if case .allocated = client.state { return true }
        return false
    }

    func permits(_ address: TransportAddress) -> Bool {
        isOpen && permitted.contains(address.ip)
    }

    mutating func send(_ bytes: consuming [UInt8], to address: TransportAddress, at now: SimTime) {
        _ = client.send(bytes, to: address, at: now)
    }
}
