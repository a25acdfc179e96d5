import Testing
import TextFields

@Suite struct TextFieldsTests {
    private static func slice(_ text: String) -> ArraySlice<UInt8> {
        // Not at the array's start, as a line of a text is not.
        ("> " + text).utf8.map { $0 }.dropFirst(2)
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self)
    }

    @Test(arguments: [
        ("", [""]), ("a", ["a"]), ("a b", ["a", "b"]), (" a", ["", "a"]),
        ("a  b ", ["a", "", "b", ""]),
    ])
    func `a line is split at each space`(line: String, words: [String]) {
        #expect(Words.split(Self.slice(line)).map(Self.text) == words)
    }

    @Test func `a number is digits alone, and within its limit`() {
        #expect(Words.number(Self.slice("0")) == 0)
        #expect(Words.number(Self.slice("00000000000000000007")) == 7)
        #expect(Words.number(Self.slice("18446744073709551615")) == .max)
        #expect(Words.number(Self.slice("256"), limit: 256) == 256)
        #expect(Words.number(Self.slice("257"), limit: 256) == nil)
        for text in [
            "", "-1", "+1", "1 ", " 1", "1a", "0x1", "18446744073709551616", "99999999999999999999",
            "000000000000000000007",
        ] {
            #expect(Words.number(Self.slice(text)) == nil, "“\(text)”")
        }
    }

    @Test func `hexadecimal digits have their values, and no other character has one`() {
        for byte in UInt8.min...UInt8.max {
            let digit = Int(Self.text([byte]), radix: 16).map { UInt8($0) }
            #expect(Words.hexadecimalDigit(byte) == digit, "\(byte)")
        }
    }

    @Test func `spaces around a text are taken away, and none within`() {
        #expect(Self.text(Words.trim(Self.slice("  a b "))) == "a b")
        #expect(Words.trim(Self.slice("   ")).isEmpty && Words.trim(Self.slice("")).isEmpty)
    }

    @Test func `words are told apart by each byte, and by case where it counts`() {
        #expect("typ" ~= Spelling(Self.slice("typ")))
        for text in ["", "ty", "typ ", "Typ", "tyq", "typtyp"] {
            #expect(!("typ" ~= Spelling(Self.slice(text))), "“\(text)”")
        }
        #expect(Spelling(Self.slice("Opus/48000/2")).equalsIgnoringCase("opus/48000/2"))
        // What differs from a letter or figure in the bit of the case alone is another character.
        #expect(!Spelling(Self.slice("OPUS\u{f}48000")).equalsIgnoringCase("opus/48000"))
        #expect(!Spelling(Self.slice("@")).equalsIgnoringCase("`"))
    }

    @Test(arguments: [0, 9, 10, 65535, 4_294_967_295, 10_000_000_000_000_000_000, UInt64.max])
    func `digits are those of the number`(number: UInt64) {
        var text = Array("n=".utf8)
        DecimalDigits.append(number, to: &text)
        #expect(Self.text(text) == "n=\(number)")
        let digits = DecimalDigits(number)
        #expect(digits.count == "\(number)".count && digits[0] == Array("\(number)".utf8)[0])
        #expect(Words.number(text.dropFirst(2)) == number)
    }
}
