import Foundation
import MediaSecurity
import Testing

@testable import Benchmarking

@Suite struct MediaCodecTests {
    @Test(arguments: [
        ("fullband", MediaCodec.Bandwidth.fullband, 24_000, 5),
        ("wideband,16000", .wideband, 16_000, 5),
        ("superwideband,64000,10", .superwideband, 64_000, 10),
    ])
    func `a codec is written as bandwidth, bit rate and complexity`(
        text: String, bandwidth: MediaCodec.Bandwidth, bitrate: Int, complexity: Int
    ) throws {
        let codec = try #require(MediaCodec(text))
        #expect(codec.bandwidth == bandwidth)
        #expect(codec.bitrate == bitrate)
        #expect(codec.complexity == complexity)
        #expect(codec.settings.bitrate.bitsPerSecond == Int64(bitrate))
        #expect(!codec.settings.isDiscontinuous)
    }

    @Test(arguments: [
        "", "narrow", "fullband,", "fullband,5", "fullband,24000,11", "wideband,1,2,3",
    ])
    func `anything else is no codec`(text: String) {
        #expect(MediaCodec(text) == nil)
    }
}

@Suite struct MediaPlanTests {
    private let everything = Set(MediaStage.allCases)

    @Test func `every target of the media core is a figure or check of the benchmark`() {
        var report = BenchmarkReport()
        for item in MediaPlan(stages: everything, calls: nil).cases {
            for contender in [BenchmarkReport.ours] + item.rivals {
                report.add(
                    .init(
                        workload: item.workload.name, contender: contender, samples: Samples([1])))
            }
        }
        for item in MediaPlan(stages: everything, calls: MediaProbe.calls).cases {
            report.add(
                .init(
                    workload: MediaProbe.name(item.workload.name),
                    contender: BenchmarkReport.ours, unit: .allocations, samples: Samples([0])))
        }
        for name in [MediaProbe.fullName, MediaProbe.sealedName] {
            report.add(
                .init(
                    workload: name, contender: BenchmarkReport.ours, unit: .bytes,
                    samples: Samples([1])))
        }
        report.add(
            .init(
                workload: MediaProbe.fullName, contender: MediaProbe.partsName, unit: .bytes,
                samples: Samples([1])))
        let calls = TalkBenchmark.usualCalls
        for name in [
            TalkBenchmark.name(calls), TalkBenchmark.real(calls, threads: 1),
            TalkBenchmark.real(calls, threads: 2),
        ] {
            report.add(
                .init(workload: name, contender: BenchmarkReport.ours, samples: Samples([1])))
        }
        report.checks = [LiveHandshakes.checkName, MediaBenchmark.digestName].map {
            .init(name: $0, holds: true, detail: "")
        }
        for target in SpeedTarget.media {
            #expect(target.verdict(on: report).outcome != .notMeasured, "\(target.name)")
        }
        let known = Set(Rival.media(in: "").map(\.name))
        let planned = MediaPlan(stages: everything, calls: nil).cases.flatMap(\.rivals)
        #expect(known.isSuperset(of: planned))
    }

    @Test func `a plan has the stages asked for and as many calls`() {
        let plan = MediaPlan(stages: [.protect, .packetPath], calls: 7)
        let names = plan.cases.map(\.workload.name)
        #expect(names.count == 5)
        #expect(names.allSatisfy { $0.contains(" 14 ") })
        #expect(MediaPlan(stages: [], calls: nil).cases.isEmpty)
    }

    @Test func `a missing rival says how to get it`() {
        var report = BenchmarkReport()
        #expect(Rival.present(of: Rival.media(in: "/nonexistent"), &report).isEmpty)
        #expect(report.absences.count == 6)
        #expect(report.absences.allSatisfy { $0.reason.contains("make bench") })
    }

