import Foundation
import Testing

@testable import LoadGenerator

@Suite struct TLSStreamTests {
    /// Two ends, and what each has read.
    private struct Ends: ~Copyable {
        var client: TLSStream
        var server: TLSStream
        var heard: (byClient: [UInt8], byServer: [UInt8]) = ([], [])
        /// Bytes that passed between them.
        var passed: [UInt8] = []

        init(authorities: String? = nil) throws {
            client = TLSStream(try .client(authorities: authorities), server: nil)
            server = TLSStream(.selfSigned(name: "test"))
        }

        /// Carries over what waits until nothing does, in pieces of `size` bytes.
        mutating func settle(size: Int = .max) throws(TLSFailure) {
            while true {
                let up = client.takeOutgoing()
                for piece in Self.pieces(up, size) {
                    heard.byServer += try Self.give(piece, to: &server)
                }
                let down = server.takeOutgoing()
                for piece in Self.pieces(down, size) {
                    heard.byClient += try Self.give(piece, to: &client)
                }
                passed += up + down
                if up.isEmpty, down.isEmpty { return }
            }
        }

        static func pieces(_ bytes: [UInt8], _ size: Int) -> [ArraySlice<UInt8>] {
            stride(from: 0, to: bytes.count, by: min(size, max(bytes.count, 1))).map {
                bytes[$0..<min($0 + min(size, bytes.count), bytes.count)]
            }
        }

        static func give(
            _ bytes: ArraySlice<UInt8>, to end: inout TLSStream
        ) throws(TLSFailure) -> [UInt8] {
            try bytes.withUnsafeBytes { bytes in
                Result { () throws(TLSFailure) in try end.receive(bytes) }
            }.get()
        }
    }

    private func send(_ bytes: [UInt8], from end: inout TLSStream) throws {
        try bytes.withUnsafeBytes { try end.send($0) }
    }

    @Test(arguments: [1, 7, 1000, Int.max])
    func `ends agree and read what the other wrote, however the network cuts it`(
        size: Int
    ) throws {
        var ends = try Ends()
        try ends.client.start()
        try ends.settle(size: size)
        let areEstablished = ends.client.isEstablished && ends.server.isEstablished
        #expect(areEstablished)
        let question = (0..<(size < 100 ? 2_000 : 40_000)).map {
            UInt8(truncatingIfNeeded: $0 &* 7)
        }
        try send(question, from: &ends.client)
        try send([1, 2, 3], from: &ends.server)
        try ends.settle(size: size)
        let heard = ends.heard
        #expect(heard.byServer == question && heard.byClient == [1, 2, 3])
        let shown = Data(ends.passed).range(of: Data(question.prefix(16))) != nil
        #expect(!shown, "what is written is not to be seen on the way")
    }

    @Test func `what is not TLS is refused, and so is a record that was changed`() throws {
        var server = TLSStream(.selfSigned(name: "test"))
        #expect(throws: TLSFailure.self) {
            _ = try Ends.give(ArraySlice("GET / HTTP/1.1\r\n\r\n".utf8), to: &server)
        }
        var ends = try Ends()
        try ends.client.start()
        try ends.settle()
        try send([1, 2, 3], from: &ends.client)
        var record = ends.client.takeOutgoing()
        record[record.count - 1] ^= 1
        #expect(throws: TLSFailure.self) { _ = try Ends.give(record[...], to: &ends.server) }
    }

    @Test func `a certificate that none of the authorities has signed is refused`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try Self.authority.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var ends = try Ends(authorities: path)
        try ends.client.start()
        let failure = #expect(throws: TLSFailure.self) { try ends.settle() }
        #expect(failure == .refused(reason: "self-signed certificate"))
    }

    @Test func `a file that is no certificate is named`() throws {
        for path in ["/nowhere", "/dev/null"] {
            let failure = #expect(throws: TLSFailure.self) {
                _ = try TLSContext.client(authorities: path)
            }
            guard case .unusableFile(path, let reason) = failure else {
                Issue.record("\(String(describing: failure))")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    /// A certificate of nobody's, on P-256, made with `openssl req -x509`.
    private static let authority = """
        -----BEGIN CERTIFICATE-----
        MIIBejCCAR+gAwIBAgIUWKv2q3HUVAFglvHucl4hywDW/KQwCgYIKoZIzj0EAwIw
        ETEPMA0GA1UEAwwGbm9ib2R5MCAXDTI2MTEyOTE4MTAwN1oYDzIxMjYxMTA1MTgx
        MDA3WjARMQ8wDQYDVQQDDAZub2JvZHkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
        AARcVn8EyqC0r9MeuopzDNN1TvhdUvOW+2QcgofCNid6s+eogbsM7KuRIcUkx8Uo
        HC8LwTNlq5r6MbVFmBLPbeU+o1MwUTAdBgNVHQ4EFgQUC9jMpG3ddZ7nFJzrwfkZ
        SNTrNeUwHwYDVR0jBBgwFoAUC9jMpG3ddZ7nFJzrwfkZSNTrNeUwDwYDVR0TAQH/
        BAUwAwEB/zAKBggqhkjOPQQDAgNJADBGAiEA+b4DkPqgRb/LrKkNeHgkjPC1IbY/
        qyzN4EKaqJh3Lo4CIQCMJG4rOUYhdxuplbeo1ip7AqjjwOVHosjgY36Ipg3JHQ==
        -----END CERTIFICATE-----
        """
}
