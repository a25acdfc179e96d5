import Addressing
import KnowledgeLedger
import Quantities

/// What whoever stands before the signalling service sees: where connections come from, and records that it cannot open.
extension KnowledgeDesk {
    /// The Internet sees person number `subject` under `address`.
    mutating func noteLine(_ address: IPAddress, of subject: UInt32) {
        book.note(outside: address, of: subject)
    }

    /// `subject` is connected to the signalling service, from `address`; in a call, or waiting for one. Nobody can tell
    /// how long whoever stands before the service keeps what it sees.
    mutating func noteConnection(
        from address: IPAddress, of subject: UInt32, in call: UInt32? = nil, at now: SimTime
    ) {
        let item: Item = address.isPrivate ? .privateAddress : .publicAddress
        for item in [item, .when, .traffic] {
            declare(
                item, of: subject, to: .edgeProvider, in: call, since: now, until: .distantFuture)
        }
        evidence.edgeConnections += 1
        let packet = edge.opening(from: address)
        for own in realAddresses(of: subject) where Self.isFound(own, in: packet[...]) {
            canaries.declare(
                own.isPrivate ? .privateAddress : .publicAddress, of: subject, to: .edgeProvider,
                in: call, since: now, until: .distantFuture)
        }
    }

    /// A side of a call sends `text` to the signalling service, past the edge. Who seals it tells the edge nothing of it.
    mutating func handEdge(_ text: [UInt8], of sender: Side, in call: UInt32, at now: SimTime) {
        let subject = parties[Int(call)][sender]
        let record = edge.record(of: text)
        evidence.edgeRecords += 1
        var found = book.found(in: record, of: subject)
        if TextPieces(text).areFound(in: record) { found.insert(.message) }
        for item in found {
            canaries.declare(
                item, of: subject, to: .edgeProvider, in: call, since: now, until: .distantFuture)
        }
    }
}
