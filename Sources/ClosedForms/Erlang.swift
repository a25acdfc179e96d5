/// Erlang's loss formula: Poisson arrivals, any service times, c servers, no queue (M/G/c/c).
///
/// A. K. Erlang, "Løsning af nogle Problemer fra Sandsynlighedsregningen af Betydning for de
/// automatiske Telefoncentraler", 1917.
public enum ErlangB {
    /// The share of arrivals that find all servers busy, 0…1: B = (aᶜ/c!) ÷ Σₖ aᵏ/k!, k ≤ c.
    ///
    /// By the recursion 1/B(0) = 1, 1/B(c) = 1 + c/a·1/B(c−1), all of whose terms are positive: a
    /// relative error below c·2^-51 for any arguments. Below 10^-308 the share is 0.
    ///
    /// - Precondition: `servers` ≥ 0, `load` ≥ 0.
    /// - Complexity: O(`servers`).
    public static func blocking(servers: Int, load: Double) -> Double {
        1 / inverse(servers: servers, load: load)
    }

    /// The smallest number of servers, at most `limit`, that block no more than `targetBlocking`
    /// of the arrivals, and what they block; nil if no such number does.
    ///
    /// - Precondition: `load` ≥ 0, `targetBlocking` > 0.
    /// - Complexity: O(number of servers).
    public static func servers(
        load: Double, targetBlocking: Double, limit: Int
    ) -> (servers: Int, blocking: Double)? {
        precondition(load >= 0 && targetBlocking > 0, "no number of servers never blocks")
        var inverse = 1.0
        for servers in 0...limit {
            if servers > 0 { inverse = 1 + Double(servers) / load * inverse }
            if 1 / inverse <= targetBlocking { return (servers, 1 / inverse) }
        }
        return nil
    }

    /// 1/B.
    static func inverse(servers: Int, load: Double) -> Double {
        precondition(servers >= 0 && load >= 0, "servers and load are never negative")
        var inverse = 1.0
        for k in 0..<servers { inverse = 1 + Double(k + 1) / load * inverse }
        return inverse
    }
}

/// Erlang's delay formula: Poisson arrivals, exponential service of mean 1, c servers, an
/// unlimited queue in order of arrival, nobody leaves (M/M/c).
public struct ErlangC: Hashable, Sendable {
    /// The share of arrivals that wait, 0…1: C = B ÷ (1 − ρ(1 − B)) with ρ = a/c.
    public let waitProbability: Double
    /// The mean wait of all arrivals in mean service times: C ÷ (c − a).
    public let meanWait: Double

    /// The queue of `servers` servers with an offered load of `load` mean service times' arrivals.
    ///
    /// 1/C = ρ + (1 − ρ)/B: again nothing cancels.
    ///
    /// - Precondition: `servers` ≥ 1, `load` ≥ 0.
    /// - Throws: ``QueueingError/overloaded(load:servers:)`` unless `load` < `servers`.
    /// - Complexity: O(`servers`).
    public init(servers: Int, load: Double) throws(QueueingError) {
        precondition(servers >= 1, "a queue needs a server")
        let room = Double(servers) - load
        guard room > 0 else { throw .overloaded(load: load, servers: servers) }
        let busy = load / Double(servers)
        let idle = room / Double(servers)
        waitProbability = 1 / (busy + idle * ErlangB.inverse(servers: servers, load: load))
        meanWait = waitProbability / room
    }
}
