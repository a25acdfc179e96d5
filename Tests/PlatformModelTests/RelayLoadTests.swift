import NetworkModel
import Quantities
import Testing

@testable import PlatformModel

/// What relays did to a call without packets on average.
@Suite struct RelayLoadTests {
    /// Two relays that lost 10 and 20 % and delayed by 5 and 7 ms over ten seconds.
    private var load: RelayLoad {
        var load = RelayLoad()
        load.add((loss: 3, delay: 1), at: 0, sign: 1)
        load.add((loss: 4, delay: 2), at: 1, sign: 1)
        load.add((loss: 4, delay: 1.05), at: 0, sign: -1)
        load.add((loss: 6, delay: 2.07), at: 1, sign: -1)
        return load
    }

    @Test func `losses and delays of both add up, but for a relay that holds segments back`() {
        let span = SimDuration.seconds(10)
        let both = load.mean(over: span)
        #expect(abs(both.loss - (1 - 0.9 * 0.8)) < 1e-12)
        #expect(both.delay == .milliseconds(12))
        #expect(abs(load.mean(over: span, holdingAt: 0).loss - 0.2) < 1e-12)
        #expect(abs(load.mean(over: span, holdingAt: 1).loss - 0.1) < 1e-12)
        #expect(load.mean(over: span, holdingAt: 0).delay == .milliseconds(12))
        #expect(load.mean(over: .zero).loss == 0)
    }

    @Test func `a relay is numbered as the path names it, whoever its client is`() {
        for client in Side.both {
            let path = CallPath.relayed(by: client, server: 5)
            #expect(path.relayIndex(of: client) == 0)
            #expect(path.relayIndex(of: client.other) == nil)
        }
        let twice = CallPath.relayedTwice(offerer: 1, answerer: 2)
        var servers: [UInt16] = []
        twice.forEachServer { servers.append($0) }
        #expect(servers[twice.relayIndex(of: .offerer)!] == 1)
        #expect(servers[twice.relayIndex(of: .answerer)!] == 2)
        #expect(CallPath.direct.relayIndex(of: .offerer) == nil)
    }
}
