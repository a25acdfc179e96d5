import Foundation
import Testing

@Suite struct CalcTests {
    /// A command line that works for each form of each command, and the fields it answers with.
    private static let forms: [(arguments: [String], fields: Set<String>)] = [
        (["erlang-b", "--servers", "10", "--load", "5"], ["blocking"]),
        (["erlang-b", "--load", "5", "--target-blocking", "1%"], ["servers", "blocking"]),
        (["erlang-b", "--servers", "10", "--load", "8", "--stages", "2"], ["blocking"]),
        (["erlang-c", "--servers", "2", "--load", "1"], ["p_wait", "mean_wait"]),
        (
            [
                "erlang-a", "--arrival-rate", "10", "--servers", "10", "--service-rate", "1",
                "--patience-rate", "1",
            ], ["p_wait", "p_abandon", "mean_wait", "mean_queue", "utilisation"]
        ),
        (
            ["matching-queue", "--arrival-rate", "2", "--patience-rate", "0.05"],
            ["p_wait", "p_abandon", "mean_wait", "mean_wait_matched"]
        ),
        (
            [
                "matching-queue", "--arrival-rate", "2", "--patience-rate", "0.05",
                "--other-arrival-rate", "1", "--other-patience-rate", "0.1",
            ],
            [
                "p_empty", "mean_queue", "other_mean_queue", "p_abandon", "other_p_abandon",
                "mean_wait", "other_mean_wait",
            ]
        ),
        (
            ["matching-queue", "--arrival-rate", "2", "--compatibility", "0.1"],
            ["mean_queue", "mean_wait"]
        ),
        (
            ["relay-share", "--edm", "0.2", "--blocked", "2%", "--open-filter", "0"],
            ["relay_share"]
        ),
        (
            ["emodel"],
            [
                "r", "mos", "gob", "pow", "ro", "is", "idte", "idle", "idd", "id", "ie_eff",
            ]
        ),
        (["packet-size"], ["bytes", "bitrate"]),
        (
            [
                "relay-cost", "--call-hours", "1", "--bitrate", "52 kbit/s", "--tariff",
                "0.05 /GB",
            ], ["egress_bytes", "cost"]
        ),
    ]

    private func figures(_ arguments: [String]) throws -> [String: Double] {
        let result = try Tool.withDirectory { directory in
            try Tool.finish(
                Tool.start(["calc"] + arguments + ["--format", "json"], in: directory),
                in: directory)
        }
        try #require(result.status == 0, "\(result.errors)")
        return try #require(
            JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Double])
    }

    @Test func `each form answers with one flat object of its fields`() throws {
        for form in Self.forms {
            #expect(Set(try figures(form.arguments).keys) == form.fields, "\(form.arguments)")
        }
    }

    @Test func `text names the same figures`() throws {
        let result = try Tool.run("calc", "erlang-c", "--servers", "2", "--load", "1")
        #expect(result.status == 0)
        #expect(result.output.contains("p_wait     0.333333"))
    }

    @Test(arguments: [
        "erlang-b", "erlang-c", "erlang-a", "matching-queue", "relay-share", "emodel",
        "packet-size", "relay-cost",
    ])
    func `the help of each has an example`(command: String) throws {
        let result = try Tool.run("calc", command, "--help")
        #expect(result.status == 0)
        #expect(result.output.contains("Example: voicesim calc \(command)"))
    }

    @Test func `the published anchors`() throws {
        #expect(try figures(["emodel"])["r"]?.rounded(3) == 93.206)
        #expect(
            try figures(["erlang-b", "--servers", "10", "--load", "5"])["blocking"]?.rounded(6)
                == 0.018385)
        let packet = try figures([
            "packet-size", "--bitrate", "24 kbit/s", "--frame", "20 ms", "--srtp",
            "aes128_cm_sha1_80", "--extensions", "16", "--path", "channel", "--ip", "4",
        ])
        #expect(packet == ["bytes": 130, "bitrate": 52_000])
    }

    @Test func `a negative value may follow a space or an equals sign`() throws {
        let spaced = try figures(["emodel", "--nc", "-60", "--ds", "-3"])
        #expect(spaced == (try figures(["emodel", "--nc=-60", "--ds=-3"])))
        #expect(spaced != (try figures(["emodel"])))
    }

    @Test func `a ratio may be written per cent`() throws {
        #expect(
            try figures(["emodel", "--loss", "5%"]) == (try figures(["emodel", "--loss", "0.05"])))
    }

    @Test func `one delay sets three, and each may be set apart`() throws {
        let apart = ["--absolute-delay", "150", "--echo-delay", "150", "--round-trip", "300"]
        #expect(
            try figures(["emodel", "--delay", "150"]) == (try figures(["emodel"] + apart)))
        let echoless = try figures(["emodel", "--delay", "150", "--echo-delay", "0"])
        #expect(echoless["idte"] == 0)
        #expect(try #require(echoless["idd"]) > 0)
    }

    @Test(arguments: [
        (["erlang-b", "--servers", "10", "--load", "-5"], "a load is a number from 0"),
        (["erlang-b", "--servers", "10", "--load=-5"], "a load is a number from 0"),
        (["erlang-b", "--servers", "ten", "--load", "5"], "whole number"),
        (["erlang-b", "--load", "5"], "either --servers or --target-blocking"),
        (["erlang-b", "--load", "5", "--target-blocking", "2"], "did you mean 2%?"),
        (["erlang-b", "--load", "nan", "--servers", "1"], "plain number"),
        (["erlang-c", "--servers", "2", "--load", "2"], "unstable"),
        (["erlang-c", "--servers", "0", "--load", "0"], "whole number from 1"),
        (["matching-queue", "--arrival-rate", "1"], "--patience-rate"),
        (
            [
                "matching-queue", "--arrival-rate", "1", "--compatibility", "1", "--patience-rate",
                "1",
            ],
            "no other rate"
        ),
        (["relay-share", "--edm", "1.5", "--blocked", "0", "--open-filter", "0"], "ratio"),
        (["emodel", "--scale", "wideband", "--codec", "g711"], "narrowband scale only"),
        (["emodel", "--scale", "fullband", "--telr", "60"], "no part in the fullband"),
        (["emodel", "--codec", "g711", "--ie", "3"], "either"),
        (["emodel", "--advantage", "-1"], "from 0 to 20"),
        (["packet-size", "--bitrate", "24"], "'24' has no unit"),
        (["packet-size", "--frame", "20 kbit/s"], "accepted: ns"),
        (["packet-size", "--extensions", "5"], "multiple of 4"),
        (["packet-size", "--bitrate", "1 Gbit/s"], "does not fit"),
        (["relay-cost", "--call-hours", "1", "--bitrate", "1 kbit/s"], "--tariff"),
    ])
    func `what is out of range leaves with 64 and says why`(
        arguments: [String], reason: String
    ) throws {
        let result = try Tool.withDirectory { directory in
            try Tool.finish(Tool.start(["calc"] + arguments, in: directory), in: directory)
        }
        #expect(result.status == 64)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(reason), "\(result.errors)")
    }
}

extension Double {
    /// The nearest number with so many decimals.
    fileprivate func rounded(_ decimals: Int) -> Double {
        let scale = (0..<decimals).reduce(1.0) { power, _ in power * 10 }
        return (self * scale).rounded() / scale
    }
}
