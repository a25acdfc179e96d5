/// The decimal digits of a number, as characters, the first one first.
public struct DecimalDigits: BitwiseCopyable, Sendable {
    private var characters = InlineArray<20, UInt8>(repeating: 0)
    private var start = 20

    /// The digits of `number`, without leading zeros; those of zero are one.
    public init(_ number: some UnsignedInteger) {
        var rest = UInt64(number)
        repeat {
            start -= 1
            characters[start] = 48 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    /// How many there are, 1 to 20.
    public var count: Int { 20 - start }

    /// The character at `index`, in 0..<``count``.
    public subscript(index: Int) -> UInt8 { characters[start + index] }

    /// Appends `number` in decimal to `text`.
    public static func append(_ number: some UnsignedInteger, to text: inout [UInt8]) {
        let digits = DecimalDigits(number)
        for index in 0..<digits.count { text.append(digits[index]) }
    }
}
