import Addressing
import NetworkModel
import Quantities

/// What two ICE agents achieve without a relay, told by packets: each checks every candidate that
/// it knows of the other, answers come from the socket that was reached, sources of checks become
/// candidates, and a check counts if its answer comes from where it went (RFC 8445 §7.2.5.2.1).
struct Punch {
    private let world: World
    private let hosts: [HostID]
    private var known: [[TransportAddress]] = [[], []]
    private var valid: [Set<TransportAddress>] = [[], []]

    /// Agents on port 5000 of two hosts that have asked a STUN server.
    init(_ world: World, _ a: HostID, _ b: HostID, hidesHostAddresses: Bool = false) {
        self.world = world
        hosts = [a, b]
        let stun = TransportAddress(world.network.localAddress(of: world.lastServer), port: 3478)
        for side in 0..<2 {
            if !hidesHostAddresses || world.network.shareLink(a, b) {
                known[1 - side].append(world.socket(hosts[side], 5000))
            }
            guard let flight = world.send(hosts[side], 5000, to: stun) else { continue }
            if !known[1 - side].contains(flight.source) { known[1 - side].append(flight.source) }
        }
    }

    /// Whether both sides come to a valid pair. Each round adds what a retransmission could; the
    /// longest chain of discoveries has three links, and the rounds stay within a binding's life.
    mutating func meets() -> Bool {
        for round in 1...8 {
            for side in 0..<2 {
                for candidate in known[side] { check(candidate, from: side, at: .s(Int64(round))) }
            }
        }
        return !valid[0].isEmpty && !valid[1].isEmpty
    }

    private mutating func check(_ candidate: TransportAddress, from side: Int, at now: SimTime) {
        guard let request = world.send(hosts[side], 5000, to: candidate, at: now),
            case .delivered(let reached, let local, let source) = world.network.arrive(
                request, at: request.arrival),
            reached == hosts[1 - side], local.port == 5000
        else { return }
        if !known[1 - side].contains(source) { known[1 - side].append(source) }
        guard let answer = world.send(reached, 5000, to: source, at: request.arrival),
            case .delivered(let back, _, let from) = world.network.arrive(
                answer, at: answer.arrival)
        else { return }
        if back == hosts[side], from == candidate { valid[side].insert(candidate) }
    }
}
