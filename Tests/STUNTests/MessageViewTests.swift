import Addressing
import RandomStreams
import STUN
import Testing

@Suite struct MessageViewTests {
    static let key = IntegrityKey(shortTermPassword: "a password of an agent")
    static let id = TransactionID(high: 1, low: 2)

    static func build(
        fingerprint: Bool = true, _ fill: (inout MessageBuilder) -> Void
    ) -> [UInt8] {
        var builder = MessageBuilder(.request, .binding, id: id)
        fill(&builder)
        return builder.finish(integrity: key, fingerprint: fingerprint)
    }

    @Test(arguments: PublishedVectors.all)
    func `no prefix of a message is a message`(vector: [UInt8]) {
        for length in 0..<vector.count {
            #expect(throws: MalformedMessage.self) { try MessageView(Array(vector[..<length])) }
        }
        #expect(throws: MalformedMessage.self) { try MessageView(vector + [0, 0, 0, 0]) }
    }

    /// Cutting inside the attributes with the length field set right must be noticed too.
    @Test(arguments: PublishedVectors.all)
    func `a prefix with the right length is either malformed or not authentic`(vector: [UInt8]) {
        for length in stride(from: 20, to: vector.count, by: 4) {
            var cut = Array(vector[..<length])
            cut[2] = UInt8((length - 20) >> 8)
            cut[3] = UInt8((length - 20) & 0xFF)
            guard let view = try? MessageView(cut) else { continue }
            if view.isAuthentic(under: IntegrityKey(shortTermPassword: PublishedVectors.password)) {
                #expect(length == vector.count - 8, "only FINGERPRINT may be missing")
            }
        }
    }

    @Test(arguments: [
        PublishedVectors.request, PublishedVectors.responseV4, PublishedVectors.responseV6,
    ])
    func `every flipped bit is noticed by the fingerprint`(vector: [UInt8]) {
        for bit in 0..<vector.count * 8 {
            var bytes = vector
            bytes[bit / 8] ^= 1 << (bit % 8)
            // A changed type of FINGERPRINT itself hides it: then the integrity still holds.
            guard let view = try? MessageView(bytes) else { continue }
            #expect(!view.has(.fingerprint), "bit \(bit)")
        }
    }

    @Test func `every flipped bit before the code is noticed by the integrity`() throws {
        let vector = PublishedVectors.longTermRequest
        for bit in 0..<vector.count * 8 {
            var bytes = vector
            bytes[bit / 8] ^= 1 << (bit % 8)
            guard let view = try? MessageView(bytes) else { continue }
            #expect(!view.isAuthentic(under: PublishedVectors.longTermKey), "bit \(bit)")
        }
    }

    @Test func `errors say what is wrong and where`() {
        func error(_ bytes: [UInt8]) -> MalformedMessage? {
            do throws(MalformedMessage) {
                _ = try MessageView(bytes)
                return nil
            } catch { return error }
        }
        let whole = Self.build(fingerprint: false) { $0.add(.priority, UInt32(5)) }
        #expect(error([]) == .truncated(byteCount: 0))
        var bytes = whole
        bytes[0] = 0x80
        #expect(error(bytes) == .wrongLeadingBits)
        bytes = whole
        bytes[4] = 0
        #expect(error(bytes) == .wrongCookie(0x0012_A442))
        bytes = whole
        bytes[3] += 4
        #expect(error(bytes) == .wrongLength(declared: 36, actual: 32))
        bytes = whole
        bytes[23] = 200
        #expect(error(bytes) == .attributeOverrun(.priority, offset: 20))
        bytes = whole
        bytes[23] = 3
        #expect(error(bytes) == .attributeLength(.priority, byteCount: 3, offset: 20))
        #expect(error([UInt8](repeating: 0, count: 65_536)) == .tooLong(byteCount: 65_536))
        bytes = Self.build { $0.add(.useCandidate) }
        bytes[bytes.count - 1] ^= 1
        #expect(error(bytes) == .wrongFingerprint)
        bytes = Self.build { $0.add(.useCandidate) } + [0x80, 0x22, 0, 0]
        bytes[3] += 4
        #expect(error(bytes) == .attributeAfterFingerprint(offset: bytes.count - 4))
        bytes = Self.build(fingerprint: false) {
            $0.add(.xorMappedAddress, [0, 3, 0, 0, 1, 2, 3, 4])
        }
        #expect(error(bytes) == .attributeAddress(.xorMappedAddress, offset: 20))
    }

