import MediaPipeline
import MediaSecurity
import OpusCodec
import Quantities
import RTP
import RandomStreams

/// Where a listening call stood when it ended.
struct ListeningOutcome {
    /// What the listener's side counted.
    var listener: MediaReport
    /// Packets of the sample.
    var sent: Int64
    /// Those among them that were lost.
    var lost: Int64
    /// Bytes of Opus in the packets of the sample.
    var payloadBytes: Int64
    /// When the talker's first sample was spoken.
    var speaking: SimTime
    /// When the listener's first sample sounded.
    var listening: SimTime
    var spoken: [Int16]
    var heard: [Int16]
}

/// When a listening call ends.
enum ListeningEnd {
    /// When the first packet of the sample can be there after this delay.
    case sampleArrives(SimDuration)
    /// ``ListeningCall/leadOut`` after the sample.
    case allIsHeard
}

/// The two sides of a listening call and the path between them.
struct ListeningWorld {
    private struct Flight {
        var arrival: SimTime
        var isSpeech: Bool
        var bytes: [UInt8]
    }

    /// Bytes of a datagram of speech that are not Opus.
    private static let overhead =
        PacketHeader.byteCount + AudioHeaderExtension.byteCount + SRTPProfile.aeadAES128GCM.overhead

    private let call: ListeningCall
    private let script: Script
    private let talker: MediaEndpoint
    private let listener: MediaEndpoint
    private var path: RandomStream
    private var now = SimTime.zero
    private var flights: [Flight] = []
    private var isBad = false
    private var sent: Int64 = 0
    private var lost: Int64 = 0
    private var payloadBytes: Int64 = 0
    private var spoken: [Int16] = []
    private var heard: [Int16] = []
    private var speaking: SimTime?
    private var listening: SimTime?

    init(_ call: ListeningCall, _ script: Script) throws(OpusError) {
        self.call = call
        self.script = script
        func stream(_ purpose: UInt16) -> RandomStream {
            RandomStream(
                StreamName(
                    seed: call.seed, replication: 0, purpose: StreamPurpose(rawValue: purpose),
                    entity: call.number))
        }
        path = stream(0)
        var certificates = stream(1)
        let ours = Certificate(randomness: &certificates)
        let theirs = Certificate(randomness: &certificates)
        func side(_ party: Party, _ own: Certificate, _ remote: Certificate) throws(OpusError)
            -> MediaEndpoint
        {
            let number = UInt16(party.rawValue)
            var configuration = MediaConfiguration(codec: call.condition.codec)
            if party == .second {
                // Nobody listens to the listener.
                configuration.codec.complexity = 0
                configuration.codec.isDiscontinuous = true
            }
            return try MediaEndpoint(
                configuration: configuration,
                dtlsRole: party == .first ? .client : .server, certificate: own,
                remoteFingerprint: remote.fingerprint,
                speech: Talker(
                    material: script.material, conversation: .monologue(of: .first),
                    party: party, randomness: stream(2 + number)),
                randomness: MediaRandomness(
                    handshake: stream(4 + number), session: stream(6 + number)))
        }
        talker = try side(.first, ours, theirs)
        listener = try side(.second, theirs, ours)
    }

    /// Makes the call from its first datagram to `end`.
    consuming func run(until end: ListeningEnd) -> ListeningOutcome {
        listener.start(at: now)
        talker.start(at: now)
        collect()
        while let next = nextEvent, next <= time(of: end) {
            now = next
            while let flight = flights.first, flight.arrival <= now {
                flights.removeFirst()
                (flight.isSpeech ? listener : talker).handle(flight.bytes, at: now)
            }
            tick(talker)
            tick(listener)
            collect()
        }
        guard let speaking, let listening else {
            preconditionFailure("a handshake over a path without loss succeeds")
        }
        _ = talker.close(at: now)
        return ListeningOutcome(
            listener: listener.close(at: now), sent: sent, lost: lost, payloadBytes: payloadBytes,
            speaking: speaking, listening: listening, spoken: spoken, heard: heard)
    }

    private var nextEvent: SimTime? {
        [talker.nextTimeout, listener.nextTimeout, flights.first?.arrival].compactMap { $0 }.min()
    }

    /// When the sample begins, and when it is over; nil before there are keys.
    private var sampleTime: (start: SimTime, end: SimTime)? {
        guard let speaking else { return nil }
        let frame = call.condition.codec.frame.duration
        let leadIn = frame * Int64(script.leadInSamples / script.frameSamples)
        return (speaking + leadIn, speaking + leadIn + frame * Int64(script.frames))
    }

    private func time(of end: ListeningEnd) -> SimTime {
        guard let sampleTime else { return .distantFuture }
        switch end {
        case .sampleArrives(let delay):
            return sampleTime.start + call.condition.codec.frame.duration + delay
        case .allIsHeard:
            return sampleTime.end + ListeningCall.leadOut + call.condition.delay
                + call.condition.jitter * 10
        }
    }

    private mutating func tick(_ side: MediaEndpoint) {
        guard let due = side.nextTimeout, due <= now else { return }
        let wasSecured = side.phase == .secured
        side.handleTimeout(at: now)
        // A frame was played and captured whenever the frame clock ticked.
        guard wasSecured, side.lastFrame == now else { return }
        if side === talker {
            if speaking == nil { speaking = now - call.condition.codec.frame.duration }
            spoken += side.spoken
        } else {
            if listening == nil { listening = now }
            heard += side.heard
        }
    }

    private mutating func collect() {
        while let datagram = talker.pollTransmit() { carry(datagram, isSpeech: true) }
        while let datagram = listener.pollTransmit() { carry(datagram, isSpeech: false) }
        while talker.pollEvent() != nil {}
        while listener.pollEvent() != nil {}
    }

    private mutating func carry(_ datagram: [UInt8], isSpeech: Bool) {
        let condition = call.condition
        let isMedia =
            (128...191).contains(datagram[0])
            && !(datagram.count > 1 && ControlType.isControl(secondByte: datagram[1]))
        var arrival = now + condition.delay
        if isSpeech, isMedia {
            if condition.jitter > .zero {
                arrival =
                    arrival
                    + SimDuration(
                        seconds: path.nextGamma(mean: condition.jitter.seconds, shape: 2))
            }
            // A frame's packet leaves when the frame is over.
            if let sampleTime, now > sampleTime.start, now <= sampleTime.end {
                let draw = path.nextUnit()
                let loss = condition.loss
                isBad = draw < (isBad ? 1 - loss.leaveBad : loss.enterBad)
                sent += 1
                payloadBytes += Int64(datagram.count - Self.overhead)
                if isBad {
                    lost += 1
                    return
                }
            }
        }
        // Flights are few, and most arrive last.
        let place = flights.lastIndex { $0.arrival <= arrival }.map { $0 + 1 } ?? 0
        flights.insert(Flight(arrival: arrival, isSpeech: isSpeech, bytes: datagram), at: place)
    }
}
