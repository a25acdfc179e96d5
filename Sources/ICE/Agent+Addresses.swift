import Addressing

/// Which of the host's addresses are used, and how they are preferred.
extension Agent {
    /// The first usable addresses. IPv4-compatible, IPv4-mapped and site-local IPv6 addresses are
    /// not (RFC 8445 §5.1.1.1).
    static func usable(_ addresses: [TransportAddress]) -> [TransportAddress] {
        Array(addresses.filter { !$0.ip.isDeprecatedV6 }.prefix(maximumLocalAddresses))
    }

    /// The local preferences of `bases`, which stand best first within each family: IPv6 begins,
    /// and an IPv4 address follows each (N4 + N6) ÷ N4 IPv6 ones (RFC 8421 §4), so that a broken
    /// family delays the other by a few checks only.
    static func localPreferences(of bases: [TransportAddress]) -> [UInt16] {
        var sixes = bases.indices.filter { bases[$0].ip.family == .v6 }
        var fours = bases.indices.filter { bases[$0].ip.family == .v4 }
        let run = fours.isEmpty ? sixes.count : (sixes.count + fours.count) / fours.count
        var order: [Int] = []
        while !sixes.isEmpty || !fours.isEmpty {
            order += sixes.prefix(run)
            sixes.removeFirst(min(run, sixes.count))
            if !fours.isEmpty { order.append(fours.removeFirst()) }
        }
        var preferences = [UInt16](repeating: 0, count: bases.count)
        for (place, base) in order.enumerated() { preferences[base] = .max - UInt16(place) }
        return preferences
    }
}

extension IPAddress {
    /// fe80::/10 (RFC 4291 §2.5.6).
    var isLinkLocalV6: Bool { family == .v6 && high >> 54 == 0xFE80 >> 6 }

    /// ::/96 but for :: and ::1, ::ffff:0:0/96 (RFC 4291 §2.5.5) or fec0::/10 (RFC 3879).
    var isDeprecatedV6: Bool {
        guard family == .v6 else { return false }
        if high >> 54 == 0xFEC0 >> 6 { return true }
        return high == 0 && (low >> 32 == 0xFFFF || low >> 32 == 0 && low > 1)
    }
}
