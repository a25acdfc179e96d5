import MediaSecurity
import OpusCodec
import Quantities
import RTP
import RandomStreams

@testable import MediaPipeline

/// Corpora for tests, encoded once.
enum TestCorpus {
    /// Two conversations of 12 s, wideband.
    static let short = try! SpeechCorpus(
        of: TestSpeech.wide, as: OpusSettings(), conversations: 2, span: .seconds(12))
}

/// Two sides of a call with equal keys over a path in memory, with delay, jitter, loss and copies.
final class SidePair {
    struct Settings {
        var seed: UInt64 = 1
        var isRecorded = true
        var profile = SRTPProfile.aes128CMSHA1
        var configuration = MediaConfiguration()
        var delay = SimDuration.milliseconds(30)
        /// Mean of the exponential part of the delay.
        var jitter = SimDuration.zero
        var loss = 0.0
        var duplication = 0.0
        /// Of the first side's clock in ppm.
        var clockDrift = 0.0
    }

    /// A packet as somebody on the path sees it.
    struct Seen {
        var time: SimTime
        var fromFirst: Bool
        var isControl: Bool
        var bytes: [UInt8]
    }

    private struct Flight {
        var arrival: SimTime
        var toFirst: Bool
        var packet: WirePacket
    }

    var arena: PacketArena
    var first: MediaSide
    var second: MediaSide
    private(set) var now = SimTime.zero
    /// Copies of what passed, if ``watches`` is set.
    private(set) var seen: [Seen] = []
    var watches = false
    /// Ticks of the first and the second side.
    private(set) var ticks = (0, 0)
    /// Packets of speech, not of control, that the path lost or doubled, by receiver.
    private(set) var lost = (toFirst: 0, toSecond: 0)
    private(set) var doubled = (toFirst: 0, toSecond: 0)
    private let settings: Settings
    private var path: RandomStream
    private var flights: [Flight] = []

    init(_ settings: Settings = Settings()) throws {
        self.settings = settings
        path = stream(70, seed: settings.seed)
        let codec = settings.configuration.codec
        func side(_ party: Party, drift: Double) throws -> MediaSide {
            let source: SpeechSource
            if settings.isRecorded {
                var place = stream(71, seed: settings.seed)
                let (conversation, offset) = TestCorpus.short.drawPlace(using: &place)
                source = .corpus(
                    TestCorpus.short, conversation: conversation, party: party, offset: offset)
            } else {
                source = try .live(
                    Talker(
                        material: TestSpeech.wide,
                        conversation: ConversationPattern(
                            randomness: stream(72, seed: settings.seed)),
                        party: party,
                        randomness: stream(73, UInt64(party.rawValue), seed: settings.seed)),
                    codec)
            }
            return try MediaSide(
                settings.configuration, source: source, decodes: !settings.isRecorded,
                keys: TestKeys.keys(settings.profile, party, seed: settings.seed),
                securedAt: .zero,
                randomness: stream(74, UInt64(party.rawValue), seed: settings.seed),
                clockDrift: drift)
        }
        arena = PacketArena(
            slotByteCount: MediaSide.slotByteCount(payload: OpusPayload.maximumFrameBytes))
        first = try side(.first, drift: settings.clockDrift)
        second = try side(.second, drift: 0)
    }

    /// Runs for `duration` of virtual time.
    func run(for duration: SimDuration) {
        let end = now + duration
        while true {
            let flight = flights.indices.min { flights[$0].arrival < flights[$1].arrival }
            let arrival = flight.map { flights[$0].arrival } ?? .distantFuture
            let next = min(
                arrival, first.nextTick, second.nextTick, first.nextReport, second.nextReport)
            guard next <= end else { break }
            now = next
            if let flight, arrival == now {
                let due = flights.remove(at: flight)
                if due.toFirst {
                    first.receive(due.packet, at: now, in: &arena)
                } else {
                    second.receive(due.packet, at: now, in: &arena)
                }
            } else if first.nextTick == now {
                ticks.0 += 1
                send(first.tick(at: now, in: &arena), toFirst: false)
            } else if second.nextTick == now {
                ticks.1 += 1
                send(second.tick(at: now, in: &arena), toFirst: true)
            } else if first.nextReport == now {
                send(first.report(at: now, in: &arena), toFirst: false)
            } else {
                send(second.report(at: now, in: &arena), toFirst: true)
            }
        }
        now = end
    }

    /// Injects bytes as if they came over the path.
    func inject(_ bytes: [UInt8], toFirst: Bool) {
        let packet = bytes.withUnsafeBytes { arena.take(copying: $0, isControl: false) }
        if toFirst {
            first.receive(packet, at: now, in: &arena)
        } else {
            second.receive(packet, at: now, in: &arena)
        }
    }

    /// Ends both sides, with what is still on its way delivered, but for goodbyes.
    func close() -> (first: MediaReport, second: MediaReport) {
        while let flight = flights.indices.min(by: { flights[$0].arrival < flights[$1].arrival }) {
            let due = flights.remove(at: flight)
            now = max(now, due.arrival)
            if due.toFirst {
                first.receive(due.packet, at: now, in: &arena)
            } else {
                second.receive(due.packet, at: now, in: &arena)
            }
        }
        return (first.close(at: now, in: &arena), second.close(at: now, in: &arena))
    }

    private func send(_ packet: WirePacket?, toFirst: Bool) {
        guard let packet else { return }
        if watches {
            seen.append(
                Seen(
                    time: now, fromFirst: !toFirst, isControl: packet.isControl,
                    bytes: Array(arena.bytes(of: packet))))
        }
        if path.nextUnit() < settings.loss {
            if !packet.isControl {
                if toFirst { lost.toFirst += 1 } else { lost.toSecond += 1 }
            }
            return arena.give(back: packet.slot)
        }
        fly(packet, toFirst)
        if path.nextUnit() < settings.duplication {
            let copy = arena.take(
                copying: UnsafeRawBufferPointer(arena.bytes(of: packet)),
                isControl: packet.isControl)
            fly(copy, toFirst)
            if toFirst { doubled.toFirst += 1 } else { doubled.toSecond += 1 }
        }
    }

    private func fly(_ packet: WirePacket, _ toFirst: Bool) {
        var delay = settings.delay
        if settings.jitter > .zero {
            delay += SimDuration(seconds: path.nextExponential(mean: settings.jitter.seconds))
        }
        flights.append(Flight(arrival: now + delay, toFirst: toFirst, packet: packet))
    }
}

/// Keys as a handshake would have agreed on.
enum TestKeys {
    static func keys(_ profile: SRTPProfile, _ party: Party, seed: UInt64) -> SRTPKeys {
        var randomness = stream(75, seed: seed)
        let count = profile.keyByteCount + profile.saltByteCount
        let both = [randomness.nextBytes(count), randomness.nextBytes(count)]
        let material = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * count, alignment: 16)
        defer { material.deallocate() }
        let own = Int(party.rawValue)
        material.copyBytes(from: both[own] + both[1 - own])
        return SRTPKeys(
            profile: profile, local: UnsafeRawBufferPointer(rebasing: material[..<count]),
            remote: UnsafeRawBufferPointer(rebasing: material[count...]))
    }
}
