import NetworkModel
import ScenarioModel
import Testing

@Suite struct BuiltInTests {
    static let networks: [AccessNetwork] = [.fixed, .mobile, .enterprise]

    @Test(arguments: networks) func `the NAT mix of a built-in network is whole`(
        network: AccessNetwork
    ) {
        #expect(abs(network.nat.reduce(0) { $0 + $1.share } - 1) <= 1e-9)
        #expect(Set(network.nat.map(\.nat)).count == network.nat.count)
    }

    /// Published shares of relayed calls lie between 14 and 30 %. The law is 1 − (1−b)²·(1 − s² −
    /// 2s(1−s)(1−g)) with b blocked, s mapping by destination, g filtering by address at most.
    @Test func `the default population relays between 22 and 26 percent of its pairs`() {
        var shares: [NATClass: Double] = [:]
        for (network, weight) in zip(Self.networks, Persona().access) {
            for entry in network.nat { shares[entry.nat, default: 0] += entry.share * weight.share }
        }
        let blocked = shares[.udpBlocked, default: 0]
        let dependent =
            shares[.translated(.addressAndPortDependent, .addressAndPortDependent), default: 0]
            / (1 - blocked)
        let open =
            (shares[.translated(.endpointIndependent, .endpointIndependent), default: 0]
                + shares[.translated(.endpointIndependent, .addressDependent), default: 0])
            / (1 - blocked) / (1 - dependent)
        let direct =
            (1 - blocked) * (1 - blocked)
            * (1 - dependent * dependent - 2 * dependent * (1 - dependent) * (1 - open))
        #expect(direct > 0.74 && direct < 0.78)
    }

    @Test(arguments: [
        (Threshold.Comparison.atMost, true, true, false),
        (.below, true, false, false), (.atLeast, false, true, true), (.above, false, false, true),
    ]) func `a threshold compares`(
        comparison: Threshold.Comparison, below: Bool, equal: Bool, above: Bool
    ) {
        let threshold = Threshold(
            metric: "relay.share", statistic: .value, comparison: comparison, limit: 0.3)
        #expect(threshold.isMet(by: 0.2) == below)
        #expect(threshold.isMet(by: 0.3) == equal)
        #expect(threshold.isMet(by: 0.4) == above)
    }
}
