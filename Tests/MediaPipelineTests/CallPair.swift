import MediaPipeline
import MediaSecurity
import OpusCodec
import Quantities
import RandomStreams

/// A stream for tests.
func stream(_ purpose: UInt16, _ entity: UInt64 = 0, seed: UInt64 = 1) -> RandomStream {
    RandomStream(
        StreamName(
            seed: seed, replication: 0, purpose: StreamPurpose(rawValue: purpose), entity: entity))
}

/// The generator's speech, made once for all tests.
enum TestSpeech {
    static let wide = SyntheticSpeech.material(sampleRate: .wideband)
    static let full = SyntheticSpeech.material(sampleRate: .fullband)
}

/// Two endpoints over a path with delay, jitter and loss, in virtual time.
final class CallPair {
    struct Settings {
        var seed: UInt64 = 1
        var configuration = MediaConfiguration()
        var delay = SimDuration.milliseconds(30)
        /// Mean of the exponential part of the delay.
        var jitter = SimDuration.zero
        var loss = 0.0
        /// Whether handshake datagrams are lost, too.
        var losesHandshake = false
        /// Delay added from this time on.
        var step: (at: SimDuration, by: SimDuration)?
        var material = TestSpeech.wide
        var isWrongFingerprint = false
    }

    /// A datagram as somebody on the path sees it.
    struct Seen {
        var time: SimTime
        var fromFirst: Bool
        var bytes: [UInt8]
        var isLost: Bool
    }

    private struct Flight {
        var arrival: SimTime
        var order: Int
        var toFirst: Bool
        var bytes: [UInt8]
    }

    let first: MediaEndpoint
    let second: MediaEndpoint
    private(set) var now = SimTime.zero
    private(set) var seen: [Seen] = []
    private(set) var events: [(fromFirst: Bool, MediaEvent, SimTime)] = []
    /// What each party said and heard, frame by frame.
    private(set) var firstSpoken: [Int16] = []
    private(set) var secondHeard: [Int16] = []
    private let settings: Settings
    private var path: RandomStream
    private var flights: [Flight] = []
    private var order = 0

    init(_ settings: Settings = Settings()) throws {
        self.settings = settings
        path = stream(10, seed: settings.seed)
        var certificates = stream(11, seed: settings.seed)
        let ours = Certificate(randomness: &certificates)
        let theirs = Certificate(randomness: &certificates)
        let stranger = Certificate(randomness: &certificates)
        let expected = settings.isWrongFingerprint ? stranger : theirs
        func endpoint(
            _ party: Party, _ role: DTLSRole, _ own: Certificate, _ remote: Certificate
        ) throws -> MediaEndpoint {
            let number = UInt64(party.rawValue)
            return try MediaEndpoint(
                configuration: settings.configuration, dtlsRole: role, certificate: own,
                remoteFingerprint: remote.fingerprint,
                speech: Talker(
                    material: settings.material,
                    conversation: ConversationPattern(randomness: stream(12, seed: settings.seed)),
                    party: party, randomness: stream(13, number, seed: settings.seed)),
                randomness: MediaRandomness(
                    handshake: stream(14, number, seed: settings.seed),
                    session: stream(15, number, seed: settings.seed)))
        }
        first = try endpoint(.first, .client, ours, expected)
        second = try endpoint(.second, .server, theirs, ours)
    }

    /// Runs for `duration` of virtual time.
    func run(for duration: SimDuration) {
        let end = now + duration
        if first.phase == .idle {
            second.start(at: now)
            first.start(at: now)
            collect()
        }
        while let next = nextEvent, next <= end {
            now = next
            deliver()
            timeOut(first)
            timeOut(second)
            collect()
        }
        now = end
    }

    /// Injects a datagram as if it came over the path.
    func inject(_ bytes: [UInt8], toFirst: Bool) {
        (toFirst ? first : second).handle(bytes, at: now)
        collect()
    }

    /// Ends the call at both sides.
    func close() -> (first: MediaReport, second: MediaReport) {
        let ours = first.close(at: now)
        collect()
        let theirs = second.close(at: now)
        collect()
        return (ours, theirs)
    }

    private var nextEvent: SimTime? {
        [first.nextTimeout, second.nextTimeout, flights.map(\.arrival).min()]
            .compactMap { $0 }.min()
    }

    private func deliver() {
        let due = flights.filter { $0.arrival <= now }
            .sorted { ($0.arrival, $0.order) < ($1.arrival, $1.order) }
        flights.removeAll { $0.arrival <= now }
        for flight in due {
            (flight.toFirst ? first : second).handle(flight.bytes, at: now)
        }
    }

    private func timeOut(_ endpoint: MediaEndpoint) {
        guard let due = endpoint.nextTimeout, due <= now else { return }
        let report = endpoint.phase == .secured
        endpoint.handleTimeout(at: now)
        // A frame was played and captured whenever the frame clock ticked.
        guard report, endpoint.lastFrame == now else { return }
        if endpoint === first {
            firstSpoken += endpoint.spoken
        } else {
            secondHeard += endpoint.heard
        }
    }

    private func collect() {
        for endpoint in [first, second] {
            let fromFirst = endpoint === first
            while let datagram = endpoint.pollTransmit() { send(datagram, fromFirst: fromFirst) }
            while let event = endpoint.pollEvent() { events.append((fromFirst, event, now)) }
        }
    }

    private func send(_ datagram: [UInt8], fromFirst: Bool) {
        let isHandshake = (20...63).contains(datagram[0])
        let draw = path.nextUnit()
        let isLost = draw < settings.loss && (settings.losesHandshake || !isHandshake)
        var delay = settings.delay
        if settings.jitter > .zero {
            delay += SimDuration(
                seconds: path.nextExponential(mean: settings.jitter.seconds))
        }
        if let step = settings.step, now >= SimTime.zero + step.at { delay += step.by }
        seen.append(Seen(time: now, fromFirst: fromFirst, bytes: datagram, isLost: isLost))
        guard !isLost else { return }
        order += 1
        flights.append(
            Flight(arrival: now + delay, order: order, toFirst: !fromFirst, bytes: datagram))
    }

    /// When the first event that satisfies `matches` happened.
    func time(fromFirst: Bool, where matches: (MediaEvent) -> Bool) -> SimTime? {
        events.first { $0.fromFirst == fromFirst && matches($0.1) }?.2
    }
}
