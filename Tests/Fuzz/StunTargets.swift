import Addressing
import Quantities
import RandomStreams
import STUN
import TURN

/// Messages as they are met: checks, requests, answers, errors, indications.
enum StunCorpus {
    static let key = IntegrityKey(shortTermPassword: "a password of two dozen!")
    static let peers = [
        TransportAddress(IPAddress(v4: 0xCB00_7101), port: 5000),
        TransportAddress(IPAddress("2001:db8::5")!, port: 5001),
    ]

    /// Every attribute that the codec knows, and some that it does not.
    static let types: [UInt16] = [
        0x0001, 0x0003, 0x0006, 0x0008, 0x0009, 0x000A, 0x000C, 0x000D, 0x0012, 0x0013, 0x0014,
        0x0015, 0x0016, 0x0017, 0x0018, 0x0019, 0x001A, 0x001C, 0x001E, 0x0020, 0x0022, 0x0024,
        0x0025, 0x0026, 0x0027, 0x002A, 0x7FFF, 0x8000, 0x8001, 0x8002, 0x8003, 0x8004, 0x8022,
        0x8023, 0x8028, 0x8029, 0x802A, 0x802B, 0x802C, 0xFFFF,
    ]

    /// Appends an attribute of the right or a wrong size to what `builder` has.
    static func addAttribute(_ mutator: inout Mutator, _ builder: inout MessageBuilder) {
        let type = AttributeType(rawValue: mutator.any(of: types))
        switch mutator.below(6) {
        case 0: builder.add(type, mutator.any(of: peers))
        case 1: builder.add(type, UInt32(truncatingIfNeeded: mutator.stream.nextUInt64()))
        case 2: builder.add(type, mutator.stream.nextUInt64())
        case 3: builder.add(type)
        case 4: builder.add(type, mutator.bytes(mutator.below(mutator.any(of: [3, 30, 900]))))
        default: builder.add(channelNumber: UInt16(0x3FF0 + mutator.below(0x1020)))
        }
    }

    /// A message of any kind, well-formed as a whole.
    static func message(_ mutator: inout Mutator) -> [UInt8] {
        let kind = MessageClass(rawValue: UInt8(mutator.below(4)))!
        var builder = MessageBuilder(
            kind, Method(rawValue: UInt16(mutator.below(16))),
            id: TransactionID(using: &mutator.stream))
        for _ in 0..<mutator.below(8) { addAttribute(&mutator, &builder) }
        if mutator.chance(0.2) { builder.add(.tryAlternate) }
        let hasFingerprint = mutator.chance(0.5)
        return mutator.chance(0.5)
            ? builder.finish(integrity: key, fingerprint: hasFingerprint)
            : builder.finish(fingerprint: hasFingerprint)
    }

    static let messages: [[UInt8]] = {
        var mutator = Mutator(stream: Target.stream(0, 0, 0))
        return (0..<200).map { _ in message(&mutator) }
    }()
}

/// Reads all that a message has; nothing may be read beside it.
private func readEverything(of view: MessageView) {
    for raw in StunCorpus.types {
        let type = AttributeType(rawValue: raw)
        if let range = view.range(of: type) {
            demand(
                range.lowerBound >= Header.byteCount && range.upperBound <= view.bytes.count,
                "an attribute lies beside its message")
        }
        _ = (view.value(of: type), view.text(of: type), view.number32(of: type))
        _ = view.number64(of: type)
    }
    let addresses: [AttributeType] = [
        .mappedAddress, .xorMappedAddress, .xorPeerAddress, .xorRelayedAddress, .alternateServer,
        .responseOrigin, .otherAddress,
    ]
    for type in addresses {
        _ = view.address(of: type)
        demand(view.addresses(of: type, limit: 5).count <= 5, "more addresses than asked for")
    }
    _ = (view.kind, view.method, view.id, view.errorCode, view.priority, view.lifetime)
    _ = (view.channelNumber, view.requestedTransport, view.mappedAddress)
    _ = view.isAuthentic(under: StunCorpus.key)
    for index in 0..<view.unknownRequiredCount { _ = view.unknownRequired(at: index) }
    var answer = MessageBuilder(.error, answering: view)
    answer.add(.unknownAttribute)
    answer.add(unknownAttributesOf: view)
    demand((try? MessageView(answer.finish())) != nil, "an answer that cannot be read")
}

func stunTargets() -> [Target] {
    [
        Target("stun", corpus: StunCorpus.messages) { input in
            if let view = try? MessageView(input) { readEverything(of: view) }
        },
        Target("stun-attributes") { mutator in
            let input = StunCorpus.message(&mutator)
            Evidence.note(input)
            if let view = try? MessageView(input) { readEverything(of: view) }
        },
        Target("channel-data", corpus: [[0x40, 0, 0, 4, 1, 2, 3, 4], [0x4F, 0xFF, 0, 0]]) { input in
            for transport in [TransportProtocol.udp, .tcp] {
                input.withUnsafeBytes { bytes in
                    let length = ChannelData.dataByteCount(
                        in: bytes, channel: 0x4000, over: transport)
                    demand(length ?? 0 <= max(0, input.count - 4), "more data than there is")
                }
            }
        },
        Target("stream-frames") { mutator in
            var frames = StreamFrames()
            var stream: [UInt8] = []
            for _ in 0..<mutator.below(6) {
                stream +=
                    mutator.chance(0.8)
                    ? mutator.any(of: StunCorpus.messages) : [0x40, 1, 0, 2, 9, 9, 0, 0]
            }
            stream = mutator.input(from: [stream + [0x40]])
            Evidence.note(stream)
            var taken = 0
            var rest = stream[...]
            do throws(StreamFrames.Broken) {
                while !rest.isEmpty {
                    let piece = rest.prefix(1 + mutator.below(mutator.any(of: [3, 100, 5000])))
                    try frames.append(piece)
                    rest = rest.dropFirst(piece.count)
                    while let frame = try frames.next() { taken += frame.count }
                }
            } catch {}
            demand(taken <= stream.count, "more frames than bytes")
        },
    ]
}
