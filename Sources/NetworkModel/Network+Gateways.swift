import Addressing

extension Network {
    /// Attaches a NAT with an empty network behind it.
    ///
    /// - Precondition: The region exists; `behind` is attached, has room and is not the
    ///   third gateway in a row; only a gateway on the Internet has several addresses.
    public mutating func attachGateway(_ configuration: GatewayConfiguration) -> GatewayID {
        precondition((0..<regionCount).contains(configuration.region), "no such region")
        precondition(
            (1...GatewayConfiguration.maximumAddresses).contains(configuration.addressCount),
            "a gateway has 1…4096 addresses")
        let slot = vacantGateways.popLast() ?? UInt32(gateways.count)
        var (parent, depth) = (GatewayState.none, 1)
        let externalIP: UInt32
        if let front = configuration.behind {
            precondition(isAttached(front), "a gateway stands behind an attached one")
            precondition(configuration.addressCount == 1, "on a LAN a gateway has one address")
            parent = front.slot
            depth = gateways[Int(parent)].depth + 1
            precondition(depth <= GatewayState.maximumDepth, "too many gateways in a row")
            externalIP = gateways[Int(parent)].admit(Station(gateway: slot))
        } else {
            externalIP = takePublicAddresses(configuration.addressCount)
            for i in 0..<UInt32(configuration.addressCount) {
                routes.insert(externalIP + i, slot: Int(Station(gateway: slot).bits))
            }
        }
        var state = GatewayState(
            configuration, parent: parent, depth: depth, externalIP: externalIP,
            lanBase: lanBase(configuration.lan))
        if Int(slot) < gateways.count {
            state.generation = gateways[Int(slot)].generation
            gateways[Int(slot)] = state
        } else {
            gateways.append(state)
        }
        return GatewayID(slot: slot, generation: state.generation)
    }

    /// The inside network of a further gateway: 192.168.n.0/24 at home, n going through all 256,
    /// so that homes far apart in order share theirs as they do in the field.
    private mutating func lanBase(_ lan: LANKind) -> UInt32 {
        if lan == .carrier { return 0x6440_0000 }
        gatewaySerial &+= 1
        return 0xc0a8_0000 | (gatewaySerial &* 167 & 0xff) << 8
    }

    /// Takes a gateway off the network; packets on their way through it are dropped.
    ///
    /// - Precondition: `gateway` is attached and nobody is on its LAN.
    public mutating func detach(_ gateway: GatewayID) {
        precondition(isAttached(gateway), "only an attached gateway can be detached")
        let slot = Int(gateway.slot)
        precondition(gateways[slot].memberCount == 0, "a gateway goes after its stations")
        let (parent, externalIP) = (gateways[slot].parent, gateways[slot].externalIP)
        if parent == GatewayState.none {
            for i in 0..<UInt32(gateways[slot].nat.addressCount) { routes.remove(externalIP + i) }
        } else {
            gateways[Int(parent)].dismiss(externalIP)
        }
        gateways[slot] = GatewayState.vacant(generation: gateway.generation + 1)
        vacantGateways.append(gateway.slot)
    }

    /// Whether `gateway` is on the network.
    public func isAttached(_ gateway: GatewayID) -> Bool {
        let slot = Int(gateway.slot)
        return slot < gateways.count && gateways[slot].generation == gateway.generation
            && gateways[slot].isAttached
    }

    /// The first external address of a gateway.
    ///
    /// - Precondition: `gateway` is attached.
    public func externalAddress(of gateway: GatewayID) -> IPAddress {
        precondition(isAttached(gateway), "only an attached gateway has an address")
        return IPAddress(v4: gateways[Int(gateway.slot)].externalIP)
    }

    /// The stations on a gateway's LAN: hosts and further gateways.
    ///
    /// - Precondition: `gateway` is attached.
    public func stationCount(behind gateway: GatewayID) -> Int {
        precondition(isAttached(gateway), "only an attached gateway has stations")
        return gateways[Int(gateway.slot)].memberCount
    }

    /// Mappings that a gateway refused so far.
    ///
    /// - Precondition: `gateway` is attached.
    public func refusals(of gateway: GatewayID) -> NATRefusals {
        precondition(isAttached(gateway), "only an attached gateway refuses")
        return gateways[Int(gateway.slot)].nat.refusals
    }

    /// Mappings that the host's own box refused so far.
    ///
    /// - Precondition: `host` is attached.
    public func refusals(of host: HostID) -> NATRefusals {
        precondition(isAttached(host), "only an attached host has a box")
        return hosts[Int(host.slot)].nat.refusals
    }
}

extension GatewayState {
    /// A gateway that stands nowhere.
    static func vacant(generation: UInt32) -> GatewayState {
        var state = GatewayState(
            GatewayConfiguration(NATBehaviour(.endpointIndependent, .endpointIndependent)),
            parent: none, depth: 1, externalIP: 0, lanBase: 0)
        state.isAttached = false
        state.generation = generation
        return state
    }
}
