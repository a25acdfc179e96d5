import NetworkModel
import Testing

@Suite struct ConnectivityRulesTests {
    /// The collapsed matrix of deployed classes: D direct, P direct with a peer-reflexive end,
    /// R relayed; rows and columns in this order.
    static let classes = [
        "public", "eim_eif", "eim_adf", "eim_apdf", "firewall", "apdm_apdf", "udp_blocked",
    ]
    static let matrix = [
        "DDDDDPR",
        "DDDDDPR",
        "DDDDDPR",
        "DDDDDRR",
        "DDDDDRR",
        "PPPRRRR",
        "RRRRRRR",
    ]

    @Test func `deployed classes meet as the published matrix says`() throws {
        for (row, name) in Self.classes.enumerated() {
            for (column, letter) in Self.matrix[row].enumerated() {
                let own = try #require(NATClass(name))
                let other = try #require(NATClass(Self.classes[column]))
                let outcome = ConnectivityRules.outcome(own, other)
                switch outcome {
                case .direct(let a, let b):
                    let isReflexive = a == .peerReflexive || b == .peerReflexive
                    #expect(letter == (isReflexive ? "P" : "D"), "\(own) × \(other)")
                case .relayed: #expect(letter == "R", "\(own) × \(other)")
                case .unreachable: Issue.record("\(own) × \(other) has a relay")
                }
            }
        }
    }

    @Test func `both sides see the same path`() {
        for a in NATClass.allCases {
            for b in NATClass.allCases {
                let there = ConnectivityRules.outcome(a, b)
                switch (there, ConnectivityRules.outcome(b, a)) {
                case (.direct(let own, let other), .direct(let otherOwn, let ownSeen)):
                    #expect(own == ownSeen && other == otherOwn)
                case (let x, let y): #expect(x == y && x == .relayed)
                }
                let alone = ConnectivityRules.outcome(a, b, hasRelay: false)
                #expect(alone == (there.isDirect ? there : .unreachable))
            }
        }
    }

    @Test func `the ends of a direct path are as learnt`() {
        func outcome(_ a: String, _ b: String, hidden: Bool = false) -> ConnectivityOutcome {
            ConnectivityRules.outcome(
                NATClass(a)!, NATClass(b)!, hidesHostAddresses: hidden)
        }
        #expect(
            outcome("eim_apdf", "eim_adf")
                == .direct(own: .serverReflexive, other: .serverReflexive))
        #expect(
            outcome("eim_adf", "symmetric")
                == .direct(own: .serverReflexive, other: .peerReflexive))
        #expect(outcome("public", "firewall") == .direct(own: .host, other: .host))
        #expect(
            outcome("public", "firewall", hidden: true)
                == .direct(own: .host, other: .serverReflexive))
        #expect(
            outcome("adm_eif", "apdm_adf")
                == .direct(own: .peerReflexive, other: .peerReflexive))
    }

    /// Deployed populations: endpoint-dependent NATs are APDM/APDF.
    private func population(
        edm: Double, blocked: Double, openFilter: Double
    ) -> [(nat: NATClass, weight: Double)] {
        let passing = 1 - blocked
        let eim = passing * (1 - edm)
        return [
            (.udpBlocked, blocked),
            (.translated(.addressAndPortDependent, .addressAndPortDependent), passing * edm),
            (.translated(.endpointIndependent, .endpointIndependent), eim * openFilter / 2),
            (.translated(.endpointIndependent, .addressDependent), eim * openFilter / 2),
            (
                .translated(.endpointIndependent, .addressAndPortDependent),
                eim * (1 - openFilter)
            ),
        ]
    }

    @Test func `the law of the relay share is the bilinear form over deployed classes`() {
        for edm in [0, 0.02, 0.375, 1] {
            for blocked in [0, 0.01, 0.25, 1] {
                for open in [0, 0.4, 1] {
                    let classes = population(edm: edm, blocked: blocked, openFilter: open)
                    let sum = ConnectivityRules.relayShare(between: classes, and: classes)
                    let law = ConnectivityRules.relayShare(
                        edm: edm, blocked: blocked, openFilter: open)
                    #expect(abs(sum - law) < 1e-12)
                }
            }
        }
    }

    /// The shares published for the default mix of fixed, mobile and enterprise networks.
    @Test func `the default populations relay as published`() {
        let fixed = population(edm: 0.025, blocked: 0.01, openFilter: 0.4)
        let mobile = population(edm: 0.375, blocked: 0.005, openFilter: 0.4)
        let enterprise = population(edm: 0.3, blocked: 0.25, openFilter: 0)
        func share(
            _ a: [(nat: NATClass, weight: Double)], _ b: [(nat: NATClass, weight: Double)]
        ) -> Double { ConnectivityRules.relayShare(between: a, and: b) }
        #expect((0.04...0.06).contains(share(fixed, fixed)))
        #expect((0.22...0.27).contains(share(fixed, mobile)))
        #expect((0.41...0.45).contains(share(mobile, mobile)))
        #expect((0.38...0.43).contains(share(fixed, enterprise)))
        #expect(abs(share(mobile, enterprise) - 0.62) < 0.01)
        let all =
            fixed.map { ($0.nat, $0.weight * 0.55) } + mobile.map { ($0.nat, $0.weight * 0.4) }
            + enterprise.map { ($0.nat, $0.weight * 0.05) }
        #expect((0.22...0.26).contains(share(all, all)))
    }
}
