import Addressing
import EventEngine
import Quantities
import ScenarioModel
import TURN

extension Platform {
    /// Puts the relay servers on the network.
    mutating func attachRelays() {
        for number in relays.stations.indices {
            let station = relays.stations[number]
            let host = network.attachServer(
                addresses: [station.address.ip] + (station.address6.map { [$0.ip] } ?? []),
                region: station.region)
            relays.stations[number].host = host
            setOwner(.relay(UInt16(number)), of: host)
        }
    }

    /// A datagram has reached a relay server: a client's request or data, or a peer's data.
    mutating func relayReceives(
        _ payload: consuming [UInt8], on number: UInt16, _ local: TransportAddress,
        from source: TransportAddress, _ transport: TransportProtocol,
        _ engine: inout Engine<PlatformEvent>
    ) {
        let station = Int(number)
        guard relays.stations[station].downSince == nil else { return }
        let loss = relays.stations[station].effect.loss
        if loss > 0, transport == .udp,
            relays.stations[station].overload.nextBool(probability: loss)
        {
            return
        }
        knowRelayed(payload, at: engine.now)
        relays.stations[Int(number)].server.handle(
            payload, from: source, transport: transport, to: local, at: engine.now)
        drainRelay(number, &engine)
    }

    mutating func relayTimerFires(_ number: UInt16, _ engine: inout Engine<PlatformEvent>) {
        relays.stations[Int(number)].timer.fired()
        relays.stations[Int(number)].server.handleTimeout(at: engine.now)
        drainRelay(number, &engine)
    }

    /// Sends what a server has to send, and takes over what has changed in it.
    mutating func drainRelay(_ number: UInt16, _ engine: inout Engine<PlatformEvent>) {
        let station = Int(number)
        let host = relays.stations[station].host!
        let delay = relays.stations[station].effect.delay
        while let output = relays.stations[station].server.pollTransmit() {
            transmit(output, from: host, after: delay, &engine)
        }
        countAllocations(station, at: engine.now)
        keepRelayLog(station, at: engine.now)
        let due = relays.stations[station].server.nextTimeout
        engine.rearm(&relays.stations[station].timer, to: due, .relayTimer(server: number))
    }

    /// Takes over what has changed in a server's own counters.
    private mutating func countAllocations(_ station: Int, at now: SimTime) {
        let ports = relays.stations[station].server.takenPortCount
        let change = ports - relays.stations[station].countedPorts
        if change != 0 { countPorts(station, change: change, at: now) }
        let refused = relays.stations[station].server.counters.refused
        let news = refused - relays.stations[station].countedRefusals
        if news != 0 {
            relays.stations[station].countedRefusals = refused
            if isMeasured(now) { recorder.count(.relayRefused, news) }
        }
    }

    private mutating func countPorts(_ station: Int, change: Int, at now: SimTime) {
        relays.stations[station].countedPorts += change
        recorder.level(.relayAllocations, add: Int64(change), at: now)
    }

    /// Takes ports for a modelled connection, in the families that agents would ask for; nil when none is free, or nobody
    /// answers.
    mutating func holdPorts(on server: UInt16, at now: SimTime) -> HeldPorts? {
        guard relays.stations[Int(server)].downSince == nil else { return nil }
        let held = relays.stations[Int(server)].server.holdPorts(
            in: relayedFamilies(at: relays.stations[Int(server)]))
        if held == nil {
            countAllocations(Int(server), at: now)
        } else {
            countPorts(Int(server), change: 1, at: now)
        }
        return held
    }

    /// Gives a modelled connection's ports back.
    mutating func releasePorts(_ held: HeldPorts, on server: UInt16, at now: SimTime) {
        relays.stations[Int(server)].server.releasePorts(held)
        countPorts(Int(server), change: -1, at: now)
    }

    /// In which families a server is asked for addresses.
    func relayedFamilies(at station: RelayStation?) -> RelayedFamilies {
        scenario.ice.relayFamilies == .both && station?.address6 != nil ? .both : .v4
    }

    /// The media of a call begin (`sign` 1) or cease (−1) to load the relays on its path.
    mutating func loadRelays(_ call: Handle, sign: Int, at now: SimTime) {
        guard let path = calls[call].path, path.isRelayed else { return }
        let flow = quality.flowThroughRelay
        var index = 0
        path.forEachServer { server in
            let integrals = relays.stations[Int(server)].load.integrals(until: now)
            calls[call].relayLoad.add(integrals, at: index, sign: sign)
            relays.load(server, flow, isAdded: sign > 0, at: now)
            recordRelayLoad(by: flow, sign: Int64(sign), at: now)
            index += 1
        }
    }
}
