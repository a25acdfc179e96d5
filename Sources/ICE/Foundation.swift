import TextFields

/// Groups candidates of the same type, base address, protocol and server (RFC 8445 §5.1.1.3):
/// 1 to 32 characters of `A-Z a-z 0-9 + /` (RFC 8839 §5.1), kept inline.
public struct Foundation: Hashable, Sendable, BitwiseCopyable {
    // ice-chars are never zero, so zero bytes pad and the length needs no field of its own.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Longest foundation in characters (RFC 8839 §5.1).
    @inlinable public static var longest: Int { 32 }

    /// The foundation spelt `bytes`; nil unless these are 1…32 ice-chars.
    public init?(bytes: some Collection<UInt8>) {
        guard (1...Self.longest).contains(bytes.count), bytes.allSatisfy(ICEText.isICEChar) else {
            return nil
        }
        for (index, byte) in bytes.enumerated() { set(byte, at: index) }
    }

    /// The foundation spelt `number` in decimal.
    init(number: UInt32) { write(number, at: 0) }

    /// That of peer-reflexive candidate `number` of a session: unlike every other
    /// (RFC 8445 §7.3.1.3).
    init(reflexive number: UInt32) {
        // "prflx", the first character in the lowest byte.
        words.0 = 0x78_6C66_7270
        write(number, at: 5)
    }

    /// Writes `number` in decimal from character `start` on.
    private mutating func write(_ number: UInt32, at start: Int) {
        let digits = DecimalDigits(number)
        for index in 0..<digits.count { set(digits[index], at: start + index) }
    }

    private mutating func set(_ byte: UInt8, at index: Int) {
        let bits = UInt64(byte) << UInt64(index % 8 * 8)
        switch index / 8 {
        case 0: words.0 |= bits
        case 1: words.1 |= bits
        case 2: words.2 |= bits
        default: words.3 |= bits
        }
    }

    /// Its characters.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        append(to: &result)
        return result
    }

    /// Appends its characters to `text`.
    func append(to text: inout [UInt8]) {
        for index in 0..<Self.longest {
            let byte = UInt8(truncatingIfNeeded: word(index / 8) >> UInt64(index % 8 * 8))
            if byte == 0 { return }
            text.append(byte)
        }
    }

    private func word(_ index: Int) -> UInt64 {
        switch index {
        case 0: words.0
        case 1: words.1
        case 2: words.2
        default: words.3
        }
    }

    /// Equal when spelt alike.
    public static func == (a: Foundation, b: Foundation) -> Bool { a.words == b.words }

    /// Feeds the characters to `hasher`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}

extension Foundation: CustomStringConvertible {
    /// Its characters.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
