import Addressing

/// Relayed ports of a call whose packets are not simulated, at a server: of one allocation.
public struct HeldPorts: Hashable, Sendable, BitwiseCopyable {
    /// 0, which no relayed address has, stands for none.
    private var port4: UInt16 = 0
    private var port6: UInt16 = 0

    /// No ports at all.
    public static let none = HeldPorts()

    private init() {}

    /// The port at the server's address of IPv4.
    public fileprivate(set) var v4: UInt16? {
        get { port4 == 0 ? nil : port4 }
        set { port4 = newValue ?? 0 }
    }

    /// The port at its address of IPv6.
    public fileprivate(set) var v6: UInt16? {
        get { port6 == 0 ? nil : port6 }
        set { port6 = newValue ?? 0 }
    }
}

extension Server {
    /// Takes relayed ports in `families` for a call whose packets are not simulated, as an allocation would; of two families
    /// one is enough. Counts a refusal, and gives nil, where there is none (RFC 8656 §7.2).
    public mutating func holdPorts(in families: RelayedFamilies = .v4) -> HeldPorts? {
        var held = HeldPorts.none
        if hasBandwidth {
            if families != .v6 { held.v4 = takeHeldPort(in: .v4) }
            if families != .v4 { held.v6 = takeHeldPort(in: .v6) }
        }
        guard held != .none else {
            counters.refused += 1
            return nil
        }
        heldFlows += 1
        return held
    }

    private mutating func takeHeldPort(in family: IPAddress.Family) -> UInt16? {
        guard address(in: family) != nil else { return nil }
        return family == configuration.address.family
            ? ports.take(for: .flow, using: &randomness)
            : additionalPorts!.take(for: .flow, using: &randomness)
    }

    /// Gives back the ports of ``holdPorts(in:)``.
    ///
    /// - Precondition: they are held.
    public mutating func releasePorts(_ held: HeldPorts) {
        for (family, port) in [(IPAddress.Family.v4, held.v4), (.v6, held.v6)] {
            guard let port else { continue }
            let holder = holder(of: relayedAddress(port, in: family))
            precondition(holder == .flow, "port \(port) is not held")
            giveBack(port, in: family)
        }
        heldFlows -= 1
    }
}
