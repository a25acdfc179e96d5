import Connectivity
import ICE
import NetworkModel
import Results
import Testing

/// What `voicesim connectivity` prints.
@Suite struct MatrixTests {
    static let timings: [TimingProfile] = [.browser, .rfc8445]

    /// All pairs as they are unless something else is said.
    static let usual = ConnectivityMatrix { PairSetting($0, $1) }

    @Test(arguments: timings, [false, true])
    func `all pairs end as the closed form says, whoever offers`(
        _ timing: TimingProfile, _ hidesHostAddresses: Bool
    ) {
        func setting(_ a: NATClass, _ b: NATClass) -> PairSetting {
            var setting = PairSetting(a, b)
            setting.timing = timing
            setting.hidesHostAddresses = hidesHostAddresses
            return setting
        }
        let isUsual = setting(.public, .public) == PairSetting(.public, .public)
        let matrix = isUsual ? Self.usual : ConnectivityMatrix(setting: setting)
        #expect(matrix.outcomes.count == 144)
        #expect(matrix.surprises.isEmpty)
        #expect(matrix.asymmetries.isEmpty)
    }

    @Test func `both ends of a pair mean the same path`() {
        let matrix = Self.usual
        var direct = 0
        for a in matrix.rows.indices {
            for b in matrix.columns.indices {
                let (there, back) = (matrix[a, b], matrix[b, a])
                #expect(there.path == back.path && there.allocations == back.allocations)
                guard there.path == .direct else { continue }
                direct += 1
                #expect(there.local == back.remote && there.remote == back.local)
            }
        }
        #expect(direct > 40)
    }

    @Test func `the documented pair has the documented form`() {
        let outcome = Trial.run(
            PairSetting(NATClass("eim_apdf")!, NATClass("apdm_apdf")!))
        #expect(
            outcome.json.compactText()
                == #"{"a": "eim_apdf", "b": "apdm_apdf", "path": "relay", "local": "relayed", "#
                + #""remote": "peer_reflexive", "allocations": 1}"#)
    }

    @Test func `without a relay the relayed pairs have no path and nothing is allocated`() {
        let matrix = ConnectivityMatrix { a, b in
            var setting = PairSetting(a, b)
            setting.hasRelay = false
            return setting
        }
        #expect(matrix.surprises.isEmpty)
        #expect(matrix.outcomes.contains { $0.path == .none })
        #expect(!matrix.outcomes.contains { $0.path == .relay })
    }

    @Test func `equal seeds give equal exchanges, other seeds others`() {
        var setting = PairSetting(NATClass("symmetric")!, NATClass("restricted_cone")!)
        let first = Trial.record(setting)
        let again = Trial.record(setting)
        #expect(first.exchange == again.exchange && first.outcome == again.outcome)
        setting.seed = 2
        #expect(Trial.record(setting).exchange != first.exchange)
    }

    @Test func `an exchange tells of the filtered check, the learnt candidate and the nomination`()
    {
        let (outcome, exchange) = Trial.record(
            PairSetting(NATClass("eim_apdf")!, NATClass("eim_apdf")!))
        let lines = exchange.map(\.text)
        #expect(lines.count { $0.contains("USE-CANDIDATE") } >= 1)
        #expect(lines.contains { $0.contains("filtered at") })
        #expect(lines.contains { $0.contains("Allocate error 401 Unauthenticated") })
        #expect(lines.contains { $0.contains("a connected, srflx") })
        let datagrams = exchange.count { if case .datagram = $0 { true } else { false } }
        #expect(datagrams == outcome.datagramCount)
        let times = exchange.map(\.time)
        #expect(times == times.sorted())
    }

    static let carriers = NATClass.allCases.filter {
        if case .translated = $0 { true } else { false }
    }

    @Test(arguments: carriers, [false, true])
    func `subscribers of one carrier meet as the closed form says`(
        _ carrier: NATClass, _ hairpins: Bool
    ) {
        let matrix = ConnectivityMatrix(columns: CalibrationTests.exemplars) { a, b in
            var setting = PairSetting(a, b)
            setting.placement = .sameCarrier(carrier)
            setting.hairpins = hairpins
            return setting
        }
        let surprises = matrix.surprises.map(\.text)
        #expect(surprises.isEmpty)
        #expect(matrix.asymmetries.isEmpty)
        if !hairpins { #expect(!matrix.outcomes.contains { $0.path == .direct }) }
    }

    @Test(arguments: carriers)
    func `neighbours on one link meet by host candidates`(_ nat: NATClass) {
        var setting = PairSetting(nat, nat)
        setting.placement = .sameNAT
        for (hairpins, hides) in [(true, false), (false, false), (true, true), (false, true)] {
            setting.hairpins = hairpins
            // A name is resolved on the link, so hiding changes nothing.
            setting.hidesHostAddresses = hides
            let outcome = Trial.run(setting)
            #expect(outcome.isAsPredicted && outcome.local == .host && outcome.remote == .host)
        }
    }

    @Test(arguments: [(true, true), (true, false), (false, true)])
    func `two hosts with IPv6 meet through their firewalls, one alone changes nothing`(
        _ has: (Bool, Bool)
    ) {
        // With one alone nothing changes, for which a class of each kind does.
        let columns = has.0 && has.1 ? NATClass.allCases : CalibrationTests.exemplars
        let matrix = ConnectivityMatrix(columns: columns) { a, b in
            var setting = PairSetting(a, b)
            setting.hasIPv6 = BothEnds(a: has.0, b: has.1)
            return setting
        }
        let surprises = matrix.surprises.map(\.text)
        #expect(surprises.isEmpty)
        let hidden = ConnectivityMatrix(columns: columns) { a, b in
            var setting = PairSetting(a, b)
            setting.hasIPv6 = BothEnds(a: has.0, b: has.1)
            setting.hidesHostAddresses = true
            return setting
        }
        let hiddenSurprises = hidden.surprises.map(\.text)
        #expect(hiddenSurprises.isEmpty)
    }
}
