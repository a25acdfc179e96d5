import Addressing
import NetworkModel
import Quantities
import Testing

/// The closed form held to packets, for NATs in a row and for hosts that share one.
@Suite struct NestedRulesTests {
    static let translated = NATBoxTests.behaviours.map { NATClass.translated($0.0, $0.1) }
    static let passing = NATClass.allCases.filter { $0 != .udpBlocked }

    private static func behaviour(_ nat: NATClass) -> NATBehaviour {
        guard case .translated(let mapping, let filtering) = nat else {
            preconditionFailure("a gateway translates")
        }
        return NATBehaviour(mapping, filtering)
    }

    @Test func `simple classes meet as the rules say`() {
        for (i, a) in Self.passing.enumerated() {
            for b in Self.passing[i...] {
                let world = World()
                _ = world.attachServer()
                var punch = Punch(
                    world, world.attach(a, entity: 1), world.attach(b, entity: 2))
                let expected = ConnectivityRules.outcome(a, b).isDirect
                #expect(punch.meets() == expected, "\(a) × \(b)")
            }
        }
    }

    /// Every pair of boxes in a row against every single class: 81 × 11 meetings.
    @Test(arguments: translated)
    func `two NATs in a row act as the class of both`(_ outer: NATClass) {
        for inner in Self.translated {
            for other in Self.passing {
                let world = World()
                _ = world.attachServer()
                let carrier = world.attachGateway(Self.behaviour(outer), lan: .carrier)
                let a = world.attach(inner, entity: 1, gateway: carrier)
                var punch = Punch(world, a, world.attach(other, entity: 2))
                let expected = ConnectivityRules.outcome(inner.behind(outer), other).isDirect
                #expect(punch.meets() == expected, "\(inner) behind \(outer) × \(other)")
            }
        }
    }

    /// Two subscribers with homes of their own: 9 carriers × 45 pairs of homes meet as two
    /// subscribers of two such carriers would, if the carrier hairpins, and never otherwise.
    @Test(arguments: translated, [false, true])
    func `subscribers of one carrier meet by its hairpinning`(_ outer: NATClass, _ hairpins: Bool) {
        var behaviour = Self.behaviour(outer)
        behaviour.hairpins = hairpins
        for (i, one) in Self.translated.enumerated() {
            for other in Self.translated[i...] {
                let world = World()
                _ = world.attachServer()
                let carrier = world.attachGateway(behaviour, lan: .carrier)
                let hosts = [one, other].enumerated().map {
                    let home = world.attachGateway(Self.behaviour($0.element), behind: carrier)
                    return world.attach(.public, entity: UInt64($0.offset), gateway: home)
                }
                var punch = Punch(world, hosts[0], hosts[1])
                let expected = ConnectivityRules.outcome(
                    one.behind(outer), other.behind(outer),
                    vicinity: .gateway(hairpins: hairpins))
                #expect(punch.meets() == expected.isDirect, "\(one), \(other) behind \(outer)")
            }
        }
    }

    @Test(arguments: translated, [LANKind.home, .isolated, .carrier])
    func `hosts behind one NAT meet on their link or by hairpinning`(
        _ nat: NATClass, _ lan: LANKind
    ) {
        for hairpins in [false, true] {
            var behaviour = Self.behaviour(nat)
            behaviour.hairpins = hairpins
            let world = World()
            _ = world.attachServer()
            let (a, b) = world.pair(
                .public, gateway: world.attachGateway(behaviour, lan: lan))
            let vicinity: Vicinity =
                world.network.shareLink(a, b) ? .link : .gateway(hairpins: hairpins)
            #expect((vicinity == .link) == (lan == .home))
            var punch = Punch(world, a, b, hidesHostAddresses: true)
            let expected = ConnectivityRules.outcome(nat, nat, vicinity: vicinity)
            #expect(punch.meets() == expected.isDirect, "\(nat) hairpinning: \(hairpins)")
        }
    }

    @Test func `IPv6 on both sides meets behind firewalls, whatever IPv4 would do`() {
        for a in NATClass.allCases {
            for b in NATClass.allCases {
                let outcome = ConnectivityRules.outcome(
                    a, b, vicinity: .apart, bothHaveIPv6: true)
                #expect(outcome.isDirect == (a != .udpBlocked && b != .udpBlocked))
                #expect(
                    ConnectivityRules.outcome(a, b, vicinity: .apart)
                        == ConnectivityRules.outcome(a, b))
            }
        }
    }

    @Test func `what stands alone keeps its class`() {
        for nat in NATClass.allCases {
            #expect(nat.behind(.public) == nat && NATClass.public.behind(nat) == nat)
            #expect(nat.behind(.udpBlocked) == .udpBlocked)
            #expect(NATClass.udpBlocked.behind(nat) == .udpBlocked)
        }
        #expect(NATClass.firewall.behind(.firewall) == .firewall)
    }
}
