import KnowledgeLedger
import Quantities
import RandomStreams
import RiskScoring
import ScenarioModel
import Testing

@testable import PlatformModel

/// Whether the scorer forgets the signals of devices, and by what they are known.
@Suite struct ScorerMemoryTests {
    private static func knowledge(
        _ setup: ScenarioModel.ICE.Setup, leak: PlantedLeak? = nil
    ) throws -> PlatformKnowledge {
        var scenario = StoreTests.scenario()
        scenario.general.stopTime = .seconds(15)
        scenario.ice.setup = setup
        return try StoreTests.knowledge(of: scenario, leak)
    }

    @Test(arguments: [ScenarioModel.ICE.Setup.packets, .modelled])
    func `everybody's signals are handed to the scorer, and it keeps none`(
        setup: ScenarioModel.ICE.Setup
    ) throws {
        let knowledge = try Self.knowledge(setup)
        let canary = knowledge.canaries[.riskScorer, .deviceSignals]
        #expect(canary.subjects.count == knowledge.subjects)
        #expect(canary.longestResidence == .zero)
        #expect(knowledge.evidence.keptSignals.count == 0)
        // Both of each call, and all at the end.
        let ended = knowledge.labels[.riskScorer, .howLong].calls.count
        #expect(knowledge.evidence.scorerLooks == 2 * ended + 1)
    }

    @Test(arguments: [ScenarioModel.ICE.Setup.packets, .modelled])
    func `a scorer that keeps signals is found to, though they were declared`(
        setup: ScenarioModel.ICE.Setup
    ) throws {
        let knowledge = try Self.knowledge(setup, leak: .signalsKept)
        let kept = knowledge.evidence.keptSignals
        #expect(kept.count > 3 && kept.count < knowledge.subjects)
        let found = try #require(knowledge.disagreements.first)
        #expect(knowledge.disagreements.count == 1)
        #expect(found.observer == .riskScorer && found.item == .deviceSignals)
        #expect(found.isOutlasting && !found.isDeclared)
        #expect(found.subject.map { kept.contains($0) } == true && found.call == nil)
    }

    // MARK: Signals as canaries

    /// Devices of which a third are of sixteen makes, and the rest hardly ever look alike.
    private static let population = FingerprintPopulation(
        entropyBits: 40, commonShare: 1 / 3, commonEntropyBits: 4, driftProbability: 1)!

    private static func stream(_ entity: UInt64 = 0) -> RandomStream {
        RandomStream(
            StreamName(
                seed: 5, replication: 0, purpose: StreamPurpose(rawValue: 0), entity: entity))
    }

    private static func digests(_ signals: FingerprintSignals) -> [UInt64] {
        [signals.canvas, signals.graphics, signals.audio, signals.fonts]
    }

    private static func bytes(_ word: UInt64) -> [UInt8] {
        withUnsafeBytes(of: word) { Array($0) }
    }

    @Test func `a digest is of one configuration, and names all who have it`() {
        var stream = Self.stream()
        let devices = (0..<3000).map { _ in Self.population.device(using: &stream) }
        var book = SignalBook()
        for (subject, signals) in devices.enumerated() { book.note(signals, of: UInt32(subject)) }
        #expect(Set(devices.flatMap(Self.digests)).count == 4 * Set(devices).count)
        #expect((1900...2100).contains(Set(devices).count))
        for (subject, signals) in devices.enumerated().prefix(60) {
            let alike = devices.indices.filter { devices[$0] == signals }.map { UInt32($0) }
            for digest in Self.digests(signals) {
                let found = book.owners(in: [7] + Self.bytes(digest.byteSwapped) + [9, 9])
                #expect(found == alike && found.contains(UInt32(subject)))
                #expect(book.owners(in: Array(Self.bytes(digest).prefix(7))) == [])
            }
        }
    }

    @Test func `who has drifted is found by what stays, and all together by what was`() {
        var stream = Self.stream(1)
        let before = Self.population.device(using: &stream)
        let after = Self.population.drifted(before, using: &stream)
        let other = Self.population.device(using: &stream)
        let same = zip(Self.digests(before), Self.digests(after)).map(==)
        #expect(same == [false, true, true, true])
        var book = SignalBook()
        book.note(other, of: 4)
        for signals in [before, before, after] { book.note(signals, of: 9) }
        #expect(!book.show(9, in: Self.bytes(before.canvas)))
        #expect(book.show(9, in: Self.bytes(after.canvas)))
        #expect(book.show(9, in: Self.bytes(before.audio)))
        #expect(book.owners(in: Self.bytes(before.canvas)) == [9])
        let all = [before.canvas, other.fonts, after.canvas, after.audio].flatMap(Self.bytes)
        #expect(book.owners(in: all) == [4, 9])
        #expect(book.owners(in: []) == [] && SignalBook().owners(in: all) == [])
    }
}
