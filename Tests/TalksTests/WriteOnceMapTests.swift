import Talks
import Testing

@Suite("What is computed once and shared")
struct WriteOnceMapTests {
    @Test("a value is computed when first asked for, and never again")
    func computesOnce() {
        let squares = WriteOnceMap<Int, Int>()
        var computed = 0
        // More keys than chains, so that some share one.
        for _ in 0..<3 {
            for key in 0..<500 {
                let square = squares.value(of: key) {
                    computed += 1
                    return key * key
                }
                #expect(square == key * key)
            }
        }
        #expect(computed == 500)
    }

    @Test("threads that ask at the same time get the same object")
    func agrees() async {
        final class Finding: Sendable {}
        let findings = WriteOnceMap<Int, Finding>()
        let seen = await withTaskGroup(of: [ObjectIdentifier].self) { group in
            for _ in 0..<8 {
                group.addTask {
                    (0..<2000).map { key in
                        ObjectIdentifier(findings.value(of: key) { Finding() })
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(seen.count == 8)
        #expect(Set(seen).count == 1)
        #expect(Set(seen[0]).count == 2000)
    }
}
