import CMediaShim
import EventEngine
import MediaPipeline
import MemorySearch
import NetworkModel
import OpusCodec
import Quantities
import ScenarioModel
import Talks
import Testing

@testable import PlatformModel

/// The keys that sessions were given since the witness was called, in disguise.
nonisolated(unsafe) private var witnessedKeys: [MaskedSecret] = []

/// No key of a call stays in memory once the call has ended, whichever way. Each search runs in a
/// process of its own and finds keys while calls are alive; only debug builds have the witness.
@Suite struct EndedCallTests {
    /// What ends calls.
    enum Ending: Int, CaseIterable, Codable, Sendable {
        /// One of the two hangs up, after a while or at once.
        case hangUp
        /// People go on to the next partner within seconds.
        case skip
        /// Every call ends with a report.
        case report
        /// Calls end while their handshakes still run.
        case beforeKeys
        /// Most packets are lost, so set-ups time out.
        case timeOut
    }

    private static func scenario(_ ending: Ending) -> Scenario {
        var scenario = Scenario(title: "Ended calls")
        scenario.general = General(
            seed: 5, warmUp: .zero, stopTime: .seconds(10), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(1.5)
        scenario.population[0].patience = .constant(20)
        scenario.population[0].conversation = .exponential(mean: 4)
        scenario.population[0].requeue = 0
        scenario.population[0].falseReport = 0
        scenario.media.fidelity = FidelityShares(full: 0.3, sealed: 0.7, flow: 0)
        switch ending {
        case .hangUp: break
        case .skip:
            scenario.population[0].conversation = .constant(1.5)
            scenario.population[0].requeue = 1
        case .report: scenario.population[0].falseReport = 1
        case .beforeKeys: scenario.population[0].conversation = .constant(0)
        case .timeOut:
            for index in scenario.access.indices {
                scenario.access[index].loss = GilbertLoss(loss: 0.6, meanBurst: 3)!
            }
        }
        return scenario
    }

    /// A buzz of a second: every process makes its own, and what is said is of no account.
    private static let speech: SpeechMaterial = {
        let buzz = (0..<16_000).map { Int16(80 * ($0 % 150) - 6_000) }
        let clip = SpeechClip(name: "buzz", sampleRate: 16_000, samples: buzz)
        return try! SpeechMaterial(clips: [clip], sampleRate: .wideband, isSynthetic: true)
    }()

    private static let corpus = try! SpeechCorpus(
        of: speech, as: OpusSettings(Codec()), conversations: 1, span: .seconds(2))

    private static func platform(_ ending: Ending) -> Platform {
        Platform(
            scenario: scenario(ending), seed: 5, replication: 0, speech: speech,
            traffic: SpeechTraffic(of: speech, as: Media()), corpus: corpus)
    }

    @Test(arguments: Ending.allCases)
    func `when all calls have ended none of their keys is left`(ending: Ending) async {
        await #expect(processExitsWith: .success) { [ending] in
            guard EndedCallTests.callWitness() else { return }
            var platform = EndedCallTests.platform(ending)
            var engine = Engine<PlatformEvent>()
            platform.start(&engine)
            EndedCallTests.live(&platform, &engine, until: platform.stopTime, ending)
            EndedCallTests.live(
                &platform, &engine, until: platform.stopTime + .minutes(5), ending)
            precondition(platform.calls.count == 0 && platform.paired > 2)
            EndedCallTests.expectNoKeys()
        }
    }

    @Test func `a run that is given up leaves no key of the calls that it breaks off`() async {
        await #expect(processExitsWith: .success) {
            guard EndedCallTests.callWitness() else { return }
            EndedCallTests.breakOff()
            EndedCallTests.expectNoKeys()
        }
    }

    @inline(never)
    private static func breakOff() {
        var platform = platform(.hangUp)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        live(&platform, &engine, until: .zero + .seconds(8), .hangUp)
        precondition(platform.calls.count > 0)
    }

    /// Runs on, and at the end finds keys if any call has them.
    @inline(never)
    private static func live(
        _ platform: inout Platform, _ engine: inout Engine<PlatformEvent>, until end: SimTime,
        _ ending: Ending
    ) {
        let crew = LoneCrew()
        while engine.now < end {
            engine.run(until: min(engine.now + .milliseconds(500), end), in: &platform)
            platform.turnWindow(with: crew, &engine)
        }
        platform.turnWindow(with: crew, &engine)
        guard platform.talks.live.count > 0 else { return }
        precondition(
            MaskedSecret(witnessedKeys).occurrencesInMemory() > 0, "the search is blind")
    }

    private static func callWitness() -> Bool {
        media_srtp_set_key_witness { key, count in
            witnessedKeys.append(
                MaskedSecret(UnsafeRawBufferPointer(start: key, count: count)))
        } == 1
    }

    private static func expectNoKeys() {
        _ = media_srtp_set_key_witness(nil)
        overwriteStack()
        precondition(
            MaskedSecret(witnessedKeys).occurrencesInMemory() == 0,
            "one of \(witnessedKeys.count) keys is left")
    }

    /// Ordinary code runs on after a call has ended; its frames lie where the old ones lay.
    @inline(never)
    private static func overwriteStack() {
        withUnsafeTemporaryAllocation(byteCount: 64 << 10, alignment: 16) { bytes in
            for index in bytes.indices { bytes[index] = 0x11 }
        }
    }
}
