import Quantities
import RandomStreams
import Testing

@testable import RiskScoring

/// What the default policy does to people who abuse and to people who do not.
@Suite struct ContainmentStudyTests {
    /// Calls of `people` devices with ever new partners, each reported with `chance`; the number
    /// of calls until each is contained, nil if it is not within `calls`.
    static func callsUntilContained(
        people: Int, calls: Int, chance: Double, seed: UInt64
    ) throws -> [Int?] {
        let desk = try Desk(seed: seed)
        var random = stream(seed, entity: 2)
        var partner: UInt64 = 1 << 40
        var now = SimTime.zero
        let logOfSilence = Elementary.log(1 - chance)
        return (0..<people).map { person in
            let target = desk.device(UInt64(person), at: now)
            var call = 0
            while call < calls {
                now += .minutes(1)
                // Calls that nobody reports leave no trace before the first that somebody does.
                let isOnRecord = desk.scorer.store.index[target] != nil
                let silent =
                    isOnRecord ? 0 : Int(Elementary.log(random.nextOpenUnit()) / logOfSilence)
                call += silent + 1
                guard call <= calls else { break }
                let reports = !isOnRecord || random.nextBool(probability: chance)
                partner += 1
                desk.call(
                    reporter: desk.device(partner, at: now), target: target, reports: reports,
                    at: now)
                if reports, desk.tier(target, at: now) == .contained { return call }
            }
            return nil
        }
    }

    @Test func `half of the harassers are contained within nine abusive calls`() throws {
        let calls = try Self.callsUntilContained(people: 1500, calls: 60, chance: 0.3, seed: 21)
        let within9 = Double(calls.count { ($0 ?? .max) <= 9 }) / 1500
        // 53.7 % in theory; standard error 1.3 %.
        #expect(within9 > 0.50, "\(within9)")
        let within30 = Double(calls.count { ($0 ?? .max) <= 30 }) / 1500
        #expect(within30 > 0.95, "\(within30)")
    }

    @Test func `people who are reported falsely now and then are not contained`() throws {
        let calls = try Self.callsUntilContained(people: 500, calls: 300, chance: 0.002, seed: 22)
        // 150,000 calls at about 3e-7: one in twenty such studies sees a single case.
        #expect(calls.count { $0 != nil } == 0)
    }
}
