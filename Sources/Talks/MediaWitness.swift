import KnowledgeLedger
public import MediaPipeline
public import MediaSecurity

/// Looks at the media of one call as the relays on its way have them, and as whoever listens on the Internet does: whether
/// relays forward what came, and whether a frame of speech or a key can be read.
///
/// A class, because a talk and whoever asks afterwards refer to the same one. One thread at a time uses it.
public final class MediaWitness: @unchecked Sendable {
    /// What it has seen.
    public struct Account: Hashable, Sendable, BitwiseCopyable {
        /// Packets that relays forwarded, each relay counted.
        public internal(set) var payloads = 0
        /// Of these, the ones whose payload was another when they left.
        public internal(set) var altered = 0
        /// Packets in which their own frame was looked for: those of frames of eight bytes or more.
        public internal(set) var frames = 0
        /// Of these, the ones in which it could be read.
        public internal(set) var openFrames = 0
        /// Packets in which there was a key of the call.
        public internal(set) var openKeys = 0
        /// Packets on the Internet: as the sides send them, on whatever path, and as relays send them on.
        public internal(set) var heard = Hearing()
    }

    /// What whoever listens on the Internet has heard.
    public struct Hearing: Hashable, Sendable, BitwiseCopyable {
        /// Packets that can be heard.
        public internal(set) var packets = 0
        /// Packets in which their own frame was looked for.
        public internal(set) var frames = 0
        /// Of these, the ones in which it could be read.
        public internal(set) var openFrames = 0
        /// Packets in which there was a key of the call.
        public internal(set) var openKeys = 0
    }

    /// What a test has in packets that it should not: such as come to relays, or go by direct paths.
    package enum Plant: Sendable {
        /// The frame, unprotected.
        case frame
        /// These bytes in place of as much of the frame.
        case bytes([UInt8])
    }

    /// Where the sides write down what they send.
    public let frames = FrameLog()
    /// What is seen of the sides' keys as they are given back.
    public let keyReleases: KeyReleases
    /// What it has seen.
    public private(set) var account = Account()
    /// What is in packets that come to relays; nothing, but in tests.
    package var plant: Plant?
    /// What is in packets on direct paths; nothing, but in tests.
    package var directPlant: Plant?
    private var keys = SecretSearch()
    /// The payload that has come to a relay.
    private var arrived: [UInt8] = []

    /// A witness that has seen nothing.
    ///
    /// - Parameter keyReleases: what the sides' keys show as they are given back.
    public init(keyReleases: KeyReleases = KeyReleases()) { self.keyReleases = keyReleases }

    /// Looks for `secret`, which has eight bytes or more, too.
    public func look(for secret: UnsafeRawBufferPointer) { keys.add(secret, of: 0) }

    /// `bytes` have come to a relay, behind the header of a channel if they are `framed`.
    func arrive(_ bytes: UnsafeMutableRawBufferPointer, _ slot: PacketSlot, framed: Bool) {
        if let plant { put(plant, of: slot, into: Self.payload(bytes, framed: framed)) }
        arrived = Array(Self.payload(bytes, framed: framed))
    }

    private func put(
        _ plant: Plant, of slot: PacketSlot, into payload: UnsafeMutableRawBufferPointer
    ) {
        let planted = if case .bytes(let bytes) = plant { bytes } else { frames.frame(in: slot) }
        let room = UnsafeMutableRawBufferPointer(
            rebasing: payload.dropFirst(FrameLog.frameOffset))
        room.copyBytes(from: planted.prefix(room.count))
    }

    /// `bytes` leave the relay that they have come to last, to where they can be heard or not.
    func leave(
        _ bytes: UnsafeMutableRawBufferPointer, _ packet: WirePacket, framed: Bool, isHeard: Bool
    ) {
        let payload = UnsafeRawBufferPointer(Self.payload(bytes, framed: framed))
        account.payloads += 1
        if !payload.elementsEqual(arrived) { account.altered += 1 }
        let look = look(at: payload, packet)
        if look.showsKey { account.openKeys += 1 }
        if look.showsFrame != nil { account.frames += 1 }
        if look.showsFrame == true { account.openFrames += 1 }
        if isHeard { hear(look) }
    }

    /// `bytes` leave a side of the call, to where they can be heard or not; directly to the other, or to a relay.
    func depart(
        _ bytes: UnsafeMutableRawBufferPointer, _ packet: WirePacket, isDirect: Bool, isHeard: Bool
    ) {
        if isDirect, let directPlant { put(directPlant, of: packet.slot, into: bytes) }
        if isHeard { hear(look(at: UnsafeRawBufferPointer(bytes), packet)) }
    }

    private func hear(_ look: Look) {
        account.heard.packets += 1
        if look.showsKey { account.heard.openKeys += 1 }
        if look.showsFrame != nil { account.heard.frames += 1 }
        if look.showsFrame == true { account.heard.openFrames += 1 }
    }

    /// What is in a packet.
    private struct Look {
        var showsKey: Bool
        /// Nil where there is no frame to look for.
        var showsFrame: Bool?
    }

    private func look(at bytes: UnsafeRawBufferPointer, _ packet: WirePacket) -> Look {
        var look = Look(showsKey: keys.owner(in: bytes) != nil)
        let frame = packet.isControl ? [] : frames.frame(in: packet.slot)
        if frame.count >= 8 { look.showsFrame = Self.shows(frame, bytes) }
        return look
    }

    /// What is behind the header of a channel, as long as that says (RFC 8656 §12.4).
    private static func payload(
        _ bytes: UnsafeMutableRawBufferPointer, framed: Bool
    ) -> UnsafeMutableRawBufferPointer {
        guard framed, bytes.count >= 4 else { return bytes }
        let count = Int(bytes[2]) << 8 | Int(bytes[3])
        return UnsafeMutableRawBufferPointer(
            rebasing: bytes[4..<min(bytes.count, 4 + count)])
    }

    /// Whether eight bytes of `frame`, of those that begin at a multiple of eight, are in `bytes`.
    private static func shows(_ frame: [UInt8], _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 8 else { return false }
        return frame.withUnsafeBytes { frame in
            let pieces = stride(from: 0, through: frame.count - 8, by: 8).map {
                frame.loadUnaligned(fromByteOffset: $0, as: UInt64.self)
            }
            return (0...(bytes.count - 8)).contains {
                pieces.contains(bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
    }
}
