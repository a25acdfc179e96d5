import MediaSecurity
import Testing

/// Nothing that writes values out writes keys.
@Suite struct KeySecrecyTests {
    /// What a call might hold: the types themselves cannot be copied, so nothing can turn them into
    /// `Any`, which every way of printing asks for; what owns them can.
    private final class Owner {
        var keys: SRTPKeys?
        var session: SRTPSession
        var handshake: DTLSSession
        let certificate: Certificate

        init(_ profile: SRTPProfile, _ key: [UInt8]) throws {
            keys = makeKeys(profile, local: key, remote: key)
            session = try SRTPSession(keys: makeKeys(profile, local: key, remote: key))
            var certificates = stream(1)
            certificate = Certificate(randomness: &certificates)
            handshake = DTLSSession(
                DTLSConfiguration(
                    role: .client, remoteFingerprint: certificate.fingerprint,
                    firstTimeout: .seconds(1)),
                certificate: certificate, randomness: stream(2))
        }
    }

    @Test(arguments: SRTPProfile.allCases)
    func `no description, dump or mirror of an owner shows its keys`(
        profile: SRTPProfile
    ) throws {
        let key = (0..<profile.keyByteCount + profile.saltByteCount).map { UInt8(0xA1 + $0) }
        let owner = try Owner(profile, key)
        var text = String(describing: owner) + String(reflecting: owner) + "\(owner)"
        dump(owner, to: &text)
        for child in Mirror(reflecting: owner).children {
            text += "\(child.label ?? ""): \(child.value)"
            dump(child.value, to: &text)
        }
        #expect(text.contains("certificate"))
        for form in Self.writings(of: key) {
            #expect(!text.contains(form), "\(form)")
        }
    }

    /// Three bytes in a row, in the ways that bytes get written.
    private static func writings(of key: [UInt8]) -> [String] {
        (0..<key.count - 2).flatMap { start in
            let bytes = key[start..<start + 3]
            let hexadecimal = bytes.map { String($0, radix: 16) }
            return [
                bytes.map { "\($0)" }.joined(separator: ", "), hexadecimal.joined(),
                hexadecimal.joined().uppercased(), hexadecimal.joined(separator: ":"),
                hexadecimal.joined(separator: " "), hexadecimal.reversed().joined(),
            ]
        }
    }
}
