import MediaSecurity
import RTP

/// SRTP alone: 100 bytes behind a bare header, sessions in turn.
final class ProtectionWork: MediaWork {
    private static let payloadBytes = 100
    private static let batch = 256
    private static let slotBytes = 512
    /// How many packets ahead a session is asked for.
    private static let lookAhead = 4
    /// Sessions that stay in a core's own cache, where asking ahead only costs time: one direction
    /// of theirs takes 1.5 kB.
    private static let nearSessions = 256

    private let sessions: UnsafeMutablePointer<SRTPSession>
    private let senders: UnsafeMutablePointer<OpusStreamNumbering>
    private let count: Int
    private let opens: Bool
    private let packets: UnsafeMutableRawBufferPointer
    private let lengths: UnsafeMutablePointer<Int>
    private var turn = 0

    /// `count` sessions in pairs under `profile`; what is timed is protection, or if `opens` the
    /// way back.
    init(_ profile: SRTPProfile, sessions count: Int, opens: Bool) {
        self.count = count
        self.opens = opens
        sessions = .allocate(capacity: count)
        senders = .allocate(capacity: count)
        for index in 0..<count {
            (sessions + index).initialize(
                to: Self.session(profile, local: index, remote: index ^ 1))
            (senders + index).initialize(
                to: OpusStreamNumbering(
                    source: UInt32(index + 1), payloadType: 111,
                    sequenceNumber: UInt16(truncatingIfNeeded: 31 * index), timestamp: 0))
        }
        let places = opens ? max(count, Self.batch) : 1
        packets = .allocate(byteCount: places * Self.slotBytes, alignment: 64)
        lengths = .allocate(capacity: places)
    }

    deinit {
        sessions.deinitialize(count: count)
        sessions.deallocate()
        senders.deallocate()
        packets.deallocate()
        lengths.deallocate()
    }

    func round(_ operations: Int) -> Double {
        opens ? unprotect(operations) : protect(operations)
    }

    private func protect(_ operations: Int) -> Double {
        let asksAhead = count > Self.nearSessions
        let start = ThreadClock.nanoseconds
        for _ in 0..<operations {
            if asksAhead {
                let ahead = turn + Self.lookAhead
                sessions[ahead < count ? ahead : ahead - count].prefetchOutbound()
            }
            _ = protect(turn, in: packets)
            turn = turn + 1 == count ? 0 : turn + 1
        }
        return (ThreadClock.nanoseconds - start) / Double(operations)
    }

    private func unprotect(_ operations: Int) -> Double {
        let batch = max(count, Self.batch)
        var spent = 0.0
        var done = 0
        while done < operations {
            for place in 0..<batch { lengths[place] = protect(place % count, in: packet(place)) }
            let start = ThreadClock.nanoseconds
            for place in 0..<batch {
                sessions[(place + Self.lookAhead) % count].prefetchInbound()
                open(packet(place), lengths[place], by: place % count ^ 1)
            }
            spent += ThreadClock.nanoseconds - start
            done += batch
        }
        return spent / Double(done)
    }

    @inline(__always)
    private func packet(_ place: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            start: packets.baseAddress! + place * Self.slotBytes, count: Self.slotBytes)
    }

    @inline(__always)
    private func protect(_ sender: Int, in packet: UnsafeMutableRawBufferPointer) -> Int {
        let header = senders[sender].send(ticks: 960)
        do {
            try header.write(to: packet)
            return try sessions[sender].protect(
                packet, count: PacketHeader.byteCount + Self.payloadBytes)
        } catch {
            preconditionFailure("a fresh packet is protected, but \(error)")
        }
    }

    @inline(__always)
    private func open(
        _ packet: UnsafeMutableRawBufferPointer, _ length: Int, by receiver: Int
    ) {
        do {
            _ = try sessions[receiver].unprotect(packet, count: length)
        } catch {
            preconditionFailure("a packet that was just protected is accepted, but \(error)")
        }
    }
}

extension ProtectionWork {
    /// The master key and salt of a sender, the same as the rivals' for it.
    static func key(of sender: Int, _ profile: SRTPProfile) -> [UInt8] {
        (0..<profile.keyByteCount + profile.saltByteCount).map {
            UInt8(truncatingIfNeeded: 7 * sender + 13 * $0 + (sender >> 8))
        }
    }

    static func keys(_ profile: SRTPProfile, local: Int, remote: Int) -> SRTPKeys {
        let material = UnsafeMutableRawBufferPointer.allocate(
            byteCount: 2 * (profile.keyByteCount + profile.saltByteCount), alignment: 16)
        defer { material.deallocate() }
        let half = material.count / 2
        material.copyBytes(from: key(of: local, profile) + key(of: remote, profile))
        return SRTPKeys(
            profile: profile, local: UnsafeRawBufferPointer(rebasing: material[..<half]),
            remote: UnsafeRawBufferPointer(rebasing: material[half...]))
    }

    static func session(_ profile: SRTPProfile, local: Int, remote: Int) -> SRTPSession {
        do {
            return try SRTPSession(keys: keys(profile, local: local, remote: remote))
        } catch {
            preconditionFailure("libsrtp2 makes a session, but \(error)")
        }
    }

    /// FNV-1a over 2,000 protected packets of changing length, as the C rivals' `digest` has it:
    /// whoever does the same work gets the same.
    static func digest(_ profile: SRTPProfile) -> String {
        var hash: UInt64 = 14_695_981_039_346_656_037
        var session = session(profile, local: 2, remote: 3)
        var numbering = OpusStreamNumbering(
            source: UInt32(truncatingIfNeeded: 2 * 2_654_435_761 + 1), payloadType: 111,
            sequenceNumber: 65_000, timestamp: 5)
        let packet = UnsafeMutableRawBufferPointer.allocate(byteCount: slotBytes, alignment: 16)
        defer { packet.deallocate() }
        for number in 0..<2000 {
            var header = numbering.send(ticks: 960)
            header.marker = false
            let audio = AudioHeaderExtension(
                level: 30, hasVoice: true, sendTime: UInt32(number),
                transportSequence: UInt16(number))
            let length = 1 + number * 7 % 150
            do {
                try header.write(to: packet, hasExtension: true)
                try audio.write(to: packet, at: PacketHeader.byteCount)
                let start = PacketHeader.byteCount + AudioHeaderExtension.byteCount
                for index in 0..<length {
                    packet[start + index] = UInt8(truncatingIfNeeded: number + index)
                }
                let count = try session.protect(packet, count: start + length)
                for index in 0..<count {
                    hash = (hash ^ UInt64(packet[index])) &* 1_099_511_628_211
                }
            } catch {
                preconditionFailure("a fresh packet is protected, but \(error)")
            }
        }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
