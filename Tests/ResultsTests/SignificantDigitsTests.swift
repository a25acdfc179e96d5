import Results
import Testing

@Suite struct SignificantDigitsTests {
    @Test(arguments: [
        (SignificantDigits.judged, 0.000123456, "0.000123"), (.judged, -98.76, "-98.8"),
        (.judged, 999.6, "1000"), (.judged, 123_456, "123000"), (.compared, 123_456, "123500"),
        (.compared, 12, "12"), (.compared, 0.5, "0.5"), (.stored, 3.14159265, "3.14159"),
        (.compared, 0, "0"), (.compared, -0.0, "0"), (.compared, 1e-300, "1e-300"),
        (.compared, 1.23456e20, "1.235e+20"), (.compared, .infinity, "inf"),
        (.judged, .nan, "nan"),
    ])
    func `so many digits are kept and no more`(
        digits: SignificantDigits, value: Double, text: String
    ) {
        #expect(digits.text(value) == text)
    }

    @Test func `rounding again changes nothing, and never by more than half a digit`() {
        var value = 1e-15
        while value < 1e20 {
            let rounded = SignificantDigits.stored.rounded(value)
            #expect(SignificantDigits.stored.rounded(rounded) == rounded)
            #expect(abs(rounded - value) <= 0.5000001e-5 * value)
            value *= 7.31
        }
    }
}
