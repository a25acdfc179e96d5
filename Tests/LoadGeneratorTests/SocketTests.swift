import Addressing
import Glibc
import NIOCore
import Testing

@testable import LoadGenerator

@Suite struct SocketAddressTests {
    @Test(arguments: [
        "127.0.0.1", "0.0.0.0", "255.1.2.254", "2001:db8::1:ff00", "::1", "fe80::1234:5678",
    ])
    func `an address comes back from the sockets' form as it went`(text: String) throws {
        let address = TransportAddress(try #require(IPAddress(text)), port: 0x1234)
        #expect(TransportAddress(SocketAddress(address)) == address)
        #expect(SocketAddress(address).port == 0x1234)
    }

    @Test func `a path is no transport address`() throws {
        #expect(TransportAddress(try SocketAddress(unixDomainSocketPath: "/tmp/x")) == nil)
    }
}

@Suite struct BoundSocketTests {
    let anyPort = TransportAddress(IPAddress(v4: 0x7F00_0001), port: 0)

    @Test(arguments: [BoundSocket.Kind.datagram, .listening])
    func `a port that the host chose is told, and nobody else gets it`(
        kind: BoundSocket.Kind
    ) throws {
        let first = try BoundSocket(kind, at: anyPort)
        defer { first.close() }
        #expect(first.local.port != 0 && first.local.ip == anyPort.ip)
        #expect(throws: BoundSocket.Refusal(code: EADDRINUSE)) {
            try BoundSocket(kind, at: first.local)
        }
    }

    @Test(arguments: [BoundSocket.Kind.datagram, .listening])
    func `a port is shared by those who all say so`(kind: BoundSocket.Kind) throws {
        let first = try BoundSocket(kind, at: anyPort, sharesPort: true)
        defer { first.close() }
        let second = try BoundSocket(kind, at: first.local, sharesPort: true)
        defer { second.close() }
        #expect(second.local == first.local)
        #expect(throws: BoundSocket.Refusal(code: EADDRINUSE)) {
            try BoundSocket(kind, at: first.local)
        }
    }

    @Test func `an address that the host does not have is refused with the reason`() throws {
        let foreign = TransportAddress(IPAddress(v4: 0xC633_6401), port: 0)
        let refusal = #expect(throws: BoundSocket.Refusal.self) {
            try BoundSocket(.datagram, at: foreign)
        }
        #expect(refusal?.code == EADDRNOTAVAIL)
        #expect(refusal?.text.isEmpty == false)
    }
}