    @Test func `unknown required attributes are reported, optional ones are not`() throws {
        let bytes = Self.build { builder in
            builder.add(AttributeType(rawValue: 0x7FFF), [1, 2, 3])
            builder.add(AttributeType(rawValue: 0xFF00), [1])
            builder.add(.userhash, [UInt8](repeating: 0, count: 32))
            builder.add(.priority, UInt32(9))
        }
        let view = try MessageView(bytes)
        #expect(view.unknownRequiredCount == 2)
        #expect(view.unknownRequired(at: 0).rawValue == 0x7FFF)
        #expect(view.unknownRequired(at: 1) == .userhash)
        #expect(view.priority == 9)

        var answer = MessageBuilder(.error, answering: view)
        answer.add(.unknownAttribute)
        answer.add(unknownAttributesOf: view)
        let read = try MessageView(answer.finish())
        #expect(read.kind == .error && read.method == .binding && read.id == Self.id)
        #expect(read.errorCode == .unknownAttribute)
        #expect(read.value(of: .unknownAttributes).map(Array.init) == [0x7F, 0xFF, 0, 0x1E])
    }

    @Test func `only the named number of unknown attributes is kept`() throws {
        let bytes = Self.build { builder in
            for raw in 0..<20 { builder.add(AttributeType(rawValue: 0x4000 + UInt16(raw))) }
        }
        #expect(try MessageView(bytes).unknownRequiredCount == MessageView.maximumUnknownAttributes)
    }

    @Test func `what stands behind the integrity code is ignored`() throws {
        var bytes = Self.build(fingerprint: false) { $0.add(.priority, UInt32(1)) }
        bytes += [0x00, 0x25, 0, 0]  // USE-CANDIDATE, forged onto the end
        bytes[3] += 4
        let view = try MessageView(bytes)
        #expect(view.isAuthentic(under: Self.key))
        #expect(!view.has(.useCandidate))
        #expect(view.priority == 1)
    }

    @Test func `the first of several attributes counts, and all peers are listed`() throws {
        let peers = (1...5).map { TransportAddress(IPAddress(v4: 0x0A00_0000 + $0), port: 9) }
        let bytes = Self.build { builder in
            builder.add(.priority, UInt32(1))
            builder.add(.priority, UInt32(2))
            for peer in peers {
                builder.add(.xorPeerAddress, peer)
                builder.add(.software, "abc")
            }
        }
        let view = try MessageView(bytes)
        #expect(view.priority == 1)
        #expect(view.address(of: .xorPeerAddress) == peers[0])
        #expect(view.addresses(of: .xorPeerAddress, limit: 10) == peers)
        #expect(view.addresses(of: .xorPeerAddress, limit: 3) == Array(peers[..<3]))
        #expect(view.addresses(of: .xorMappedAddress, limit: 3).isEmpty)
    }

    @Test func `random bytes and random damage never trap`() {
        var stream = RandomStream(
            StreamName(seed: 11, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
        var parsed = 0
        for round in 0..<20_000 {
            var bytes: [UInt8]
            if round % 2 == 0 {
                bytes = stream.nextBytes(Int(stream.nextInteger(below: 120)))
                if bytes.count >= 20 {  // A right header, so that the attributes are reached.
                    bytes[0] &= 0x3F
                    bytes.replaceSubrange(4..<8, with: [0x21, 0x12, 0xA4, 0x42])
                    bytes.removeLast(bytes.count % 4)
                    bytes[2] = 0
                    bytes[3] = UInt8(bytes.count - 20)
                }
            } else {
                bytes = PublishedVectors.all[round % 4]
                for _ in 0...stream.nextInteger(below: 4) {
                    bytes[Int(stream.nextInteger(below: UInt64(bytes.count)))] =
                        UInt8(truncatingIfNeeded: stream.nextUInt32())
                }
            }
            guard let view = try? MessageView(bytes) else { continue }
            parsed += 1
            exercise(view)
        }
        #expect(parsed > 100)
    }

    private func exercise(_ view: MessageView) {
        _ = (view.kind, view.method, view.id, view.errorCode, view.channelNumber, view.lifetime)
        _ = (view.mappedAddress, view.requestedTransport, view.isAuthentic(under: Self.key))
        for raw in (0..<0x40).map(UInt16.init) + (0x8000..<0x8040).map(UInt16.init) {
            let type = AttributeType(rawValue: raw)
            _ = (view.text(of: type), view.number32(of: type), view.number64(of: type))
        }
        for type in [AttributeType.xorPeerAddress, .xorRelayedAddress, .alternateServer] {
            _ = (view.address(of: type), view.addresses(of: type, limit: 4))
        }
    }
}
