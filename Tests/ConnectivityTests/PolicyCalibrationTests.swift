import ICE
import NetworkModel
import Quantities
import Testing

/// The closed form against the packet agents where direct paths are not permitted, or not at once.
@Suite struct PolicyCalibrationTests {
    /// Mean and median errors over drawn worlds, and the mean time, in seconds.
    private struct Errors {
        var mean = 0.0
        var typical = 0.0
        var meanTime = 0.0

        init(_ times: [(estimated: SimDuration, actual: SimDuration)]) {
            let errors = times.map { $0.estimated.seconds - $0.actual.seconds }
            mean = errors.reduce(0, +) / Double(times.count)
            typical = errors.map(abs).sorted()[times.count / 2]
            meanTime = times.reduce(0) { $0 + $1.actual.seconds } / Double(times.count)
        }
    }

    private static let draws: UInt64 = 8

    @Test(arguments: CalibrationTests.exemplars, CalibrationTests.exemplars)
    func `set-up times over relays alone are those of packets`(_ a: NATClass, _ b: NATClass) {
        for (timing, formula) in CalibrationTests.profiles {
            var times: [(estimated: SimDuration, actual: SimDuration)] = []
            for draw in 0..<Self.draws {
                let world = CalibrationTests.world(a, b, timing, draw: draw, policy: .relay)
                world.connect()
                #expect(world.areConnected)
                var conditions = CalibrationTests.conditions(world)
                conditions.relaysOnly = true
                let estimate = formula.estimate(conditions)
                #expect(estimate.outcome == .relayed)
                #expect(estimate.heldAllocations == 2 && world.allocationCount == 2)
                times.append((estimate.offererConnected, world.connectedAt(.offerer)!))
                times.append((estimate.answererConnected, world.connectedAt(.answerer)!))
            }
            let errors = Errors(times)
            #expect(abs(errors.mean) < 0.1 * errors.meanTime, "\(a) × \(b): \(errors)")
            #expect(errors.typical < 0.060, "\(a) × \(b): \(errors)")
        }
    }

    /// A UDP-blocked offerer has no direct pair to wait for and takes what is valid first: its pair with
    /// the other's relay, or the other's reflexive address, which come within a turn.
    @Test(arguments: CalibrationTests.exemplars, CalibrationTests.exemplars)
    func `moves from relays to what the rules allow take as long as with packets`(
        _ a: NATClass, _ b: NATClass
    ) {
        for (timing, formula) in CalibrationTests.profiles {
            var times: [(estimated: SimDuration, actual: SimDuration)] = []
            for draw in 0..<Self.draws {
                let world = CalibrationTests.world(
                    a, b, timing, draw: draw, policy: .relayForStrangers)
                world.connect()
                let began = world.now.sinceStart + .seconds(5)
                world.run(until: began)
                world.permitDirect()
                world.run(until: began + .seconds(30))
                var conditions = CalibrationTests.conditions(world)
                conditions.offerer.hasAllocation = true
                conditions.answerer.hasAllocation = true
                let estimate = formula.estimate(conditions)
                let isDirect = world.agents.allSatisfy { $0.selectedPair?.isRelayed == false }
                #expect(isDirect == estimate.outcome.isDirect, "\(a) × \(b)")
                if a != .udpBlocked {
                    #expect(world.allocationCount == estimate.heldAllocations, "\(a) × \(b)")
                }
                guard let offerer = world.restartedAt(.offerer),
                    let answerer = world.restartedAt(.answerer)
                else {
                    Issue.record("\(a) × \(b) has not restarted")
                    continue
                }
                times.append((estimate.offererConnected, offerer - began))
                times.append((estimate.answererConnected, answerer - began))
            }
            let errors = Errors(times)
            let tolerance = a == .udpBlocked ? 0.12 : 0.1
            #expect(abs(errors.mean) < tolerance * errors.meanTime, "\(a) × \(b): \(errors)")
            #expect(errors.typical < 0.060, "\(a) × \(b): \(errors)")
        }
    }

    @Test func `an allocation that a move leaves is held for as long as the formula says`() {
        let world = CalibrationTests.world(
            CallTests.portRestricted, CallTests.restricted, .browser, draw: 3,
            policy: .relayForStrangers)
        world.connect()
        let began = world.now.sinceStart + .seconds(5)
        world.run(until: began)
        world.permitDirect()
        var conditions = CalibrationTests.conditions(world)
        conditions.offerer.hasAllocation = true
        conditions.answerer.hasAllocation = true
        let estimate = SetUpTimeFormula.browser.estimate(conditions)
        let released = [estimate.offererAllocation, estimate.answererAllocation].map {
            began + $0!.releasedAt!
        }
        let slack = SimDuration.milliseconds(100)
        world.run(until: min(released[0], released[1]) - slack)
        #expect(world.allocationCount == 2)
        world.run(until: max(released[0], released[1]) + slack)
        #expect(world.allocationCount == 0)
    }
}
