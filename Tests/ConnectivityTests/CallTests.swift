import ICE
import NetworkModel
import Quantities
import RandomStreams
import TURN
import Testing

/// What happens on a connection, and what happens when things are missing.
@Suite struct CallTests {
    static let portRestricted = NATClass("port_restricted")!
    static let symmetric = NATClass("symmetric")!
    static let restricted = NATClass("restricted_cone")!

    /// One pair of classes for each way to connect.
    static let kinds: [(NATClass, NATClass)] = [
        (.public, .firewall), (portRestricted, portRestricted), (restricted, symmetric),
        (symmetric, restricted), (portRestricted, symmetric), (symmetric, symmetric),
        (.udpBlocked, portRestricted), (portRestricted, .udpBlocked),
        (.udpBlocked, .udpBlocked),
    ]

    @Test(arguments: kinds)
    func `speech passes both ways for minutes and the end gives everything back`(
        _ classes: (NATClass, NATClass)
    ) {
        let world = CallWorld(CallWorld.Setting(offerer: classes.0, answerer: classes.1))
        world.connect()
        let start = world.now.sinceStart
        let packet: [UInt8] = [0x80, 111] + Array(repeating: 7, count: 60)
        var sent = 0
        for second in 0..<200 {
            world.run(until: start + .seconds(Int64(second)))
            for side in CallWorld.Side.allCases { #expect(world.say(packet, side)) }
            sent += 1
        }
        world.run(until: start + .seconds(201))
        for side in CallWorld.Side.allCases {
            let heard = world.heard[side.rawValue]
            let whole = heard.count { $0.bytes == packet }
            #expect(heard.count == sent && whole == sent)
        }
        #expect(!world.hasFailed)
        world.close()
        world.run(until: start + .seconds(210))
        #expect(world.allocationCount == 0)
        let idle = world.agents.count { $0.nextTimeout == nil }
        #expect(idle == 2)
    }

    @Test(arguments: kinds)
    func `equal seeds give equal calls`(_ classes: (NATClass, NATClass)) {
        func events(seed: UInt64) -> [[SimTime]] {
            var setting = CallWorld.Setting(offerer: classes.0, answerer: classes.1)
            setting.jitter = .gamma(mean: 0.002, shape: 2)
            setting.loss = GilbertLoss(loss: 0.02, meanBurst: 2)!
            setting.seed = seed
            let world = CallWorld(setting)
            world.connect()
            return world.events.map { $0.map(\.at) }
        }
        #expect(events(seed: 1) == events(seed: 1))
        #expect(events(seed: 1) != events(seed: 2))
    }

    /// Heavy loss may cost a call its direct path, never its connection.
    @Test func `lossy links connect, nearly always on the path of the rules`() {
        var (calls, asPredicted) = (0, 0)
        for a in NATClass.allCases {
            for b in NATClass.allCases {
                var setting = CallWorld.Setting(offerer: a, answerer: b)
                setting.loss = GilbertLoss(loss: 0.05, meanBurst: 2)!
                setting.jitter = .gamma(mean: 0.005, shape: 2)
                setting.seed = UInt64(calls)
                let world = CallWorld(setting)
                world.connect()
                #expect(world.areConnected, "\(a) × \(b)")
                calls += 1
                let isRelayed = world.agents.contains {
                    $0.selectedPair?.local.type == .relayed
                }
                if isRelayed != ConnectivityRules.outcome(a, b).isDirect { asPredicted += 1 }
            }
        }
        #expect(asPredicted >= calls * 95 / 100)
    }

    @Test func `with one side gathering relays, one allocation is made and serves both`() {
        for classes in Self.kinds where classes != (.udpBlocked, .udpBlocked) {
            var setting = CallWorld.Setting(offerer: classes.0, answerer: classes.1)
            let needsOwn = classes.1 == .udpBlocked
            setting.gathersRelay = (!needsOwn, needsOwn)
            let world = CallWorld(setting)
            world.connect()
            #expect(world.areConnected, "\(classes)")
            #expect(world.servers[0].counters.created + world.servers[1].counters.created == 1)
            let estimate = SetUpTimeFormula.browser.estimate(CalibrationTests.conditions(world))
            world.run(until: world.now.sinceStart + .seconds(1))
            #expect(world.allocationCount == estimate.heldAllocations)
        }
    }

    @Test func `without a relay the rules' relayed pairs fail and the others connect`() {
        for classes in Self.kinds {
            var setting = CallWorld.Setting(offerer: classes.0, answerer: classes.1)
            setting.hasRelay = false
            let world = CallWorld(setting)
            world.connect()
            let predicted = ConnectivityRules.outcome(classes.0, classes.1, hasRelay: false)
            #expect(world.hasFailed == (predicted == .unreachable), "\(classes)")
            #expect(world.areConnected == predicted.isDirect, "\(classes)")
        }
    }

    @Test func `a server without free ports refuses, and direct calls do not notice`() {
        for classes in [
            (Self.portRestricted, Self.portRestricted), (Self.symmetric, Self.symmetric),
        ] {
            let world = CallWorld(CallWorld.Setting(offerer: classes.0, answerer: classes.1))
            world.exhaustRelays()
            world.connect()
            let isDirect = ConnectivityRules.outcome(classes.0, classes.1).isDirect
            #expect(world.areConnected == isDirect)
            for side in 0..<2 {
                #expect(world.servers[side].counters.refused > 0)
                let refusals = world.events[side].count { $0.event == .relayRefused(code: 508) }
                #expect(refusals == 1)
            }
        }
    }
}