    @Test func `Debian's libsrtp2 does less where it is slow`() throws {
        let debian = try #require(
            Rival.media(in: "").first { $0.name == Rival.debianName })
        let path = MediaWorkload.packets(.aeadAES128GCM, peers: 4000, burst: 1)
        #expect(debian.operations(of: path, 1_000_000) == 8000)
        #expect(debian.operations(of: .full, 1_000) == 1_000)
    }
}

@Suite(.serialized) struct MediaWorkTests {
    private static let material = MediaMaterial(framesPerParty: 60, codec: MediaCodec())

    @Test func `the material is both parties' speech, as samples and encoded`() {
        let material = Self.material
        #expect(material.samples.count == 120 * 960)
        #expect(material.encoded.count == 120)
        #expect(material.sampleBytes.count == 2 * 120 * 960)
        #expect(material.frameBytes.count == 240 + material.encoded.reduce(0) { $0 + $1.count })
        #expect(material.samples.contains { $0 != 0 })
    }

    @Test(arguments: [
        MediaWorkload.encode, .decode, .full, .handshake, .packetise(peers: 4),
        .forward(peers: 4), .jitterBuffer(peers: 4), .protect(.aes128CMSHA1, sessions: 4),
        .unprotect(.aeadAES128GCM, sessions: 4), .packets(.aeadAES128GCM, peers: 4, burst: 1),
        .packets(.aes128CMSHA1, peers: 6, burst: 50),
    ])
    func `a workload takes time, again and again`(workload: MediaWorkload) {
        let work = workload.work(Self.material)
        for _ in 0..<3 { #expect(work.round(100) > 0) }
    }

    /// The hashes are what each of the C rivals prints for `digest`; RFC 3711 and RFC 7714 by hand
    /// among them.
    @Test(arguments: [
        (SRTPProfile.aeadAES128GCM, "3443824043c81ded"), (.aes128CMSHA1, "73e54ac04aef71a1"),
    ])
    func `packets are protected to the rivals' bytes`(profile: SRTPProfile, digest: String) {
        #expect(ProtectionWork.digest(profile) == digest)
    }

    @Test func `calls as a run has them are measured on one thread and on two`() {
        var report = BenchmarkReport()
        TalkBenchmark.run(calls: 40, rounds: 2, seconds: 0.01, beside: nil, into: &report)
        #expect(report.results.map(\.samples.values.count) == [2, 2, 2])
        #expect(report.results.allSatisfy { ($0.samples.spread?.least ?? 0) > 0 })
    }

    /// A rival that answers `answer` to everything it is asked.
    private func pair(answering answer: String) throws -> LoopPair {
        try LoopPair(
            Rival(
                name: "shell",
                command: [
                    "/bin/sh", "-c", "echo ready; read n; echo 1; while read n; do \(answer); done",
                ], mostOperations: .max, mostCustomers: .max), arguments: [], operations: 8)
    }

    @Test func `two loops are measured one at a time and both at once`() throws {
        var report = BenchmarkReport()
        let pair = try pair(answering: "echo $n")
        for _ in 0..<3 { pair.round() }
        pair.add(to: &report)
        #expect(report.results.map(\.workload) == [LoopPair.aloneName, LoopPair.togetherName])
        #expect(report.results.map(\.samples.values.count) == [3, 3])
        #expect(report.absences.isEmpty)
    }

    @Test func `loops that answer nonsense are left out, and it is said why`() throws {
        var report = BenchmarkReport()
        let pair = try pair(answering: "echo none")
        pair.round()
        pair.add(to: &report)
        #expect(report.results.isEmpty)
        #expect(report.absences.map(\.contender) == ["shell"])
    }

    @Test func `handshakes leave nothing alive once packets have come`() {
        let check = LiveHandshakes.check(calls: 3, Self.material)
        #expect(check.holds)
        #expect(
            check.detail
                == "6 during the handshakes of 3 calls, 0 after the first packets of 3")
    }

    @Test func `a process without the interposer counts nothing`() {
        #expect(AllocationCounter() == nil)
    }
}
