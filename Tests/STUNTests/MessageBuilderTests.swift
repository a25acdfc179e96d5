import Addressing
import RandomStreams
import STUN
import Testing

@Suite struct MessageBuilderTests {
    static let methods: [STUN.Method] = [
        .binding, .allocate, .refresh, .send, .data, .createPermission, .channelBind, .connect,
        .connectionBind, .connectionAttempt, STUN.Method(rawValue: 0xFFF),
        STUN.Method(rawValue: 0xA5A),
    ]

    @Test(arguments: methods)
    func `class and method survive every combination`(method: STUN.Method) throws {
        for kind in [MessageClass.request, .indication, .success, .error] {
            let id = TransactionID(high: 7, low: .max)
            let view = try MessageView(MessageBuilder(kind, method, id: id).finish())
            #expect(view.kind == kind)
            #expect(view.method == method)
            #expect(view.id == id)
        }
    }

    /// RFC 8656 §17: the types that captures show.
    @Test func `well-known types have their known bytes`() {
        let id = TransactionID(high: 0, low: 0)
        func type(_ kind: MessageClass, _ method: STUN.Method) -> [UInt8] {
            Array(MessageBuilder(kind, method, id: id).finish()[..<2])
        }
        #expect(type(.request, .allocate) == [0x00, 0x03])
        #expect(type(.error, .allocate) == [0x01, 0x13])
        #expect(type(.indication, .send) == [0x00, 0x16])
        #expect(type(.indication, .data) == [0x00, 0x17])
        #expect(type(.success, .channelBind) == [0x01, 0x09])
        #expect(type(.success, .createPermission) == [0x01, 0x08])
    }

    @Test(arguments: 0...9)
    func `values of every length are padded to four bytes`(length: Int) throws {
        let value = (0..<length).map { UInt8($0 + 1) }
        var builder = MessageBuilder(.indication, .send, id: TransactionID(high: 0, low: 0))
        builder.add(.data, value)
        builder.add(.lifetime, UInt32(600))
        let bytes = builder.finish(fingerprint: true)
        #expect(bytes.count == 20 + 4 + (length + 3) / 4 * 4 + 8 + 8)
        let view = try MessageView(bytes)
        #expect(view.value(of: .data).map(Array.init) == value)
        #expect(view.lifetime == 600)
    }

    @Test(arguments: ["0.0.0.0", "255.255.255.255", "10.1.2.3", "::", "2001:db8::1", "fe80::ffff"])
    func `addresses survive, plain and XORed`(text: String) throws {
        let address = TransportAddress(IPAddress(text)!, port: 65_535)
        let types: [AttributeType] = [
            .mappedAddress, .xorMappedAddress, .xorPeerAddress, .xorRelayedAddress,
            .alternateServer,
        ]
        for type in types {
            var builder = MessageBuilder(
                .success, .binding, id: TransactionID(high: 0xDEAD_BEEF, low: 42))
            builder.add(type, address)
            #expect(try MessageView(builder.finish()).address(of: type) == address)
        }
    }

    @Test(arguments: [300, 400, 401, 403, 420, 437, 438, 440, 441, 442, 443, 486, 487, 500, 508])
    func `error codes survive with their phrase`(number: UInt16) throws {
        let error = ErrorCode(rawValue: number)
        #expect(error.reasonPhrase.utf8CodeUnitCount > 0)
        var builder = MessageBuilder(.error, .allocate, id: TransactionID(high: 0, low: 0))
        builder.add(error)
        let view = try MessageView(builder.finish())
        #expect(view.errorCode == error)
        let phrase = view.value(of: .errorCode).map {
            String(decoding: $0.dropFirst(4), as: UTF8.self)
        }
        #expect("\(number) \(phrase ?? "")" == error.description)
    }

    @Test func `channel number and transport stand in the upper bytes`() throws {
        var builder = MessageBuilder(.request, .channelBind, id: TransactionID(high: 0, low: 0))
        builder.add(channelNumber: 0x4001)
        builder.add(requestedTransport: 17)
        let bytes = builder.finish()
        #expect(Array(bytes[20...]) == [0, 0x0C, 0, 4, 0x40, 1, 0, 0, 0, 0x19, 0, 4, 17, 0, 0, 0])
        let view = try MessageView(bytes)
        #expect(view.channelNumber == 0x4001)
        #expect(view.requestedTransport == 17)
    }

    @Test func `identifiers of one stream differ and repeat with the stream`() {
        let name = StreamName(
            seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0)
        var stream = RandomStream(name)
        let first = (0..<1000).map { _ in TransactionID(using: &stream) }
        stream = RandomStream(name)
        #expect(first == (0..<1000).map { _ in TransactionID(using: &stream) })
        #expect(Set(first).count == 1000)
    }

    @Test func `a message beyond the limit is a bug of ours`() async {
        await #expect(processExitsWith: .failure) {
            var builder = MessageBuilder(.indication, .send, id: TransactionID(high: 0, low: 0))
            builder.add(.data, [UInt8](repeating: 0, count: 65_530))
            _ = builder.finish()
        }
    }

    /// Every kind of attribute whose writing could leave a byte of what was there before.
    private static func build(reusing bytes: consuming [UInt8]) -> [UInt8] {
        var builder = MessageBuilder(
            .error, .allocate, id: TransactionID(high: 1, low: 2), reusing: bytes)
        for length in 0...5 { builder.add(.data, [UInt8](repeating: 7, count: length)) }
        builder.add(.useCandidate)
        builder.add(.unknownAttribute)
        builder.add(.xorMappedAddress, TransportAddress(IPAddress(v4: 0x0A00_0001), port: 9))
        builder.add(
            .xorPeerAddress, TransportAddress(IPAddress(v6High: 0x2001 << 48, low: 1), port: 9))
        builder.add(.iceControlled, 1 as UInt64)
        return builder.finish(
            integrity: IntegrityKey(shortTermPassword: "password"), fingerprint: true)
    }

    @Test func `a message in reused storage is the same as in fresh one`() {
        let fresh = Self.build(reusing: [])
        for length in [1, 19, 20, 21, fresh.count - 1, fresh.count, fresh.count + 1, 1000] {
            #expect(Self.build(reusing: [UInt8](repeating: 0xFF, count: length)) == fresh)
        }
    }

    @Test func `a message stays in the storage that it reuses where it fits`() {
        var bytes = [UInt8](repeating: 0xFF, count: 400)
        let place = bytes.withUnsafeBytes { $0.baseAddress }
        for _ in 0..<3 {
            bytes = Self.build(reusing: consume bytes)
            #expect(bytes.withUnsafeBytes { $0.baseAddress } == place)
        }
    }
}
