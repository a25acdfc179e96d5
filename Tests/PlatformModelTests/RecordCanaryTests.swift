import Addressing
import KnowledgeLedger
import MediaSecurity
import PrivacyStores
import Quantities
import RandomStreams
import RiskScoring
import Testing

@testable import PlatformModel

/// Canaries in records, and owners of keys after calls.
@Suite struct RecordCanaryTests {
    private static let address = IPAddress("203.0.113.77")!

    private static func desk() -> KnowledgeDesk {
        var desk = KnowledgeDesk(
            StoreTests.scenario(), relays: [], root: StreamRoot(seed: 1, replication: 0))
        desk.noteArrival(0, hides: true, local: [])
        desk.noteArrival(1, hides: true, local: [])
        desk.noteOutside(TransportAddress(address, port: 9), of: 1)
        desk.noteCall(0, of: BothSides(0, 1))
        return desk
    }

    private static func device(_ word: UInt64) -> DeviceIdentifier {
        DeviceIdentifier(
            high: word &* 0x9e37_79b9_7f4a_7c15, low: word &* 0xc2b2_ae3d_27d4_eb4f, epoch: 0)
    }

    private static func signals(_ word: UInt64) -> FingerprintSignals {
        FingerprintSignals(
            browser: 1, platform: 1, languages: 1, timeZone: 0, screenWidth: 1, screenHeight: 1,
            pixelRatio: 1, processors: 1, touchPoints: 0, canvas: device(word).high,
            graphics: device(word).low, audio: device(word + 1).high, fonts: device(word + 1).low)
    }

    /// What a desk finds in a report of person 0 by person 1.
    private static func found(
        _ report: Report, target: DeviceIdentifier = device(1),
        reporter: DeviceIdentifier = device(2)
    ) -> KnowledgeDesk {
        var desk = desk()
        desk.noteSignals(signals(100), of: 0)
        desk.noteSignals(signals(200), of: 1)
        desk.noteReport(report, of: (0, target), by: (1, reporter), in: 0, at: .zero)
        return desk
    }

    private static func report(
        _ device: DeviceIdentifier = device(1), at time: Int64 = 3_600_000_000_000
    ) -> Report {
        Report(device: device, category: .spam, time: SimTime(nanoseconds: time))
    }

    @Test func `a report of a device tells nothing else`() {
        let desk = Self.found(Self.report())
        #expect(desk.evidence.reports == 1 && desk.evidence.telling.count == 0)
        #expect(desk.canaries == Ledger())
        #expect(desk.labels[.riskScorer, .report].subjects.contains(0))
    }

    @Test func `a stored report is declared until the sweep that deletes it by its stamp`() {
        var scenario = StoreTests.scenario()
        scenario.privacy.sweepInterval = .minutes(11)
        var desk = KnowledgeDesk(scenario, relays: [], root: StreamRoot(seed: 1, replication: 0))
        desk.noteCall(0, of: BothSides(0, 1))
        let now = SimTime.zero + .minutes(61)
        desk.noteReport(
            Self.report(), of: (0, Self.device(1)), by: (1, Self.device(2)), in: 0, at: now)
        // Its stamp is an hour, which and thirty days are 43,260 minutes; the next multiple of eleven is three more.
        let gone = SimTime.zero + .minutes(43_263)
        #expect(desk.labels[.riskScorer, .deviceIdentifier].longestResidence == gone - now)
    }

    @Test(arguments: [(60, false), (120, false), (61, true), (30, true)])
    func `a stamp that tells more than an hour is noted`(minutes: Int64, isFine: Bool) {
        let time = SimDuration.minutes(minutes).nanoseconds
        let desk = Self.found(Self.report(at: time))
        #expect(desk.evidence.finelyStamped.contains(0) == isFine)
        #expect(desk.evidence.telling.count == 0)
    }

    @Test func `a report that names the reporter's device tells of the reporter`() {
        let desk = Self.found(Self.report(Self.device(2)))
        #expect(desk.evidence.telling.contains(0))
        #expect(desk.canaries[.riskScorer, .partner].subjects.contains(1))
        // Two devices that look alike have one name, and that is no leak.
        let alike = Self.found(Self.report(), target: Self.device(1), reporter: Self.device(1))
        #expect(alike.evidence.telling.count == 0)
    }

    @Test(arguments: [false, true])
    func `a report whose time is an address tells where the reporter is`(isSwapped: Bool) {
        let word = UInt32(truncatingIfNeeded: Self.address.low)
        let time = Int64(isSwapped ? word.byteSwapped : word) << 8
        let desk = Self.found(Self.report(at: time))
        #expect(desk.evidence.telling.contains(0))
        #expect(desk.canaries[.riskScorer, .publicAddress].subjects.contains(1))
        #expect(desk.canaries[.riskScorer, .publicAddress].subjects.count == 1)
    }

    @Test func `an identifier that is no hash shows the signals`() {
        let signals = Self.signals(100)
        let device = DeviceIdentifier(high: signals.canvas, low: signals.audio, epoch: 0)
        let desk = Self.found(Self.report(device), target: device)
        #expect(desk.canaries[.riskScorer, .deviceSignals].subjects.contains(0))
        #expect(desk.canaries[.riskScorer, .deviceSignals].subjects.count == 1)
    }

    @Test func `signals in a message are found, in either order of bytes`() {
        var desk = Self.desk()
        desk.noteSignals(Self.signals(100), of: 0)
        let fonts = Self.signals(100).fonts
        for word in [fonts, fonts.byteSwapped] {
            let bytes = withUnsafeBytes(of: word) { Array($0) }
            #expect(desk.told(by: [1, 2, 3] + bytes, of: 0, in: 0).found == [.deviceSignals])
            #expect(desk.told(by: [1, 2, 3] + bytes.dropLast(), of: 0, in: 0).found == [])
            #expect(desk.told(by: bytes, of: 1, in: 0).found == [])
        }
    }

    // MARK: Keys

    private static func handshake(_ seed: UInt64) -> Handshake {
        var stream = RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
        let certificate = Certificate(randomness: &stream)
        return Handshake(
            DTLSSession(
                DTLSConfiguration(
                    role: .server, remoteFingerprint: certificate.fingerprint,
                    firstTimeout: .seconds(1)),
                certificate: certificate, randomness: stream))
    }

    @Test(arguments: CallEnding.allCases, [false, true])
    func `keys that outlive a call are found, whatever ended it`(ending: CallEnding, isKept: Bool) {
        var desk = Self.desk()
        var handshake: Handshake? = Self.handshake(1)
        desk.watch(handshake!, of: .answerer, in: 0)
        desk.turnWindow(at: .zero)
        desk.noteEnding(ending, of: 0)
        desk.noteEnding(ending, of: 7)
        let kept = isKept ? handshake : nil
        handshake = nil
        // The talk may still be performed until the window after this one has been turned.
        desk.turnWindow(at: .zero)
        #expect(desk.evidence.ended.isEmpty)
        desk.turnWindow(at: .zero)
        #expect(desk.evidence.ended == [ending: 1])
        #expect(desk.evidence.kept.keys.first == (isKept ? ending : nil))
        #expect(desk.canaries[.ownDevice, .keys].calls.contains(0) == isKept)
        withExtendedLifetime(kept) {}
    }
}
