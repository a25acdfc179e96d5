import Quantities
import Testing

@Suite struct SimTimeTests {
    @Test func `a time plus a duration minus the time is the duration`() {
        let start = SimTime(nanoseconds: 17)
        #expect(start + .milliseconds(250) - start == .milliseconds(250))
    }

    @Test(arguments: [
        (SimDuration.milliseconds(1), Int64(1_000_000)), (.seconds(2), 2_000_000_000),
        (.minutes(1), 60_000_000_000), (.hours(1), 3_600_000_000_000),
        (.days(1), 86_400_000_000_000), (.microseconds(5), 5000),
    ])
    func `units are decimal nanoseconds`(duration: SimDuration, nanoseconds: Int64) {
        #expect(duration.nanoseconds == nanoseconds)
    }

    @Test func `seconds round to the nearest nanosecond, ties to even`() {
        #expect(SimDuration(seconds: 0.1).nanoseconds == 100_000_000)
        #expect(SimDuration(seconds: 2.5e-9).nanoseconds == 2)
        #expect(SimDuration(seconds: 3.5e-9).nanoseconds == 4)
        #expect(SimDuration(seconds: -1.5).nanoseconds == -1_500_000_000)
    }

    @Test func `overflow traps`() async {
        await #expect(processExitsWith: .failure) {
            // Looked at, as an optimised build leaves out what nobody needs.
            let later = SimTime.distantFuture + .nanoseconds(1)
            #expect(later > .zero)
        }
    }

    @Test func `a probability outside 0 to 1 does not exist`() {
        #expect(Probability(1.0000001) == nil)
        #expect(Probability(-0.1) == nil)
        #expect(Probability(.nan) == nil)
        #expect(Probability(0.25)?.value == 0.25)
    }

    @Test(arguments: [
        (SimDuration.milliseconds(20), "20.0 ms"), (.seconds(3), "3.0 s"), (.zero, "0.0 s"),
        (.nanoseconds(7), "7 ns"), (.microseconds(-3), "-3.0 µs"),
    ])
    func `a duration prints in its natural unit`(duration: SimDuration, text: String) {
        #expect(duration.description == text)
    }
}
