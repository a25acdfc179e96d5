import MediaPipeline
import OpusCodec
import Quantities
import RTP
import TURN

/// The stages of the packet path without security: packets of `peers` in turn.
final class StageWork: MediaWork {
    /// Which of them is timed.
    enum Stage {
        case packetise
        case forward
        case jitterBuffer
    }

    private struct Peer: ~Copyable {
        var numbering: OpusStreamNumbering
        var transportSequence: UInt16 = 0
        var frame: Int
        var reception = ReceptionStatistics()
        var timestamps = TimestampUnwrapper()
        var buffer: JitterBuffer
        var now = SimTime.zero
    }

    private let stage: Stage
    private let peers: UnsafeMutablePointer<Peer>
    private let count: Int
    /// All frames in one piece, and where each begins.
    private let payloads: UnsafeMutableRawBufferPointer
    private let starts: UnsafeMutableBufferPointer<Int>
    private let arena: UnsafeMutablePointer<PacketArena>
    private let waiting: UnsafeMutablePointer<WirePacket>
    private var turn = 0
    private var sum = 0

    init(_ stage: Stage, _ material: MediaMaterial, peers count: Int) {
        self.stage = stage
        self.count = count
        let configuration = MediaConfiguration(codec: material.codec.settings)
        peers = .allocate(capacity: count)
        for index in 0..<count {
            (peers + index).initialize(
                to: Peer(
                    numbering: OpusStreamNumbering(
                        source: UInt32(index), payloadType: 111,
                        sequenceNumber: UInt16(truncatingIfNeeded: 31 * index), timestamp: 0),
                    frame: 17 * index % material.encoded.count,
                    buffer: JitterBuffer(settings: configuration.jitterBuffer)))
        }
        let bytes = material.encoded.flatMap { $0 }
        payloads = .allocate(byteCount: bytes.count, alignment: 64)
        payloads.copyBytes(from: bytes)
        starts = .allocate(capacity: material.encoded.count + 1)
        var start = 0
        for (index, frame) in material.encoded.enumerated() {
            starts.initializeElement(at: index, to: start)
            start += frame.count
        }
        starts.initializeElement(at: material.encoded.count, to: start)
        arena = .allocate(capacity: 1)
        let largest = material.encoded.map(\.count).max() ?? 0
        arena.initialize(
            to: PacketArena(slotByteCount: MediaSide.slotByteCount(payload: largest)))
        waiting = .allocate(capacity: count)
    }

    deinit {
        peers.deinitialize(count: count)
        peers.deallocate()
        payloads.deallocate()
        starts.deallocate()
        arena.deinitialize(count: 1)
        arena.deallocate()
        waiting.deallocate()
    }

    func round(_ operations: Int) -> Double {
        switch stage {
        case .packetise: packetise(operations)
        case .forward: forward(operations)
        case .jitterBuffer: buffer(operations)
        }
    }

    /// Headers and payload of the next packet of `peer`; its bytes.
    @inline(__always)
    private func fill(_ peer: Int, _ packet: UnsafeMutableRawBufferPointer) -> Int {
        let frame = peers[peer].frame
        peers[peer].frame = frame + 2 == starts.count ? 0 : frame + 1
        let header = peers[peer].numbering.send(ticks: 960)
        let audio = AudioHeaderExtension(
            level: 30, hasVoice: true,
            sendTime: NTPTimestamp(peers[peer].now).absoluteSendTime,
            transportSequence: peers[peer].transportSequence)
        peers[peer].transportSequence &+= 1
        let start = SpeechPacketHead.byteCount
        let length = starts[frame + 1] - starts[frame]
        precondition(start + length <= packet.count, "a slot has room for a packet")
        SpeechPacketHead.write(header, audio, to: packet.baseAddress!)
        UnsafeMutableRawBufferPointer(rebasing: packet[start..<start + length]).copyMemory(
            from: UnsafeRawBufferPointer(
                rebasing: payloads[starts[frame]..<starts[frame + 1]]))
        return start + length
    }

