import Addressing
import EventEngine
import ICE
import NetworkModel
import Quantities

extension Platform {
    mutating func setOwner(_ owner: HostOwner, of host: HostID) {
        let place = Int(host.slot)
        while hostOwners.count <= place { hostOwners.append(.nobody) }
        hostOwners[place] = owner
    }

    /// Puts a datagram on the network; what is lost on the way simply never arrives.
    mutating func transmit(
        _ transmit: consuming Transmit, from host: HostID, after delay: SimDuration = .zero,
        _ engine: inout Engine<PlatformEvent>
    ) {
        let outcome = network.send(
            from: host, source: transmit.source, to: transmit.destination,
            transport: transmit.transport, byteCount: transmit.payload.count, at: engine.now + delay
        )
        guard case .inFlight(let flight) = outcome else { return }
        knowSource(flight.source, of: host, at: engine.now)
        let port = transmit.source.port
        let datagram = datagrams.insert(Datagram(flight: flight, payload: transmit.payload))
        knowSent(datagram, from: host, onPort: port, at: engine.now)
        engine.post(.datagram(datagram), at: flight.arrival)
    }

    mutating func datagramArrives(_ handle: Handle, _ engine: inout Engine<PlatformEvent>) {
        knowledge?.checks.arrive(handle.index)
        let datagram = datagrams.remove(handle)
        let outcome = network.arrive(datagram.flight, at: engine.now)
        guard case .delivered(let host, let local, let source) = outcome else { return }
        engine.log(
            TrajectoryCode.datagram, UInt64(host.slot), UInt64(datagram.payload.count))
        switch hostOwners[Int(host.slot)] {
        case .nobody: break
        case .relay(let server):
            relayReceives(
                datagram.payload, on: server, local, from: source, datagram.flight.transport,
                &engine)
        case .peer(let peer):
            guard let leg = leg(of: peer, onPort: local.port) else { return }
            legReceives(
                leg, datagram.payload, local, from: source, datagram.flight.transport, &engine)
        }
    }
}
