import TURN
import Testing

@testable import LoadGenerator

/// A client's leg of TURN over TLS, without sockets: records that the network cuts and joins, and the
/// frames in them.
@Suite struct TLSStreamTests {
    /// A client and a server, and what has come out of each.
    private struct Connection: ~Copyable {
        var client: TLSStream
        var server: TLSStream

        /// Through with the handshake.
        init() throws {
            var client = TLSStream(try TLSContext.client(authorities: nil))
            var server = TLSStream(TLSContext.selfSigned(name: "relay"))
            try client.start()
            // Flights of the handshake: two each way at most (RFC 8446 §2, RFC 5246 §7.3).
            for _ in 0..<2 {
                _ = try Self.hand(client.takeOutgoing(), to: &server)
                _ = try Self.hand(server.takeOutgoing(), to: &client)
            }
            self.client = client
            self.server = server
        }

        static func hand(_ bytes: [UInt8], to end: inout TLSStream) throws -> [UInt8] {
            try bytes.withUnsafeBytes { try end.receive($0) }
        }

        /// What the client puts on the network for `bytes`.
        mutating func protect(_ bytes: [UInt8]) throws -> [UInt8] {
            try bytes.withUnsafeBytes { try client.send($0) }
            return client.takeOutgoing()
        }

        /// What the server reads in `bytes` of the network.
        mutating func read(_ bytes: some Collection<UInt8>) throws -> [UInt8] {
            try Self.hand(Array(bytes), to: &server)
        }
    }

    /// Type, version and length of each record in `bytes`, which are whole ones.
    private func records(in bytes: [UInt8]) -> [(type: UInt8, version: UInt16, byteCount: Int)] {
        var found: [(type: UInt8, version: UInt16, byteCount: Int)] = []
        var start = 0
        while start + 5 <= bytes.count {
            let length = Int(bytes[start + 3]) << 8 | Int(bytes[start + 4])
            let version = UInt16(bytes[start + 1]) << 8 | UInt16(bytes[start + 2])
            found.append((bytes[start], version, length))
            start += 5 + length
        }
        #expect(start == bytes.count, "the last record is whole")
        return found
    }

    /// A Binding request without attributes, and ChannelData with its padding.
    private let frames: [[UInt8]] = [
        [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + [UInt8](1...12),
        [0x40, 0, 0, 3, 1, 2, 3, 0],
        [0x4F, 0xFF, 0, 98] + [UInt8](0..<98) + [0, 0],
        [0x40, 1, 0, 0],
    ]

    @Test
    func `a connection opens with a handshake record and then carries data in both directions`()
        throws
    {
        var client = TLSStream(try TLSContext.client(authorities: nil))
        try client.start()
        let hello = client.takeOutgoing()
        #expect(records(in: hello).map(\.type) == [22], "RFC 8446 §5.1: handshake")
        #expect(hello[5] == 1, "§4: ClientHello")
        #expect(client.takeOutgoing().isEmpty && !client.isEstablished)

        var connection = try Connection()
        #expect(connection.client.isEstablished && connection.server.isEstablished)
        #expect(try connection.read(connection.protect(frames[0])) == frames[0])
        try frames[1].withUnsafeBytes { try connection.server.send($0) }
        let answer = connection.server.takeOutgoing()
        #expect(try Connection.hand(answer, to: &connection.client) == frames[1])
    }

    /// RFC 8446 §5.1 and §5.2: at most 16,384 bytes, a type and a tag of 16 bytes.
    @Test(arguments: [
        (1, [1]), (98, [98]), (16_384, [16_384]), (16_385, [16_384, 1]),
        (40_000, [16_384, 16_384, 7232]),
    ])
    func `bytes become records of application data, each with 22 bytes of its own`(
        count: Int, parts: [Int]
    ) throws {
        var connection = try Connection()
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let sent = try connection.protect(bytes)
        let records = records(in: sent)
        #expect(records.map(\.byteCount) == parts.map { $0 + 17 })
        #expect(records.allSatisfy { $0.type == 23 && $0.version == 0x0303 })
        #expect(sent.count == count + 22 * parts.count)
        #expect(try connection.read(sent) == bytes)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 24, 25, 41, 1000])
    func `frames come out whole however the network cuts their records`(step: Int) throws {
        var connection = try Connection()
        var sent: [UInt8] = []
        for frame in frames + frames { sent += try connection.protect(frame) }
        var reader = StreamFrames()
        var read: [[UInt8]] = []
        for start in stride(from: 0, to: sent.count, by: step) {
            try reader.append(connection.read(sent[start..<min(start + step, sent.count)]))
            while let frame = try reader.next() { read.append(frame) }
        }
        #expect(read == frames + frames)
    }

    @Test func `frames and records need not begin and end together`() throws {
        var connection = try Connection()
        let bytes = Array(frames.joined())
        for cut in 0...bytes.count {
            let first = try connection.protect(Array(bytes[..<cut]))
            let second = try connection.protect(Array(bytes[cut...]))
            var reader = StreamFrames()
            var read: [[UInt8]] = []
            for part in [first, second] {
                try reader.append(connection.read(part))
                while let frame = try reader.next() { read.append(frame) }
            }
            #expect(read == frames, "cut after \(cut)")
        }
    }

    @Test func `nothing of a record comes out before its last byte, and then all that waited`()
        throws
    {
        var connection = try Connection()
        let first = try connection.protect(frames[0])
        let second = try connection.protect(frames[2])
        // A segment is missing: what came behind it waits in TCP.
        for byte in first.dropLast() { #expect(try connection.read([byte]).isEmpty) }
        #expect(try connection.read([first.last!] + second) == frames[0] + frames[2])
    }

    @Test func `a record whose forerunner is missing is refused`() throws {
        var connection = try Connection()
        _ = try connection.protect(frames[0])
        let second = try connection.protect(frames[1])
        #expect(throws: TLSFailure.self) { _ = try connection.read(second) }
    }

    /// Type and version, then the code of the record.
    @Test(arguments: [0, 1, 5, 20, 41])
    func `a record with a flipped bit is refused`(place: Int) throws {
        var connection = try Connection()
        var sent = try connection.protect(frames[0])
        #expect(sent.count == 42)
        sent[place] ^= 0x40
        #expect(throws: TLSFailure.self) { _ = try connection.read(sent) }
    }
}
