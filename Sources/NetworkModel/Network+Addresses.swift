import Addressing

extension Network {
    /// The address that the host's interface reports: IPv4 if it has that, private behind a NAT.
    ///
    /// - Precondition: `host` is attached.
    public func localAddress(of host: HostID) -> IPAddress {
        precondition(isAttached(host), "only an attached host has an address")
        let state = hosts[Int(host.slot)]
        return state.localIP != 0 ? IPAddress(v4: state.localIP) : state.v6.address.ip
    }

    /// All addresses of the host's interface, IPv4 first.
    ///
    /// - Precondition: `host` is attached.
    public func localAddresses(of host: HostID) -> [IPAddress] {
        precondition(isAttached(host), "only an attached host has an address")
        let state = hosts[Int(host.slot)]
        let v6 = state.v6.bits != 0 ? [state.v6.address.ip] : []
        return (state.localIP != 0 ? [IPAddress(v4: state.localIP)] : []) + v6
    }

    /// The address under which the Internet sees the host: that of the outermost NAT, of several
    /// the one that the host, or the last box before that NAT, is paired with (not binding where
    /// pooling is arbitrary). The IPv6 address of a host without IPv4.
    ///
    /// - Precondition: `host` is attached.
    public func publicAddress(of host: HostID) -> IPAddress {
        precondition(isAttached(host), "only an attached host has an address")
        let slot = Int(host.slot)
        guard hosts[slot].lineIP != 0 else { return hosts[slot].v6.address.ip }
        return IPAddress(v4: publicIP(of: slot))
    }

    /// The IPv4 address under which the Internet sees the host.
    func publicIP(of slot: Int) -> UInt32 {
        var ip = hosts[slot].lineIP
        var realm = hosts[slot].gateway
        while realm != GatewayState.none {
            let gateway = Int(realm)
            let paired = gateways[gateway].nat.pairedAddress(of: ip - gateways[gateway].lanBase)
            ip = gateways[gateway].externalIP + UInt32(paired)
            realm = gateways[gateway].parent
        }
        return ip
    }

    /// The outermost gateway in front of the host, or ``GatewayState/none``.
    func outermostGateway(of slot: Int) -> UInt32 {
        var realm = hosts[slot].gateway
        while realm != GatewayState.none, gateways[Int(realm)].parent != GatewayState.none {
            realm = gateways[Int(realm)].parent
        }
        return realm
    }

    /// Whether the two hosts are in one multicast domain, in which `.local` names resolve
    /// (RFC 6762 §3): one host, or two on one home LAN without client isolation, each without a
    /// NAT of its own.
    ///
    /// - Precondition: Both hosts are attached.
    public func shareLink(_ a: HostID, _ b: HostID) -> Bool {
        precondition(isAttached(a) && isAttached(b), "only attached hosts share a link")
        if a == b { return true }
        let (one, other) = (hosts[Int(a.slot)], hosts[Int(b.slot)])
        guard one.gateway == other.gateway, one.gateway != GatewayState.none else { return false }
        return gateways[Int(one.gateway)].lan == .home && one.localIP == one.lineIP
            && other.localIP == other.lineIP
    }
}
