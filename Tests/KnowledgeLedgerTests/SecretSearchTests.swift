import Testing

@testable import KnowledgeLedger

@Suite struct SecretSearchTests {
    /// Bytes that look like nothing.
    private static func noise(_ count: Int, seed: UInt64) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 40)
        }
    }

    private static func search(_ secrets: [[UInt8]]) -> SecretSearch {
        var search = SecretSearch()
        for (owner, secret) in secrets.enumerated() {
            secret.withUnsafeBytes { search.add($0, of: UInt32(owner)) }
        }
        return search
    }

    private static let key: [UInt8] = Array("foobarfoobarfoobar".utf8)

    @Test(arguments: [
        ("x foobarfoobarfoobar y", true), ("rfoobarfo obarfoo", true), ("foobarfo", true),
        ("oobarfoo", false), ("arfoobar", true), ("666f6f626172666f", true),
        ("key 666F6F626172666F6F62", true), ("666f6F6261", false),
        ("inline:Zm9vYmFyZm9vYmFyZm9vYmFy|2^20", true), ("Zm9vYmF", false), ("", false),
    ])
    func `a secret is found as it is, in hexadecimal and in base 64`(text: String, isThere: Bool) {
        let found = Self.search([Self.key]).owner(in: Array(text.utf8))
        #expect(found == (isThere ? 0 : nil))
    }

    @Test func `any fifteen bytes in a row of a secret are found, and it is known whose they are`()
    {
        let secrets = (0..<40).map { Self.noise(28 + $0 % 3, seed: UInt64($0)) }
        let search = Self.search(secrets)
        for (owner, secret) in secrets.enumerated() {
            for start in 0...(secret.count - 15) {
                let text = Self.noise(9, seed: 99) + secret[start..<start + 15]
                #expect(search.owner(in: text) == UInt32(owner))
            }
        }
    }

    @Test func `all whose secrets are in a text are told, until that is enough`() {
        let secrets = (0..<3).map { Self.noise(16, seed: UInt64($0)) }
        let search = Self.search(secrets)
        func owners(in text: [UInt8], atMost limit: Int) -> [UInt32] {
            var owners: [UInt32] = []
            text.withUnsafeBytes { bytes in
                search.forEachOwner(in: bytes) {
                    owners.append($0)
                    return owners.count < limit
                }
            }
            return owners
        }
        let text = secrets[2] + Self.noise(5, seed: 99) + secrets[0]
        #expect(owners(in: text, atMost: 100) == [2, 2, 0, 0])
        #expect(owners(in: text, atMost: 3) == [2, 2, 0])
        #expect(owners(in: Array(text.prefix(7)), atMost: 100) == [])
    }

    @Test func `what is like no secret is none`() {
        let search = Self.search((0..<500).map { Self.noise(30, seed: UInt64($0)) })
        #expect(search.owner(in: Self.noise(100_000, seed: 12_345)) == nil)
        #expect(SecretSearch().owner(in: Self.noise(100, seed: 1)) == nil)
        #expect(SecretSearch().pieceCount == 0 && search.pieceCount > 500 * 4)
    }

    @Test func `numbers in hexadecimal share no secret by chance`() {
        // Eight digits that are four bytes of the key, as one in 2³² numbers has them, and sixteen that are eight.
        let search = Self.search([Self.key])
        #expect(search.owner(in: Array("nonce 666f6f62 0123456789abcdef".utf8)) == nil)
        #expect(search.owner(in: Array("nonce 666f6f620123456789abcdef".utf8)) == nil)
        #expect(search.owner(in: Array("nonce 0123456789abcdef6f626172".utf8)) == nil)
        #expect(search.owner(in: Array("nonce 0123666f6f626172666f4567".utf8)) == 0)
        // Digits of two owners do not make one secret.
        let two = Self.search([Self.key, Array("abcdefghijklmnop".utf8)])
        #expect(two.owner(in: Array("666f6f6265666768".utf8)) == nil)
    }

    @Test func `a secret of seven bytes is not looked for`() async {
        await #expect(processExitsWith: .failure) {
            var search = SecretSearch()
            [1, 2, 3, 4, 5, 6, 7].map(UInt8.init).withUnsafeBytes { search.add($0, of: 0) }
        }
    }
}