    private func packetise(_ operations: Int) -> Double {
        let slot = arena.pointee.take()
        defer { arena.pointee.give(back: slot) }
        let packet = UnsafeMutableRawBufferPointer(
            rebasing: arena.pointee.bytes(of: slot)[PacketArena.headroom...])
        let start = ThreadClock.nanoseconds
        for _ in 0..<operations {
            sum &+= fill(turn, packet) + Int(packet[9])
            turn = turn + 1 == count ? 0 : turn + 1
        }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }

    private func forward(_ operations: Int) -> Double {
        let slot = arena.pointee.take()
        defer { arena.pointee.give(back: slot) }
        let bytes = arena.pointee.bytes(of: slot)
        let start = ThreadClock.nanoseconds
        for number in 0..<operations {
            let length = starts[turn + 1] - starts[turn]
            let channel = 0x4000 + UInt16(truncatingIfNeeded: number & 255)
            let total = ChannelData.frame(
                bytes, dataByteCount: length, channel: channel, over: .udp)
            let data = ChannelData.dataByteCount(
                in: UnsafeRawBufferPointer(rebasing: bytes[..<total]), channel: channel,
                over: .udp)
            precondition(data == length, "a relay strips what a client frames")
            turn = turn + 2 == starts.count ? 0 : turn + 1
        }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }

    /// Packets are laid out in advance; what is timed is parsing, insertion and playout.
    private func buffer(_ operations: Int) -> Double {
        var spent = 0.0
        var done = 0
        while done < operations {
            for peer in 0..<count {
                let slot = arena.pointee.take()
                let packet = UnsafeMutableRawBufferPointer(
                    rebasing: arena.pointee.bytes(of: slot)[PacketArena.headroom...])
                waiting[peer] = WirePacket(
                    slot: slot, offset: UInt16(PacketArena.headroom),
                    count: UInt16(fill(peer, packet)), isControl: false)
            }
            let start = ThreadClock.nanoseconds
            for peer in 0..<count { listen(peer, to: waiting[peer]) }
            spent += ThreadClock.nanoseconds - start
            done += count
        }
        return spent / Double(done)
    }

    /// What a side does with a packet that has been authenticated, and with a frame.
    @inline(__always)
    private func listen(_ peer: Int, to packet: WirePacket) {
        let bytes = UnsafeRawBufferPointer(arena.pointee.bytes(of: packet))
        let now = peers[peer].now
        peers[peer].now = now + .milliseconds(20)
        guard let head = SpeechPacketHead(bytes),
            case .valid(let sequence) = peers[peer].reception.receive(
                sequenceNumber: head.header.sequenceNumber, timestamp: head.header.timestamp,
                at: now)
        else { preconditionFailure("a packet that was just written is in order") }
        let payload = UnsafeRawBufferPointer(rebasing: bytes[SpeechPacketHead.byteCount...])
        let buffered = BufferedPacket(
            slot: packet.slot, payloadOffset: packet.offset + UInt16(SpeechPacketHead.byteCount),
            payloadCount: UInt16(payload.count), sequence: sequence,
            timestamp: peers[peer].timestamps.extend(head.header.timestamp),
            captured: now - elapsed(sinceSendTime: head.sendTime, at: now), arrived: now,
            announcesSilence: payload.count <= OpusPayload.silenceByteCount,
            hasRedundancy: OpusPayload.hasRedundancy(payload))
        switch peers[peer].buffer.insert(buffered, at: now) {
        case .stored, .restarted: break
        case .late, .duplicate: arena.pointee.give(back: packet.slot)
        }
        if case .play(let played) = peers[peer].buffer.pull(at: now) {
            sum &+= Int(played.payloadCount)
            arena.pointee.give(back: played.slot)
        }
        while let slot = peers[peer].buffer.pollDiscarded() { arena.pointee.give(back: slot) }
    }
}
