import Foundation
import Quantities
import RandomStreams
import ScenarioFiles
import ScenarioModel
import Testing

@Suite struct InputFileTests {
    /// Loads a scenario beside a file of times, both gone afterwards.
    private func load(
        _ times: String,
        _ scenario: String = "population: [{persona: p, patience: {empirical: times.csv}}]"
    ) throws -> Result<LoadedScenario, ScenarioError> {
        let directory = NSTemporaryDirectory() + "voicesim-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory + "/data", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for place in ["/times.csv", "/data/times.csv"] {
            try Data(times.utf8).write(to: URL(fileURLWithPath: directory + place))
        }
        let path = directory + "/x.yaml"
        try Data(scenario.utf8).write(to: URL(fileURLWithPath: path))
        return Result { () throws(ScenarioError) in try ScenarioLoader.load(path: path) }
    }

    private static let trace = "arrivals: {trace: times.csv}\ngeneral: {stop_time: 1 h}"

    private func sample(_ times: String) throws -> Distribution {
        try load(times).get().model.population[0].patience
    }

    private func arrivals(_ times: String) throws -> [Int64] {
        guard case .trace(let times) = try load(times, Self.trace).get().model.arrivals
        else { return [] }
        return times.map(\.nanoseconds)
    }

    /// What is wrong with a file of times, from its name on.
    private func message(_ times: String, _ scenario: String? = nil) throws -> String {
        let result = try scenario.map { try load(times, $0) } ?? load(times)
        guard case .failure(let error) = result else { return "" }
        #expect(error.issues.count == 1)
        return String(error.description.split(separator: "/").last!)
    }

    @Test func `a sample is read from beside the scenario and named`() throws {
        let loaded = try load("seconds\n# measured\n3\n1.5 s\r\n\n2e0\n").get()
        #expect(loaded.model.population[0].patience == .empirical([1.5, 2, 3]))
        #expect(loaded.inputs.map(\.name) == ["times.csv"])
        #expect(loaded.inputs[0].count == 3)
        #expect(loaded.inputs[0].sha256.count == 64)
        #expect(loaded.effectiveText.contains("\"empirical\": \"times.csv\""))
    }

    @Test func `only the content of a file counts, not where it is`() throws {
        let elsewhere = "population: [{persona: p, patience: {empirical: data/times.csv}}]"
        let (here, there) = (try load("1\n2\n").get(), try load("1\n2\n", elsewhere).get())
        #expect(there.inputs[0].name == "data/times.csv")
        #expect(there.inputs[0].lastComponent == "times.csv")
        #expect(there.inputs[0].sha256 == here.inputs[0].sha256)
        #expect(there.effectiveText == here.effectiveText)
        #expect(there.model == here.model)
    }

    @Test func `a file that two places refer to is told and complained about once`() throws {
        let twice =
            "population: [{persona: p, patience: {empirical: times.csv}, "
            + "conversation: {mixture: [{weight: 1, empirical: times.csv}]}}]"
        #expect(try load("1\n", twice).get().inputs.count == 1)
        #expect(try message("x1\n", twice).hasPrefix("times.csv:1:1: error: unknown column"))
        #expect(try message("-\n", twice).hasPrefix("times.csv:1:1: error: '-' is not a time"))
    }

    @Test func `times have units of their own or that of their heading`() throws {
        #expect(try sample("time (ms)\n20\n1 s\n0.5 min\n") == .empirical([0.02, 1, 30]))
        #expect(try sample("time(h)\n1\n") == .empirical([3600]))
        #expect(try sample("\u{FEFF}time\n 7 \n") == .empirical([7]))
        #expect(try sample("7") == .empirical([7]))
    }

    @Test func `a second column weighs`() throws {
        let expected = Distribution.empirical(EmpiricalSample(weighted: [(1, 3), (5, 0.5)]))
        #expect(try sample("time,weight\n5,0.5\n1,3\n9,0\n") == expected)
        #expect(try sample("weight, time (ms)\n0.5 , 5000\n3, 1 s\n") == expected)
        #expect(try sample("5,0.5\n1,3") == expected)
    }

    @Test func `arrivals are exact to the nanosecond`() throws {
        #expect(
            try arrivals("0\n0.000000001\n1.123456789\n1.123456789\n3599.999999999\n") == [
                0, 1, 1_123_456_789, 1_123_456_789, 3_599_999_999_999,
            ])
        #expect(
            try arrivals("1.1234567894\n1.1234567896\n12e1\n1 h\n").prefix(3) == [
                1_123_456_789, 1_123_456_790, 120_000_000_000,
            ])
        #expect(try arrivals("time (us)\n7\n8.0004\n") == [7000, 8000])
    }

    @Test func `arrivals after the end are left out and told of`() throws {
        let loaded = try load("1\n2\n3600\n3601\n", Self.trace).get()
        #expect(loaded.model.arrivals == .trace([1, 2].map { .zero + .seconds($0) }))
        #expect(loaded.inputs[0].count == 4)
        #expect(
            loaded.warnings.map(\.problem.description) == [
                "2 of 4 arrivals are at stop_time 1 h or later and left out"
            ])
        #expect(try load("1\n2\n", Self.trace).get().warnings.isEmpty)
        #expect(
            try message("3600\n", Self.trace)
                == "x.yaml:1:12: error: nobody arrives before stop_time 1 h")
    }

    @Test(
        arguments: [
            (
                "",
                "times.csv: error: holds no time; one a line is needed, such as 12.5 (in seconds) or 800 ms"
            ),
            (
                "seconds\n# none\n",
                "times.csv: error: holds no time; one a line is needed, such as 12.5 (in seconds) or 800 ms"
            ),
            (
                "1\n2\nx\n",
                "times.csv:3:1: error: 'x' is not a time such as 12.5 (in s) or '800 ms'"
            ),
            (
                "time (ms)\n  .5\n",
                "times.csv:2:3: error: '.5' is not a time such as 12.5 (in ms) or '800 ms'"
            ),
            (
                "1\n-2\n",
                "times.csv:2:1: error: '-2' is out of range; accepted: at least 0 s, at most 365 d"
            ),
            (
                "1\n99999999\n",
                "times.csv:2:1: error: '99999999' is out of range; accepted: at least 0 s, at most 365 d"
            ),
            (
                "1\n2 sec\n",
                "times.csv:2:1: error: '2 sec' has the unit 'sec'; accepted: ns, us, µs, ms, s, min, h, d"
            ),
            (
                "time (sec)\n",
                "times.csv:1:1: error: 'time (sec)' has the unit '(sec)'; accepted: ns, us, µs, ms, s, min, h, d"
            ),
            ("time, wait\n", "times.csv:1:7: error: unknown column 'wait'; accepted: time, weight"),
            (
                "time, wieght\n",
                "times.csv:1:7: error: unknown column 'wieght'; did you mean 'weight'? (accepted: time, weight)"
            ),
            ("time,time\n", "times.csv:1:6: error: 'time' is given twice"),
            ("weight\n", "times.csv:1:1: error: key 'time' is missing"),
            ("1,2\n3\n", "times.csv:2:1: error: 1 columns found; accepted: 2"),
            ("1\n3, 4\n", "times.csv:2:4: error: 2 columns found; accepted: 1"),
            ("1,2,3\n", "times.csv:1:5: error: 3 columns found; accepted: 2"),
            (
                "1, 5 %\n",
                "times.csv:1:4: error: '5 %' is not a number; a weight without a unit is expected"
            ),
            (
                "1,-1\n",
                "times.csv:1:3: error: '-1' is out of range; accepted: at least 0, at most 1000000000000"
            ),
            ("1,0\n2,0\n", "times.csv: error: all weights are 0; one has to be more"),
            ("é,1\n", "times.csv:1:1: error: 'é' is not a time such as 12.5 (in s) or '800 ms'"),
        ])
    func `what is no sample is refused at its place`(times: String, expected: String) throws {
        #expect(try message(times) == expected)
    }

    @Test func `what is no list of arrivals is refused at its place`() throws {
        #expect(
            try message("5\n7\n6.5\n", Self.trace)
                == "times.csv:3:1: error: '6.5' is before the time above it, 7.0 s; times have to ascend"
        )
        #expect(
            try message("time,persona\n5,talker\n", Self.trace)
                == "times.csv:1:6: error: unknown column 'persona'; accepted: time")
        #expect(
            try message("5,1\n", Self.trace)
                == "times.csv:1:3: error: 2 columns found; accepted: 1")
    }

    @Test func `the limits are told`() throws {
        let many = String(repeating: "1\n", count: 1_000_001)
        #expect(
            try message(many, Self.trace)
                == "times.csv:1000001:1: error: more than 1000000 times; at most so many are accepted"
        )
        let large = String(repeating: "#", count: 16 << 20) + "\n"
        #expect(
            try message(large, Self.trace)
                == "x.yaml:1:19: error: file 'times.csv' cannot be used: 16777217 bytes are more than 16777216"
        )
    }
}
