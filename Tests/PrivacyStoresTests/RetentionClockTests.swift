import PrivacyStores
import Quantities
import Testing

@Suite struct RetentionClockTests {
    private static func at(_ seconds: Int64) -> SimTime { .zero + .seconds(seconds) }

    @Test func `it takes over a reading and counts the time that passes`() {
        let clock = RetentionClock(reading: Self.at(1000), steady: Self.at(5))
        #expect(clock.time(steady: Self.at(5)) == Self.at(1000))
        #expect(clock.time(steady: Self.at(65)) == Self.at(1060))
    }

    @Test(
        arguments: [
            // The machine's clock, what was written down last, and what it goes on from.
            (2000, 1050, 2000), (1070, 1050, 1070), (1050, 1050, 1050), (3, 1050, 1050),
        ] as [(Int64, Int64, Int64)])
    func `when it starts again it is never set back`(
        reading: Int64, written: Int64, expected: Int64
    ) {
        var clock = RetentionClock(reading: Self.at(1000), steady: Self.at(5))
        clock.restart(reading: Self.at(reading), written: Self.at(written), steady: Self.at(60))
        #expect(clock.time(steady: Self.at(60)) == Self.at(expected))
        #expect(clock.time(steady: Self.at(70)) == Self.at(expected + 10))
    }
}
