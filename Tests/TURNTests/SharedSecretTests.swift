import Quantities
import STUN
import TURN
import Testing

@Suite struct SharedSecretTests {
    /// Computed with Python's hmac and base64: HMAC-SHA-1("north", "1433895918:voice").
    @Test func `credentials have the form that other servers check`() {
        let secret = SharedSecret("north".utf8, unixTimeAtStart: 1_433_892_318)
        let credentials = secret.credentials(for: "voice", until: .zero + .hours(1))
        #expect(credentials.username == "1433895918:voice")
        #expect(credentials.password == "TxFeNneg82LmoSg5cDoSPmAvomw=")
    }
}

@Suite struct StreamFramesTests {
    private let frames: [[UInt8]] = [
        MessageBuilder(.request, .binding, id: TransactionID(high: 1, low: 2)).finish(),
        [0x40, 0, 0, 3, 1, 2, 3, 0],
        [0x4F, 0xFF, 0, 0],
        MessageBuilder(.request, .allocate, id: TransactionID(high: 1, low: 3))
            .finish(fingerprint: true),
    ]

    @Test(arguments: 1...60)
    func `a stream gives its frames however it is cut`(step: Int) throws {
        let bytes = Array((frames + frames).joined())
        var reader = StreamFrames()
        var read: [[UInt8]] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            try reader.append(bytes[start..<min(start + step, bytes.count)])
            while let frame = try reader.next() { read.append(frame) }
        }
        #expect(read == frames + frames)
    }

    @Test func `a stream of something else is broken, and so is one that never ends`() throws {
        var reader = StreamFrames()
        try reader.append([0x16, 3, 1, 0])
        #expect(throws: StreamFrames.Broken.unknownFrame(firstByte: 0x16)) { try reader.next() }
        reader = StreamFrames()
        try reader.append([UInt8](repeating: 0, count: StreamFrames.maximumWaitingBytes))
        #expect(throws: StreamFrames.Broken.self) { try reader.append([0]) }
    }
}
