import Results
import Testing

@Suite struct BaselineDocumentTests {
    static let sample = BaselineDocument(
        scenario: "smoke",
        effectiveScenario: .object([.init("general", .object([.init("seed", .integer(1))]))]),
        seed: 1, fingerprints: ["aa", "bb", "cc"], error: 0.05, leastTickets: 50,
        margins: [.init("wait", relative: 0.05, absolute: 0.02)],
        cells: [
            .init(
                measure: "wait", group: "language=en", tickets: 120.5,
                values: [1.234_567_89, nil, 0])
        ],
        decisions: [.init(time: 1_500_000_000, tickets: [3, 7], steps: [1, 0])],
        history: [.init(reason: "first \"one\"", toolVersion: "0.1.0", fingerprint: "aa")])

    @Test func `what is written is read again`() throws {
        let text = Self.sample.text
        let read = try BaselineDocument(reading: Array(text.utf8))
        #expect(read.text == text, "canonical")
        #expect(read.cells[0].values == [1.23457, nil, 0], "six digits")
        #expect(read.decisions == Self.sample.decisions)
        #expect(read.history == Self.sample.history)
        #expect(read.margins == Self.sample.margins)
        #expect(read.fingerprints == Self.sample.fingerprints)
        #expect(read.effectiveScenario == Self.sample.effectiveScenario)
    }

    @Test func `each cell has a line of its own, so that files can be merged`() {
        let lines = Self.sample.text.split(separator: "\n")
        #expect(lines.count { $0.contains("\"language=en\"") } == 1)
        #expect(lines.count { $0.contains("1500000000") } == 1)
    }

    @Test(arguments: [
        ("\"error\": 0.05", "\"error\": 1.5", "error"),
        ("1.23457, null, 0", "1.23457, null", "cells[0]"),
        ("[1500000000, 3, 7, 1, 0]", "[1500000000, 3, -7, 1, 0]", "decisions[0]"),
        ("\"relative\": 0.05", "\"relative\": -1", "margins[0]"),
        ("\"seed\": 1,", "\"seed\": \"1\",", "seed"),
    ])
    func `what is wrong is told by its place`(right: String, wrong: String, path: String) throws {
        let text = Self.sample.text
        try #require(text.contains(right))
        let damaged = Array(text.replacing(right, with: wrong).utf8)
        #expect {
            try BaselineDocument(reading: damaged)
        } throws: { error in
            guard case .unexpected(path, _) = error as? UnreadableDocument else { return false }
            return true
        }
    }

    @Test func `other files are refused`() {
        #expect(throws: UnreadableDocument.otherSchema(found: "voicesim.summary/1")) {
            try BaselineDocument(reading: Array("{\"schema\": \"voicesim.summary/1\"}".utf8))
        }
        #expect(throws: UnreadableDocument.otherSchema(found: nil)) {
            try BaselineDocument(reading: Array("[]".utf8))
        }
    }

    @Test func `damaged bytes never trap`() {
        let bytes = Array(Self.sample.text.utf8)
        for index in stride(from: 0, to: bytes.count, by: 7) {
            var damaged = bytes
            damaged[index] ^= 0x15
            _ = try? BaselineDocument(reading: damaged)
            _ = try? BaselineDocument(reading: Array(bytes[..<index]))
        }
    }
}
