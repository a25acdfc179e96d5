/// Looks for secrets in bytes: as they are, in hexadecimal and in base 64.
///
/// It holds no secret but pieces of eight bytes, in disguise. Any of them counts, so that 15 bytes in a row of a
/// secret are always found; fewer than eight never are. Eight hexadecimal digits are four bytes of a secret only, which
/// nonces and other numbers in such digits have by chance: these count with the eight before or behind them.
public struct SecretSearch: Sendable {
    /// Words of the filter; 65,536 bits.
    private static let filterWords = 1024

    /// Whose each piece is.
    private var pieces: [UInt64: UInt32] = [:]
    /// By the upper bits of a piece, whether there can be one.
    private var filter: [UInt64] = []

    /// Looks for nothing.
    public init() {}

    /// How many pieces it looks for.
    public var pieceCount: Int { pieces.count }

    /// Looks for `secret` of `owner`, too. Whose a piece is that two have in common the first says.
    ///
    /// - Precondition: it has eight bytes or more.
    public mutating func add(_ secret: UnsafeRawBufferPointer, of owner: UInt32) {
        precondition(secret.count >= 8, "what is shorter than eight bytes is found anywhere")
        if filter.isEmpty { filter = Array(repeating: 0, count: Self.filterWords) }
        for start in stride(from: 0, through: secret.count - 8, by: 8) {
            add(Self.word(secret, start), owner)
        }
        add(Self.word(secret, secret.count - 8), owner)
        for start in stride(from: 0, through: secret.count - 4, by: 4) {
            add(Self.hexadecimal(secret, start, letters: UInt8(ascii: "a")), owner)
            add(Self.hexadecimal(secret, start, letters: UInt8(ascii: "A")), owner)
        }
        for start in stride(from: 0, through: secret.count - 6, by: 6) {
            add(Self.base64(secret, start), owner)
        }
    }

    private mutating func add(_ piece: UInt64, _ owner: UInt32) {
        let piece = Self.disguised(piece)
        filter[Int(piece >> 54)] |= 1 << (piece >> 48 & 63)
        if pieces[piece] == nil { pieces[piece] = owner }
    }

    /// Whose secret is in `bytes`; nil where none is.
    ///
    /// - Complexity: O(bytes).
    public func owner(in bytes: UnsafeRawBufferPointer) -> UInt32? {
        var first: UInt32?
        forEachOwner(in: bytes) {
            first = $0
            return false
        }
        return first
    }

    /// Calls `visit` with whose secrets are in `bytes`, in the order of the pieces and once for each, until it says false.
    ///
    /// - Complexity: O(bytes).
    public func forEachOwner(in bytes: UnsafeRawBufferPointer, _ visit: (UInt32) -> Bool) {
        guard !filter.isEmpty, bytes.count >= 8 else { return }
        filter.withUnsafeBufferPointer { filter in
            for start in 0...(bytes.count - 8) {
                let piece = Self.disguised(Self.word(bytes, start))
                guard filter[Int(piece >> 54)] >> (piece >> 48 & 63) & 1 != 0,
                    let owner = pieces[piece],
                    !Self.isHexadecimal(bytes, start) || isContinued(owner, in: bytes, start)
                else { continue }
                guard visit(owner) else { return }
            }
        }
    }

    /// Whose secret is in `bytes`; nil where none is.
    public func owner(in bytes: [UInt8]) -> UInt32? {
        bytes.withUnsafeBytes { owner(in: $0) }
    }

    /// Whether the eight bytes before `start`, or those behind the piece there, are of the same owner.
    private func isContinued(
        _ owner: UInt32, in bytes: UnsafeRawBufferPointer, _ start: Int
    ) -> Bool {
        [start - 8, start + 8].contains { other in
            other >= 0 && other + 8 <= bytes.count
                && pieces[Self.disguised(Self.word(bytes, other))] == owner
        }
    }

    private static func isHexadecimal(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> Bool {
        bytes[start..<start + 8].allSatisfy { byte in
            switch byte {
            case 48...57, 65...70, 97...102: true
            default: false
            }
        }
    }

    // MARK: Pieces

    /// One to one, and spread over all bits (the finaliser of MurmurHash3).
    private static func disguised(_ word: UInt64) -> UInt64 {
        var word = word ^ 0x5bd1_e995_9e37_79b9
        word = (word ^ word >> 33) &* 0xff51_afd7_ed55_8ccd
        word = (word ^ word >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return word ^ word >> 33
    }

    private static func word(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
    }

    /// The eight digits that four bytes from `start` on are written with.
    private static func hexadecimal(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, letters: UInt8
    ) -> UInt64 {
        (0..<8).reduce(0) { word, place in
            let byte = bytes[start + place / 2]
            let value = place % 2 == 0 ? byte >> 4 : byte & 15
            let digit = value < 10 ? UInt8(ascii: "0") + value : letters + value - 10
            return word | UInt64(digit) << UInt64(8 * place)
        }
    }

    /// The eight digits that six bytes from `start` on are written with (RFC 4648 §4).
    private static func base64(_ bytes: UnsafeRawBufferPointer, _ start: Int) -> UInt64 {
        let bits = (0..<6).reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[start + $1]) }
        return (0..<8).reduce(0) { word, place in
            let value = UInt8(bits >> UInt64(42 - 6 * place) & 63)
            let digit: UInt8 =
                switch value {
                case 0..<26: UInt8(ascii: "A") + value
                case 26..<52: UInt8(ascii: "a") + value - 26
                case 52..<62: UInt8(ascii: "0") + value - 52
                case 62: UInt8(ascii: "+")
                default: UInt8(ascii: "/")
                }
            return word | UInt64(digit) << UInt64(8 * place)
        }
    }
}
