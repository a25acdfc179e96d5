import Foundation
import MediaSecurity

/// The benchmark of the media core beside its rivals.
public struct MediaBenchmark: Sendable {
    /// How often each contender does each workload, at least 1.
    public var rounds = 5
    /// Where the rivals are.
    public var rivals = ".build-bench"
    /// What is measured.
    public var stages = Set(MediaStage.allCases)
    /// How speech is encoded where it is encoded.
    public var codec = MediaCodec()
    /// Two-way calls in place of the numbers of the targets; nil for those.
    public var calls: Int?
    /// About how long a contender's round of a workload takes, s.
    public var seconds = 0.4
    /// A directory to write to.
    public var scratch: String
    /// This program and what makes it print a ``MediaProbe`` for the stages and codec.
    public var probe: [String] = []

    /// Five rounds of everything with the rivals in `.build-bench`.
    public init(scratch: String) { self.scratch = scratch }

    /// Measures everything; `progress` is told the name of each workload before it begins.
    public func run(
        into report: inout BenchmarkReport, progress: (String) -> Void
    ) throws {
        progress("the speech")
        let material = MediaMaterial(
            framesPerParty: max(500, Int(seconds * 3750)), codec: codec)
        let files = try write(material)
        let present = Rival.present(of: Rival.media(in: rivals), &report)
        for item in MediaPlan(stages: stages, calls: calls).cases {
            progress(item.workload.name)
            measure(item, material, files, present, &report)
        }
        checkRivals(present, &report)
        if stages.contains(.calls) {
            progress("calls as a run has them")
            let calls = calls ?? TalkBenchmark.usualCalls
            TalkBenchmark.run(
                calls: calls, rounds: rounds, seconds: seconds,
                beside: loops(calls, files, present, &report), into: &report)
        }
        if stages.contains(.memory) {
            progress("handshakes that live on")
            report.checks.append(LiveHandshakes.check(calls: 20, material))
        }
        progress("allocations and memory")
        count(into: &report)
    }

    /// Two C loops with the packet path of `calls`, if there is such a rival.
    private func loops(
        _ calls: Int, _ files: MediaFiles, _ present: [Rival], _ report: inout BenchmarkReport
    ) -> LoopPair? {
        guard let rival = present.first(where: { $0.name == Rival.libraryName }) else { return nil }
        let workload = MediaWorkload.packets(.aeadAES128GCM, peers: 2 * calls, burst: 1)
        do throws(RivalSession.Failure) {
            return try LoopPair(
                rival, arguments: workload.arguments(files, codec),
                operations: workload.operations(in: seconds))
        } catch {
            report.absences.append(
                .init(
                    contender: rival.name,
                    reason: "\(LoopPair.togetherName): \(error.description)"))
            return nil
        }
    }

    private func write(_ material: MediaMaterial) throws -> MediaFiles {
        let files = MediaFiles(speech: scratch + "/speech", frames: scratch + "/frames")
        try material.sampleBytes.write(to: URL(fileURLWithPath: files.speech))
        try material.frameBytes.write(to: URL(fileURLWithPath: files.frames))
        return files
    }

    private func measure(
        _ item: MediaPlan.Case, _ material: MediaMaterial, _ files: MediaFiles,
        _ present: [Rival], _ report: inout BenchmarkReport
    ) {
        let workload = item.workload
        // A round of the whole way is the whole conversation, the same frames for everybody.
        let operations =
            workload == .full ? material.encoded.count : workload.operations(in: seconds)
        let work = workload.work(material)
        // Before the first round: caches and queues get into their steady state.
        if workload != .full { _ = work.round(max(1, operations / 4)) }
        let contenders = present.filter { item.rivals.contains($0.name) }.map { rival in
            Rounds.Contender(
                rival: rival, arguments: workload.arguments(files, codec),
                operations: rival.operations(of: workload, operations))
        }
        Rounds(name: workload.name, count: rounds).measure(beside: contenders, into: &report) {
            work.round(operations)
        }
        guard let each = workload.operationsPerCallSecond else { return }
        report.noteCalls(workload.name, operationsPerCallSecond: each)
    }

    /// Allocations and memory, by this program in a process that counts them.
    private func count(into report: inout BenchmarkReport) {
        let counts: MediaProbe? = ChildOutput.counts(
            of: probe, interposerIn: rivals, "allocations and memory", &report)
        counts?.add(to: &report, memory: stages.contains(.memory))
    }

    /// Whether the C rivals protect packets to the same bytes as we do: who does other work is no
    /// rival.
    private func checkRivals(_ present: [Rival], _ report: inout BenchmarkReport) {
        let names = [Rival.evpName, Rival.libraryName, Rival.debianName]
        let rivals = present.filter { names.contains($0.name) }
        guard !rivals.isEmpty else { return }
        var different: [String] = []
        for rival in rivals {
            for profile in SRTPProfile.allCases {
                let digest = try? ChildOutput.text(of: rival.command + ["digest", profile.word])
                if digest != ProtectionWork.digest(profile) {
                    different.append("\(rival.name) (\(profile.word))")
                }
            }
        }
        report.checks.append(
            .init(
                name: Self.digestName, holds: different.isEmpty,
                detail: different.isEmpty
                    ? "2,000 packets under each profile"
                    : "others by " + different.joined(separator: ", ")))
    }

    static let digestName = "rivals protect packets to the same bytes"
}

extension MediaWorkload {
    /// What we do of it.
    func work(_ material: MediaMaterial) -> any MediaWork {
        switch self {
        case .encode: CodecWork(material, decodes: false)
        case .decode: CodecWork(material, decodes: true)
        case .handshake: HandshakeWork()
        case .protect(let profile, let sessions):
            ProtectionWork(profile, sessions: sessions, opens: false)
        case .unprotect(let profile, let sessions):
            ProtectionWork(profile, sessions: sessions, opens: true)
        case .packetise(let peers): StageWork(.packetise, material, peers: peers)
        case .forward(let peers): StageWork(.forward, material, peers: peers)
        case .jitterBuffer(let peers): StageWork(.jitterBuffer, material, peers: peers)
        case .packets(let profile, let peers, let burst):
            PacketPathWork(material, profile, peers: peers, burst: burst)
        case .full: FullWork(material)
        }
    }
}
