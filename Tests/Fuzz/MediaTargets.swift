import MediaSecurity
import Quantities
import RTP
import RandomStreams

/// RTP with and without extension, contributors and padding.
private let packets: [[UInt8]] = {
    let plain: [UInt8] = [0x80, 111, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3]
    let opus: [UInt8] = [0x78] + Array(1...40)
    let oneByte: [UInt8] = [0xBE, 0xDE, 0, 2, 0x10, 0x85, 0x22, 1, 2, 3, 0, 0]
    let twoByte: [UInt8] = [0x10, 0, 0, 2, 1, 1, 0x85, 2, 3, 1, 2, 3]
    func with(_ bits: UInt8, _ more: [UInt8]) -> [UInt8] {
        [plain[0] | bits] + plain[1...] + more + opus
    }
    return [
        plain + opus, with(0x10, oneByte), with(0x10, twoByte), with(0x02, Array(0..<8)),
        with(0x20, []) + [0, 0, 3],
    ]
}()

/// Compounds: reports with blocks, descriptions, good-byes, feedback.
private let compounds: [[UInt8]] = {
    let receiver: [UInt8] = [0x81, 201, 0, 7] + [UInt8](repeating: 5, count: 28)
    let sender: [UInt8] = [0x81, 200, 0, 12] + [UInt8](repeating: 6, count: 48)
    let names: [UInt8] = [0x81, 202, 0, 3, 0, 0, 0, 1, 1, 3, 97, 98, 99, 0, 0, 0]
    let goodbye: [UInt8] = [0x81, 203, 0, 2, 0, 0, 0, 1, 2, 97, 98, 0]
    let feedback: [UInt8] = [0x81, 205, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 9, 0, 1]
    let application: [UInt8] = [0x80, 204, 0, 2, 0, 0, 0, 1, 65, 66, 67, 68]
    return [receiver + names, sender + names + goodbye, receiver + feedback, sender + application]
}()

private func readPacket(_ bytes: UnsafeRawBufferPointer) {
    guard let layout = try? PacketLayout(parsing: bytes) else { return }
    demand(layout.payload.upperBound <= bytes.count, "a payload beside its packet")
    for index in 0..<layout.contributorCount { _ = layout.contributor(index, of: bytes) }
    for element in HeaderExtensionElements(of: bytes, layout: layout) {
        demand(
            layout.extensionData.lowerBound <= element.data.lowerBound
                && element.data.upperBound <= layout.extensionData.upperBound,
            "an element beside its extension")
    }
    _ = SpeechPacketHead(bytes)
    readPayload(UnsafeRawBufferPointer(rebasing: bytes[layout.payload]))
}

private func readPayload(_ bytes: UnsafeRawBufferPointer) {
    if let framing = OpusFraming(bytes) { _ = framing.hasRedundancy(bytes) }
    if let payload = OpusPayload(bytes) { _ = payload.hasRedundancy(in: bytes) }
}

private func session(_ profile: SRTPProfile) -> SRTPSession? {
    let material = [UInt8](repeating: 7, count: profile.keyByteCount + profile.saltByteCount)
    return material.span.bytes.withUnsafeBytes { bytes in
        try? SRTPSession(keys: SRTPKeys(profile: profile, local: bytes, remote: bytes))
    }
}

/// Protected packets, as a corpus for who opens them.
private func protected(_ profile: SRTPProfile) -> [[UInt8]] {
    guard var session = session(profile) else { return [] }
    var all: [[UInt8]] = []
    for plain in packets {
        var packet = plain
        if (try? session.protect(&packet)) != nil { all.append(packet) }
    }
    return all + packets
}

private func protectedControl(_ profile: SRTPProfile) -> [[UInt8]] {
    guard var session = session(profile) else { return [] }
    var all: [[UInt8]] = []
    for plain in compounds {
        var packet = plain
        if (try? session.protectControl(&packet)) != nil { all.append(packet) }
    }
    return all + compounds
}

func mediaTargets() -> [Target] {
    [
        Target("rtp", corpus: packets) { input in input.withUnsafeBytes { readPacket($0) } },
        Target("rtcp", corpus: compounds) { input in
            input.withUnsafeBytes { bytes in
                _ = try? ControlReader.packets(in: bytes)
                guard let view = try? CompoundView(bytes, allowsReducedSize: true) else { return }
                for part in view { _ = part }
            }
        },
        Target("opus-payload", corpus: packets.map { Array($0[12...]) }) { input in
            input.withUnsafeBytes { readPayload($0) }
        },
    ]
        + [SRTPProfile.aeadAES128GCM, .aes128CMSHA1].flatMap { profile in
            [
                Target("srtp-\(profile)", corpus: protected(profile)) { input in
                    guard var session = session(profile) else { return }
                    var packet = input
                    try? session.unprotect(&packet)
                },
                Target("srtcp-\(profile)", corpus: protectedControl(profile)) { input in
                    guard var session = session(profile) else { return }
                    var packet = input
                    try? session.unprotectControl(&packet)
                },
            ]
        } + [dtls()]
}

/// One end of a handshake that gets flights of another, damaged.
private func dtls() -> Target {
    var stream = Target.stream(4, 0, 0)
    let certificates = [
        Certificate(randomness: &stream), Certificate(randomness: &stream),
    ]
    func end(_ number: Int) -> DTLSSession {
        DTLSSession(
            DTLSConfiguration(
                role: number == 0 ? .client : .server,
                remoteFingerprint: certificates[1 - number].fingerprint,
                firstTimeout: .milliseconds(50)),
            certificate: certificates[number], randomness: Target.stream(4, 0, UInt64(1 + number)))
    }
    func flights() -> [[[UInt8]]] {
        var sent: [[[UInt8]]] = [[], []]
        var client = end(0)
        var server = end(1)
        client.start(at: .zero)
        for _ in 0..<10 {
            while let datagram = client.pollTransmit() {
                sent[0].append(datagram)
                server.handle(datagram, at: .zero)
            }
            while let datagram = server.pollTransmit() {
                sent[1].append(datagram)
                client.handle(datagram, at: .zero)
            }
        }
        return sent
    }
    let sent = flights()
    demand(sent.allSatisfy { $0.count > 1 }, "a handshake has flights")
    return Target("dtls") { mutator in
        let number = mutator.below(2)
        var session = end(number)
        session.start(at: .zero)
        // Equal streams make equal flights, so the other end's fit until one is damaged.
        for datagram in sent[1 - number] {
            let input = mutator.chance(0.6) ? datagram : mutator.input(from: sent[0] + sent[1])
            Evidence.note(input)
            session.handle(input, at: .zero)
            while session.pollTransmit() != nil {}
        }
        session.handleTimeout(at: .zero + .seconds(1))
    }
}
