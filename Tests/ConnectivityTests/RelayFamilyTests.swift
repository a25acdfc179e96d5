import Connectivity
import ICE
import NetworkModel
import Quantities
import TURN
import Testing

/// Relays between hosts of one family each, and between hosts of both.
@Suite struct RelayFamilyTests {
    static let classes = ["public", "port_restricted", "symmetric", "udp_blocked"].map {
        NATClass($0)!
    }

    @Test(
        arguments: [(false, true), (true, false), (false, false)],
        [RelayedFamilies.v4, .v6, .both])
    func `hosts without a family in common meet over as few allocations as they can`(
        _ haveIPv4: (Bool, Bool), _ families: RelayedFamilies
    ) {
        let matrix = ConnectivityMatrix(rows: Self.classes, columns: Self.classes) { a, b in
            var setting = PairSetting(a, b)
            setting.hasIPv4 = BothEnds(a: haveIPv4.0, b: haveIPv4.1)
            setting.hasIPv6 = BothEnds(a: !haveIPv4.0, b: !haveIPv4.1)
            setting.relayedFamilies = families
            return setting
        }
        let surprises = matrix.surprises.map(\.text)
        #expect(surprises.isEmpty)
        let shareOne = haveIPv4.0 == haveIPv4.1
        #expect(matrix.outcomes.contains { $0.path == .direct } == shareOne)
        // Both sides of the diagonal have other families when only one host has IPv4.
        if shareOne { #expect(matrix.asymmetries.isEmpty) }
        let twice = matrix.outcomes.filter { $0.allocations == 2 }.map(\.setting.nat)
        if families == .both { #expect(twice == [BothEnds(a: .udpBlocked, b: .udpBlocked)]) }
    }

    @Test func `the matrix of dual-stack hosts is the same whatever is relayed`() {
        func matrix(_ families: RelayedFamilies) -> ConnectivityMatrix {
            ConnectivityMatrix(rows: Self.classes, columns: Self.classes) { a, b in
                var setting = PairSetting(a, b)
                setting.hasIPv6 = BothEnds(a: true, b: true)
                setting.relayedFamilies = families
                return setting
            }
        }
        let (four, both) = (matrix(.v4), matrix(.both))
        #expect(both.surprises.isEmpty && both.asymmetries.isEmpty)
        #expect(both.outcomes.map(\.path) == four.outcomes.map(\.path))
        #expect(both.outcomes.map(\.allocations) == four.outcomes.map(\.allocations))
    }

    @Test func `the exchange shows one allocation of two addresses`() {
        var setting = PairSetting(NATClass("port_restricted")!, NATClass("symmetric")!)
        setting.hasIPv4.b = false
        setting.hasIPv6.b = true
        setting.relayedFamilies = .both
        let (outcome, exchange) = Trial.record(setting)
        #expect(outcome.isAsPredicted && outcome.path == .relay && outcome.allocations == 1)
        let answers = exchange.map(\.text).filter { $0.contains("Allocate success") }
        #expect(!answers.isEmpty)
        for answer in answers {
            #expect(answer.contains("XOR-RELAYED-ADDRESS 192.0.2.1:"))
            #expect(answer.contains("XOR-RELAYED-ADDRESS [2001:db8::1]:"))
        }
    }
}
