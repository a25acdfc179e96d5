/// The text form of a SHA-256 certificate fingerprint, as in `a=fingerprint:sha-256 …`
/// (RFC 8122 §5).
public enum Fingerprint {
    /// Bytes of a SHA-256 digest.
    public static var byteCount: Int { 32 }

    /// `bytes` as upper-case pairs of hexadecimal digits between colons.
    public static func text(of bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 3)
        for byte in bytes {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text.append(digit(byte >> 4))
            text.append(digit(byte & 0xF))
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The 32 bytes that `text` names, in either case; nil unless it has exactly that form.
    public static func bytes(of text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count == byteCount * 3 - 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        for start in stride(from: 0, to: characters.count, by: 3) {
            guard let high = value(characters[start]), let low = value(characters[start + 1]),
                start + 2 == characters.count || characters[start + 2] == UInt8(ascii: ":")
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "A") + value - 10
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
