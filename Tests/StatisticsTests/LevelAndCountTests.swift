import Quantities
import Statistics
import Testing

@Suite struct TimeWeightedLevelTests {
    @Test func `the mean weighs each level with the time it stood`() {
        var level = TimeWeightedLevel()
        level.add(2, at: .zero + .seconds(1))
        level.add(3, at: .zero + .seconds(2))
        level.set(0, at: .zero + .seconds(4))
        #expect(level.integral(to: .zero + .seconds(8)) == 12_000_000_000)
        #expect(level.mean(to: .zero + .seconds(8)) == 1.5)
        #expect(level.peak == 5)
        #expect(level.level == 0)
    }

    @Test func `a reset forgets the past but not the level`() {
        var level = TimeWeightedLevel()
        level.set(9, at: .zero + .seconds(1))
        level.set(4, at: .zero + .seconds(2))
        level.reset(at: .zero + .seconds(3))
        #expect(level.peak == 4)
        #expect(level.mean(to: .zero + .seconds(3)) == nil)
        level.add(-4, at: .zero + .seconds(4))
        #expect(level.mean(to: .zero + .seconds(5)) == 2)
    }

    @Test func `integrals exceed 64 bits without loss`() {
        var level = TimeWeightedLevel()
        level.set(1_000_000_000_000, at: .zero)
        #expect(
            level.integral(to: .zero + .hours(10)) == Int128(1_000_000_000_000) * 36_000_000_000_000
        )
    }

    @Test func `time does not run backwards`() async {
        await #expect(processExitsWith: .failure) {
            var level = TimeWeightedLevel(start: .zero + .seconds(1))
            level.set(1, at: .zero)
        }
    }
}

@Suite struct CountTests {
    @Test func `counters add`() {
        var a = Counter()
        a.add()
        a.add(4)
        a.merge(Counter(10))
        #expect(a.value == 15)
    }

    @Test func `a ratio of nothing has no value`() {
        var ratio = Ratio()
        #expect(ratio.value == nil)
        ratio.add(hit: true)
        ratio.add(hit: false)
        ratio.add(hit: false)
        ratio.merge(Ratio(numerator: 1, denominator: 1))
        #expect(ratio.value == 0.5)
        ratio.add(numerator: 2, denominator: 4)
        #expect(ratio == Ratio(numerator: 4, denominator: 8))
    }
}

@Suite struct SeriesRecorderTests {
    @Test func `rows stand at multiples of the step`() {
        var series = SeriesRecorder(columns: ["queue", "calls"], step: .seconds(10))
        #expect(series.nextTime == .zero)
        series.append([1, 2])
        series.append([3, 4])
        #expect(series.rowCount == 2)
        #expect(series.nextTime == .zero + .seconds(20))
        #expect(series.time(ofRow: 1) == .zero + .seconds(10))
        #expect(series.value(row: 1, column: 0) == 3)
        #expect(series.value(row: 0, column: 1) == 2)
    }

    @Test func `a row of another width traps`() async {
        await #expect(processExitsWith: .failure) {
            var series = SeriesRecorder(columns: ["queue"], step: .seconds(10))
            series.append([1, 2])
        }
    }
}
