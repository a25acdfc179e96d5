import Foundation
import Results
import Testing

@Suite struct JSONTests {
    @Test(
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.integer(-7), "-7"),
            (.unsigned(.max), "18446744073709551615"), (.number(0.1), "0.1"), (.number(3), "3"),
            (.number(-0.0), "0"), (.number(1e-7), "1e-07"), (.number(.infinity), "null"),
            (.number(.nan), "null"), (.string("a\"\\\n\u{1}é"), #""a\"\\\n\u0001é""#),
            (.array([]), "[]"), (.object([]), "{}"),
            (
                .object([.init("b", .integer(1)), .init("a", .array([.null]))]),
                #"{"b": 1, "a": [null]}"#
            ),
        ] as [(JSONValue, String)])
    func `values have one text`(value: JSONValue, text: String) {
        #expect(value.compactText() == text)
        #expect(value.text() == text + "\n")
    }

    @Test func `numbers read back as the same 64 bits`() throws {
        var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<5000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            let read = try JSONReader.read(Array(JSONValue.number(number).text().utf8))
            #expect(read.number == number)
        }
    }

    @Test func `a wide value is broken into lines and another reader understands it`() throws {
        let value = JSONValue.object(
            (0..<30).map { .init("key \($0)", .array([.integer($0), .string("x")])) })
        let text = value.text()
        #expect(text.split(separator: "\n").count == 32)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
        let other = try JSONSerialization.jsonObject(with: Data(text.utf8))
        #expect((other as? [String: Any])?.count == 30)
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(
        arguments: [
            (
                #" [1, -0.5e3 , true,null] "#,
                .array([.integer(1), .number(-500), .bool(true), .null])
            ),
            (#""é😀\/""#, .string("é😀/")),
            ("18446744073709551616", .number(18_446_744_073_709_551_616)),
        ] as [(String, JSONValue)])
    func `texts are read`(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(
        arguments: [
            ("", 1, 1, .unexpectedEnd), ("[1,", 1, 4, .unexpectedEnd),
            ("[1 2]", 1, 4, .unexpectedByte(0x32)), ("{\n\"a\": tru}", 2, 9, .unexpectedByte(0x7D)),
            ("01", 1, 3, .malformedNumber), ("-", 1, 2, .malformedNumber),
            ("1e999", 1, 6, .malformedNumber), (#""\ud800""#, 1, 8, .malformedEscape),
            (#""\x""#, 1, 4, .malformedEscape), ("\"\n\"", 1, 2, .unexpectedByte(0x0A)),
            (#"{"a":1,"a":2}"#, 1, 11, .duplicateKey), ("1 1", 1, 3, .trailingBytes),
            (#"{"a":1,}"#, 1, 8, .unexpectedByte(0x7D)),
        ] as [(String, Int, Int, MalformedJSON.Reason)])
    func `what is no JSON is refused with its place`(
        text: String, line: Int, column: Int, reason: MalformedJSON.Reason
    ) {
        #expect(throws: MalformedJSON(line: line, column: column, reason: reason)) {
            try JSONReader.read(Array(text.utf8))
        }
    }

    @Test func `bytes that are not UTF-8 and endless nesting are refused`() {
        #expect(throws: MalformedJSON.self) { try JSONReader.read([0x22, 0xFF, 0x22]) }
        let deep = [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)
        #expect(throws: MalformedJSON.self) { try JSONReader.read(deep) }
    }

    @Test func `every truncation of a text is refused and none traps`() {
        let text = Array(#"{"a": [1.5e3, "x😀", {"b": null}], "c": -7.25, "d": false}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: MalformedJSON.self) { try JSONReader.read(Array(text[..<length])) }
        }
        for index in text.indices {
            for flip in 0..<8 {
                var altered = text
                altered[index] ^= 1 << flip
                _ = try? JSONReader.read(altered)
            }
        }
    }
}
