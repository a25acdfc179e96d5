import MediaPipeline
import MediaSecurity
import Quantities
import TURN

/// All that calls do with packets once they hold keys: each tick of a side plays one frame and
/// sends one, a relay forwards it, and the other side takes it in.
///
/// With a corpus as its source this is a `sealed` call, with a microphone and a decoder a `full`
/// one; the sides, the slots and the relay's framing are those that runs use.
final class PacketPathWork: MediaWork {
    private static let channel: UInt16 = 0x4000
    private static let way = SimDuration.milliseconds(5)

    private let sides: UnsafeMutablePointer<MediaSide>
    private let count: Int
    private let burst: Int
    private let arena: UnsafeMutablePointer<PacketArena>
    private var turn = 0

    /// `peers` in pairs under `profile` that take turns with `burst` frames each.
    init(_ material: MediaMaterial, _ profile: SRTPProfile, peers: Int, burst: Int) {
        let corpus = material.corpus
        count = peers
        self.burst = burst
        arena = Self.arena(payload: corpus.largestPayload)
        sides = .allocate(capacity: peers)
        for index in 0..<peers {
            let source = SpeechSource.corpus(
                corpus, conversation: 0, party: index.isMultiple(of: 2) ? .first : .second,
                offset: index / 2 * 17)
            (sides + index).initialize(
                to: Self.side(material.codec, source, profile, index, decodes: false))
        }
    }

    /// One call whose parties say and hear everything.
    init(live material: MediaMaterial) {
        count = 2
        burst = 1
        arena = Self.arena(payload: 1275)
        sides = .allocate(capacity: 2)
        for (index, party) in [Party.first, .second].enumerated() {
            let source: SpeechSource
            do {
                source = try .live(
                    MediaMaterial.talker(party, material.speech), material.codec.settings)
            } catch {
                preconditionFailure("libopus takes the settings, but \(error)")
            }
            (sides + index).initialize(
                to: Self.side(material.codec, source, .aeadAES128GCM, index, decodes: true))
        }
    }

    deinit {
        sides.deinitialize(count: count)
        sides.deallocate()
        arena.deinitialize(count: 1)
        arena.deallocate()
    }

    private static func arena(payload: Int) -> UnsafeMutablePointer<PacketArena> {
        let arena = UnsafeMutablePointer<PacketArena>.allocate(capacity: 1)
        arena.initialize(
            to: PacketArena(slotByteCount: MediaSide.slotByteCount(payload: payload)))
        return arena
    }

    private static func side(
        _ codec: MediaCodec, _ source: consuming SpeechSource, _ profile: SRTPProfile,
        _ index: Int, decodes: Bool
    ) -> MediaSide {
        do {
            return try MediaSide(
                MediaConfiguration(codec: codec.settings), source: source, decodes: decodes,
                keys: ProtectionWork.keys(profile, local: index, remote: index ^ 1),
                securedAt: .zero, randomness: MediaMaterial.stream(100 + UInt64(index)))
        } catch {
            preconditionFailure("the libraries make a side, but \(error)")
        }
    }

    /// Bytes of all slots.
    var packetByteCount: Int { arena.pointee.byteCount }

    func round(_ operations: Int) -> Double {
        let start = ThreadClock.nanoseconds
        var done = 0
        while done < operations {
            for _ in 1..<burst { frame(turn, turn + 1) }
            let next = following(turn)
            frame(turn, turn + 1, before: next)
            done += 2 * burst
            turn = next
        }
        let spent = ThreadClock.nanoseconds - start
        precondition(allArrived, "a benchmark that loses packets measures nothing")
        return spent / Double(done)
    }

    /// The first side of the call after that of `first`.
    @inline(__always)
    private func following(_ first: Int) -> Int { first + 2 == count ? 0 : first + 2 }

    /// One frame of each of the two sides of a call.
    @inline(__always)
    private func frame(_ first: Int, _ second: Int) {
        let (now, there, back) = (sides[first].nextTick, tick(first), tick(second))
        receive(there, second, at: now + Self.way)
        receive(back, first, at: now + Self.way)
    }

    /// The same; meanwhile asks for the memory of the calls whose turns are next, the first of which
    /// is that of side `next`, as sides that take turns should.
    @inline(__always)
    private func frame(_ first: Int, _ second: Int, before next: Int) {
        let afterNext = following(next)
        let now = sides[first].nextTick
        MediaSide.prefetch(at: sides + afterNext)
        sides[next].prefetchTick()
        let there = tick(first)
        MediaSide.prefetch(at: sides + afterNext + 1)
        sides[next + 1].prefetchTick()
        let back = tick(second)
        sides[next].prefetchReception()
        sides[next].prefetchPackets(in: &arena.pointee)
        receive(there, second, at: now + Self.way)
        sides[next + 1].prefetchReception()
        sides[next + 1].prefetchPackets(in: &arena.pointee)
        receive(back, first, at: now + Self.way)
    }

    @inline(__always)
    private func tick(_ side: Int) -> WirePacket? {
        sides[side].tick(at: sides[side].nextTick, in: &arena.pointee)
    }

    @inline(__always)
    private func receive(_ packet: WirePacket?, _ side: Int, at now: SimTime) {
        guard let packet else { return }
        sides[side].receive(forward(packet), at: now, in: &arena.pointee)
    }

    /// The client frames the packet for its channel, the relay strips that: in place.
    @inline(__always)
    private func forward(_ packet: WirePacket) -> WirePacket {
        let header = ChannelData.headerByteCount
        let start = arena.pointee.bytes(of: packet.slot).baseAddress! + Int(packet.offset) - header
        let message = UnsafeMutableRawBufferPointer(
            start: start, count: Int(packet.count) + header)
        let total = ChannelData.frame(
            message, dataByteCount: Int(packet.count), channel: Self.channel, over: .udp)
        let data = ChannelData.dataByteCount(
            in: UnsafeRawBufferPointer(rebasing: message[..<total]), channel: Self.channel,
            over: .udp)
        precondition(data == Int(packet.count), "a relay strips what a client frames")
        return packet
    }

    /// Whether every packet sent so far was accepted.
    private var allArrived: Bool {
        (0..<count).allSatisfy { index in
            let (sent, received) = (
                sides[index ^ 1].reportSoFar.mediaSent, sides[index].reportSoFar.mediaReceived
            )
            return sent == received
        }
    }
}

/// All that one call at full fidelity does, from the microphone to the ear, both ways: anew in each
/// round, so that each has the same frames.
final class FullWork: MediaWork {
    private let material: MediaMaterial

    init(_ material: MediaMaterial) { self.material = material }

    func round(_ operations: Int) -> Double {
        PacketPathWork(live: material).round(operations)
    }
}
