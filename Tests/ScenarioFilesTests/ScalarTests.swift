import Quantities
import ScenarioFiles
import ScenarioModel
import Testing

@Suite struct ScalarTests {
    @Test(arguments: [
        ("20 ms", 20_000_000), ("30 s", 30_000_000_000), ("10 min", 600_000_000_000),
        ("2 h", 7_200_000_000_000), ("1 d", 86_400_000_000_000), ("0.1 s", 100_000_000),
        ("1.5e3 ms", 1_500_000_000), ("20ms", 20_000_000), ("'7 us'", 7000), ("7 µs", 7000),
        ("0.3 ns", 0), ("1.000000001 s", 1_000_000_001), ("0 s", 0),
    ]) func `times are read to the nanosecond`(text: String, nanoseconds: Int64) throws {
        let model = try load("population: [{persona: p, patience: {constant: \(text)}}]").model
        #expect((model.population[0].patience.mean * 1e9).rounded() == Double(nanoseconds))
    }

    @Test(arguments: [
        ("40 %", 0.4), ("0.4", 0.4), ("40%", 0.4), ("0.3 %", 0.003), ("1", 1), ("100 %", 1),
        ("0", 0), ("'0.25'", 0.25), ("12.5 %", 0.125), ("1e-3", 0.001),
    ]) func `shares are read as percent or fraction`(text: String, share: Double) throws {
        let model = try load("population: [{persona: p, requeue: \(text)}]").model
        #expect(model.population[0].requeue == share)
    }

    @Test(arguments: [("12 /s", 12.0), ("40 /min", 40.0 / 60), ("7200 /h", 2), ("0.5/s", 0.5)])
    func `rates are read per second`(text: String, rate: Double) throws {
        #expect(try load("arrivals: {rate: \(text)}").model.arrivals == .rate(rate))
    }

    @Test(arguments: [
        ("24 kbit/s", 24_000), ("0.1 Mbit/s", 100_000), ("6000 bit/s", 6000),
        ("24.5 kbit/s", 24_500),
    ]) func `bit rates have decimal prefixes`(text: String, bits: Int64) throws {
        let codec = try load("media: {codec: {bitrate: \(text)}}").model.media.codec
        #expect(codec.bitrate.bitsPerSecond == bits)
    }

    @Test(arguments: [
        "010 s", ".5 s", "1_000 s", "5. s", "0x10 s", "1e s", "s", "1 s s", "+ 5 s", "inf s",
        "nan", "1,5 s", "٣ s", "1 KB", "-1 s", "1e400 s", "1e99 d", "12:30",
    ]) func `odd times are refused`(text: String) {
        let found = errors("population: [{persona: p, patience: {constant: '\(text)'}}]")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("x.yaml:1:48: error: '") == true)
    }

    @Test(
        arguments: [
            ("seed: 18446744073709551615", nil),
            ("seed: 18446744073709551616", "out of range"), ("seed: -1", "out of range"),
            ("seed: 1.5", "not a number"), ("seed: 0x10", "not a number"), ("seed: 1e3", "not a"),
            ("seed: '1'", "a text in quotes found, a whole number expected"),
            ("seed: one", "not a number; a whole number"), ("replications: 10001", "1 to 10000"),
        ] as [(String, String?)]) func `whole numbers`(text: String, message: String?)
    {
        let found = errors("general: {\(text)}")
        if let message {
            #expect(found.count == 1 && found[0].contains(message))
        } else {
            #expect(found.isEmpty)
        }
    }

    @Test func `all independent errors are told, in the order of the file`() {
        let found = errors(
            """
            media: {codec: {complexity: 11}}
            general: {sed: 1, stop_time: 5}
            risk: {enabled: maybe}
            """)
        #expect(
            found.map { $0.prefix(15) } == [
                "x.yaml:1:29: er", "x.yaml:2:11: er", "x.yaml:2:30: er", "x.yaml:3:17: er",
            ])
    }

    @Test(arguments: [
        ("match.latency.p95", "<= 5 s", 5.0), ("match.latency.p95", "< 500 ms", 0.5),
        ("relay.share", "'>= 30 %'", 0.3), ("relay.bitrate.peak", "<= 1 Gbit/s", 1e9),
        ("relay.packet_rate.time_mean", "<= 6000 /min", 100), ("relay.refused", "<= 0", 0),
        ("media.mos.mean", "'> 3.5'", 3.5), ("match.latency.count", "'>= 100'", 100),
        ("calls.active.peak", "<= 1000", 1000), ("relay.share", "<=0.3", 0.3),
    ]) func `limits are in SI units`(key: String, limit: String, value: Double) throws {
        let loaded = try load("thresholds: {\(key): \(limit)}")
        #expect(loaded.model.thresholds.map(\.limit) == [value])
        #expect(try load(loaded.effectiveText).model.thresholds == loaded.model.thresholds)
    }

    @Test func `a single figure has no statistic`() {
        #expect(
            errors("thresholds: {relay.share.mean: <= 30 %}") == [
                "x.yaml:1:14: error: metric 'relay.share' is a single figure; write 'relay.share' "
                    + "alone"
            ])
    }
}
