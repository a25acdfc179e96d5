import MediaSecurity
import Quantities
import RandomStreams

/// A stream for tests.
func stream(_ entity: UInt64, purpose: UInt16 = 900, seed: UInt64 = 1) -> RandomStream {
    RandomStream(
        StreamName(
            seed: seed, replication: 0, purpose: StreamPurpose(rawValue: purpose), entity: entity))
}

/// Two ends of an association over a link with a constant delay, in virtual time.
final class HandshakePair {
    struct Settings: Sendable {
        var seed: UInt64 = 1
        var firstTimeout: SimDuration = .milliseconds(50)
        var clientProfiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA1]
        var serverProfiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA1]
        var groups: [DTLSGroup] = [.x25519, .p256]
        var delay: SimDuration = .milliseconds(10)
        var loss = 0.0
        /// The share of datagrams that arrive a second time.
        var duplication = 0.0
        /// What is added to the delay of each datagram lies anywhere up to this, so they overtake.
        var jitter = SimDuration.zero
        var verifiesHello = false
        var datagramByteLimit = DTLSConfiguration.maximumTransmissionUnit
        var lostDatagrams: Set<Int> = []
        var strangerAnswers = false
    }

    struct Sent: Hashable {
        var time: SimTime
        var byServer: Bool
        var bytes: [UInt8]
        var lost: Bool
    }

    private struct Flight {
        var arrival: SimTime
        var toServer: Bool
        var bytes: [UInt8]
    }

    var client: DTLSSession
    var server: DTLSSession
    private(set) var now = SimTime.zero
    private(set) var sent: [Sent] = []
    /// The datagram whose bit is turned over on the way, by their numbers.
    var alteration: (datagram: Int, bit: Int)?
    private let settings: Settings
    private var losses: RandomStream
    private var disorder: RandomStream
    private var flights: [Flight] = []

    init(_ settings: Settings = Settings()) {
        self.settings = settings
        losses = stream(5, seed: settings.seed)
        disorder = stream(6, seed: settings.seed)
        var certificates = stream(1, seed: settings.seed)
        let ours = Certificate(randomness: &certificates)
        let theirs = Certificate(randomness: &certificates)
        let stranger = Certificate(randomness: &certificates)
        var client = DTLSConfiguration(
            role: .client, remoteFingerprint: theirs.fingerprint,
            firstTimeout: settings.firstTimeout)
        client.profiles = settings.clientProfiles
        client.groups = settings.groups
        client.datagramByteLimit = settings.datagramByteLimit
        var server = DTLSConfiguration(
            role: .server, remoteFingerprint: ours.fingerprint,
            firstTimeout: settings.firstTimeout)
        server.profiles = settings.serverProfiles
        server.groups = settings.groups
        server.datagramByteLimit = settings.datagramByteLimit
        server.verifiesHello = settings.verifiesHello
        self.client = DTLSSession(
            client, certificate: ours, randomness: stream(2, seed: settings.seed))
        self.server = DTLSSession(
            server, certificate: settings.strangerAnswers ? stranger : theirs,
            randomness: stream(3, seed: settings.seed))
    }

    /// Runs until both ends are done or nothing more happens before `end`.
    func run(until end: SimTime = SimTime.zero + .minutes(10)) {
        server.start(at: now)
        client.start(at: now)
        transmit()
        while let next = nextEvent(), next <= end, !isOver {
            now = next
            deliver()
            if let due = client.nextTimeout, due <= now { client.handleTimeout(at: now) }
            if let due = server.nextTimeout, due <= now { server.handleTimeout(at: now) }
            transmit()
        }
    }

    private var isOver: Bool {
        Self.isFinal(client.state) && Self.isFinal(server.state) && flights.isEmpty
    }

    private static func isFinal(_ state: DTLSSession.State) -> Bool {
        switch state {
        case .idle, .handshaking: false
        case .connected, .failed: true
        }
    }

    private func nextEvent() -> SimTime? {
        var next = flights.first?.arrival
        for due in [client.nextTimeout, server.nextTimeout] {
            if let due, due < next ?? .distantFuture { next = due }
        }
        return next
    }

    private func deliver() {
        while let flight = flights.first, flight.arrival <= now {
            flights.removeFirst()
            if flight.toServer {
                server.handle(flight.bytes, at: now)
            } else {
                client.handle(flight.bytes, at: now)
            }
        }
    }

    private func transmit() {
        while let bytes = client.pollTransmit() { launch(bytes, byServer: false) }
        while let bytes = server.pollTransmit() { launch(bytes, byServer: true) }
    }

    private func launch(_ bytes: [UInt8], byServer: Bool) {
        let lost =
            losses.nextBool(probability: settings.loss)
            || settings.lostDatagrams.contains(sent.count)
        sent.append(Sent(time: now, byServer: byServer, bytes: bytes, lost: lost))
        var bytes = bytes
        if let alteration, alteration.datagram == sent.count - 1,
            alteration.bit < bytes.count * 8
        {
            bytes[alteration.bit / 8] ^= 1 << UInt8(alteration.bit % 8)
        }
        guard !lost else { return }
        let copies = disorder.nextBool(probability: settings.duplication) ? 2 : 1
        for _ in 0..<copies {
            let wait = disorder.nextInteger(below: UInt64(settings.jitter.nanoseconds) + 1)
            let arrival = now + settings.delay + .nanoseconds(Int64(wait))
            let place = flights.firstIndex { $0.arrival > arrival } ?? flights.endIndex
            flights.insert(
                Flight(arrival: arrival, toServer: !byServer, bytes: bytes), at: place)
        }
    }

    /// FNV-1a of everything sent, with time and direction.
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func absorb(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        for datagram in sent {
            withUnsafeBytes(of: datagram.time.nanoseconds.littleEndian) { $0.forEach(absorb) }
            absorb(datagram.byServer ? 1 : 0)
            datagram.bytes.forEach(absorb)
        }
        return hash
    }
}

/// What one end shows from outside, copied so that expectations can take it apart.
struct EndView: Hashable {
    var state: DTLSSession.State
    var counters: DTLSCounters
    var isReleased: Bool
    var nextTimeout: SimTime?

    init(_ session: borrowing DTLSSession) {
        state = session.state
        counters = session.counters
        isReleased = session.isReleased
        nextTimeout = session.nextTimeout
    }
}

extension HandshakePair {
    /// What the client shows.
    var clientView: EndView { EndView(client) }
    /// What the server shows.
    var serverView: EndView { EndView(server) }

    /// Takes the keys of one end and lays them open.
    func takeKeys(of role: DTLSRole) -> ExposedKeys? {
        guard let keys = role == .client ? client.takeKeys() : server.takeKeys() else {
            return nil
        }
        return keys.withKeys { ExposedKeys(local: Array($0), remote: Array($1)) }
    }
}

/// The bytes of keys, for tests alone.
struct ExposedKeys: Hashable {
    var local: [UInt8]
    var remote: [UInt8]
}

/// The bytes that `text` names in hexadecimal.
func hex(_ text: String) -> [UInt8] {
    var digits = text.utf8.filter { $0 != UInt8(ascii: " ") }.map { digit -> UInt8 in
        UInt8(String(UnicodeScalar(digit)), radix: 16)!
    }[...]
    var bytes: [UInt8] = []
    while let high = digits.popFirst(), let low = digits.popFirst() {
        bytes.append(high << 4 | low)
    }
    return bytes
}
