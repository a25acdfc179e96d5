import Addressing
import KnowledgeLedger
import Quantities

/// What has been noted of addresses in a call's datagrams on the Internet: what comes after tells no more.
struct HeardNotes: BitwiseCopyable {
    /// By kind and side, what was declared, and what was found.
    var declared: UInt8 = 0
    var found: UInt8 = 0

    static func mark(_ address: IPAddress, of side: Side) -> UInt8 {
        1 << (UInt8(side.rawValue) * 2 + (address.isPrivate ? 1 : 0))
    }
}

/// What whoever listens on the Internet reads in datagrams, beyond where these come from: addresses, as nothing of STUN and
/// TURN is encrypted but by TLS, and keys, if there were any.
extension KnowledgeDesk {
    /// A datagram goes over the Internet that who listens there can read.
    ///
    /// - Parameters:
    ///   - sender: the side of which call sends it; nil where a relay does.
    ///   - destination: where it is sent to, before the receiver's NAT.
    mutating func noteHeard(
        _ datagram: [UInt8], from sender: (call: UInt32, side: Side)?,
        to destination: TransportAddress, at now: SimTime
    ) {
        datagram.withUnsafeBytes {
            lookForKeys(in: $0, at: .networkObserver, since: now, until: .distantFuture)
        }
        guard let (call, near) = sender ?? recipient(at: destination) else { return }
        while heard.count <= Int(call) { heard.append(HeardNotes()) }
        let told = ToldAddresses(datagram)
        for address in told.peers {
            declareHeard(address, of: near.other, in: call, at: now)
        }
        // Who is answered is whoever gets it in the end.
        let answered = sender == nil ? near : near.other
        for address in told.mapped { declareHeard(address, of: answered, in: call, at: now) }
        evidence.heardDatagrams += 1
        datagram.withUnsafeBytes { bytes in
            AddressPlaces.forEach(in: bytes) { find($0, in: call, near: near, at: now) }
        }
    }

    /// Which side of which call a datagram to `address` is for: that of the relay's client where it goes to a relay.
    private func recipient(at address: TransportAddress) -> (call: UInt32, side: Side)? {
        if let holder = relayed[address] {
            return (holder.call, side(of: holder.subject, in: holder.call))
        }
        guard let subject = owners[address], let call = lastCall(of: subject) else { return nil }
        return (call, side(of: subject, in: call))
    }

    private func side(of subject: UInt32, in call: UInt32) -> Side {
        parties[Int(call)].offerer == subject ? .offerer : .answerer
    }

    /// An address that stands for a side is told.
    private mutating func declareHeard(
        _ address: IPAddress, of side: Side, in call: UInt32, at now: SimTime
    ) {
        let mark = HeardNotes.mark(address, of: side)
        guard heard[Int(call)].declared & mark == 0, !address.isUnspecified,
            !relayAddresses.contains(address)
        else { return }
        heard[Int(call)].declared |= mark
        declareAddress(
            address, of: parties[Int(call)][side], to: .networkObserver, in: call, since: now,
            until: .distantFuture)
    }

    /// The bytes can be read as that address. Where both have it (one NAT's, or equal ones in two homes), it is the one's
    /// who is not at this end: nobody names an own address.
    private mutating func find(
        _ address: IPAddress, in call: UInt32, near: Side, at now: SimTime
    ) {
        let people = parties[Int(call)]
        guard let side = [near.other, near].first(where: { has(address, people[$0]) }) else {
            return
        }
        let mark = HeardNotes.mark(address, of: side)
        guard heard[Int(call)].found & mark == 0 else { return }
        heard[Int(call)].found |= mark
        canaries.declare(
            address.isPrivate ? .privateAddress : .publicAddress, of: people[side],
            to: .networkObserver, in: call, since: now, until: .distantFuture)
    }
}
