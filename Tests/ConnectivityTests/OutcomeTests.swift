import Addressing
import ICE
import NetworkModel
import Quantities
import TURN
import Testing

/// Real agents over real NATs: every pair of classes ends as the closed form says.
@Suite struct OutcomeTests {
    /// Reasons for which an honest peer's datagram is never dropped; others befall late ones.
    static let forgeries: Set<Rejection> = [
        .malformed, .unknownKind, .incompleteCheck, .unknownUsername, .wrongIntegrity,
        .unexpectedLocalAddress, .unexpectedMessage,
    ]

    static func end(_ type: CandidateType) -> PathEnd {
        switch type {
        case .host: .host
        case .serverReflexive: .serverReflexive
        case .peerReflexive: .peerReflexive
        case .relayed: .relayed
        }
    }

    /// A world in which the offerer stands in another region than the answerer.
    static func world(
        _ offerer: NATClass, _ answerer: NATClass, _ change: (inout CallWorld.Setting) -> Void
    ) -> CallWorld {
        var setting = CallWorld.Setting(offerer: offerer, answerer: answerer)
        setting.accessDelay = (.milliseconds(8), .milliseconds(13))
        change(&setting)
        return CallWorld(setting)
    }

    /// What both agents selected must be what the rules predict for either view.
    private func check(_ world: CallWorld, _ label: Comment) throws {
        let setting = world.setting
        world.connect()
        // Late candidates may still name an end that was learnt from a check.
        world.run(until: world.now.sinceStart + .seconds(2))
        let classes = [setting.offerer, setting.answerer]
        for side in CallWorld.Side.allCases {
            let pair = try #require(world.agents[side.rawValue].selectedPair, label)
            let predicted = ConnectivityRules.outcome(
                classes[side.rawValue], classes[side.other.rawValue],
                hidesHostAddresses: setting.hidesHostAddresses)
            let (own, other) = (Self.end(pair.local.type), Self.end(pair.remote.type))
            switch predicted {
            case .direct(let expectedOwn, let expectedOther):
                #expect(own == expectedOwn && other == expectedOther, label)
            case .relayed:
                #expect(own == .relayed || other == .relayed, label)
            case .unreachable:
                Issue.record("a relay serves all")
            }
        }
        let direct = ConnectivityRules.outcome(classes[0], classes[1]).isDirect
        let bothBlocked = classes.allSatisfy { $0 == .udpBlocked }
        #expect(world.allocationCount == (direct ? 0 : bothBlocked ? 2 : 1), label)
        #expect(Self.forgeries.isDisjoint(with: world.rejections), label)
    }

    @Test(arguments: NATClass.allCases, NATClass.allCases)
    func `browsers connect as the rules say`(_ a: NATClass, _ b: NATClass) throws {
        try check(
            Self.world(a, b) {
                $0.regions = (0, 1)
                $0.relayRegions = (0, 1)
            }, "\(a) × \(b)")
    }

    @Test(arguments: NATClass.allCases, NATClass.allCases)
    func `agents with the standard's timing connect as the rules say`(
        _ a: NATClass, _ b: NATClass
    ) throws {
        try check(Self.world(a, b) { $0.timing = .rfc8445 }, "\(a) × \(b)")
    }

    @Test(arguments: NATClass.allCases, NATClass.allCases)
    func `agents that show their host addresses connect as the rules say`(
        _ a: NATClass, _ b: NATClass
    ) throws {
        try check(Self.world(a, b) { $0.hidesHostAddresses = false }, "\(a) × \(b)")
    }
}
