import Addressing
import Quantities
import STUN
import TURN
import Testing

@Suite struct ServerRequestTests {
    let peer = Exchange.peer(1)
    let other = Exchange.peer(2)

    @Test func `a stranger is told realm and nonce`() throws {
        let requester = Requester()
        let bytes = MessageBuilder(.request, .allocate, id: requester.freshID()).finish()
        let answer = try #require(requester.view(requester.exchange(bytes)))
        #expect(answer.kind == .error && answer.errorCode == .unauthenticated)
        #expect(answer.text(of: .realm) == "voice.example")
        #expect(answer.value(of: .nonce)?.count == 24)
        #expect(!answer.has(.messageIntegrity))
    }

    @Test func `nonces differ between clients and serve only their own`() throws {
        let requester = Requester()
        requester.learnNonce()
        let first = requester.nonce
        requester.source.port += 1
        requester.learnNonce()
        #expect(requester.nonce != first)
        requester.nonce = first
        #expect(requester.allocate()?.errorCode == .staleNonce)
        #expect(requester.server.counters.staleNonces == 1)
    }

    @Test func `a nonce serves for an hour`() throws {
        let requester = Requester()
        let allocated = requester.allocate { $0.add(.lifetime, UInt32(3600)) }
        #expect(allocated?.kind == .success)
        let old = requester.nonce
        requester.now = .zero + .seconds(3599)
        #expect(requester.refresh(lifetime: 3600)?.kind == .success)
        requester.now = .zero + .seconds(3600)
        let answer = try #require(requester.refresh(lifetime: 3600))
        #expect(answer.errorCode == .staleNonce)
        requester.nonce = Array(try #require(answer.value(of: .nonce)))
        #expect(requester.nonce != old)
        #expect(requester.refresh(lifetime: 3600)?.kind == .success)
    }

    @Test func `every altered nonce is stale`() {
        let requester = Requester()
        requester.learnNonce()
        let right = requester.nonce
        for index in right.indices {
            requester.nonce = right
            requester.nonce[index] = right[index] == 48 ? 49 : 48
            #expect(requester.allocate()?.errorCode == .staleNonce)
        }
        for wrong in [[], Array(right.dropLast()), right + [48], Array(right.map { $0 | 0x80 })] {
            requester.nonce = wrong
            let answer = requester.request(.allocate) { $0.add(requestedTransport: 17) }
            #expect(answer?.errorCode == .staleNonce)
        }
    }

    @Test func `an allocation answers with its address, lifetime and the client's address`() throws
    {
        let requester = Requester()
        let answer = try #require(requester.allocate())
        #expect(answer.kind == .success)
        #expect(answer.isAuthentic(under: requester.key))
        #expect(answer.address(of: .xorMappedAddress) == requester.source)
        #expect(answer.lifetime == 600)
        let relayed = try #require(answer.address(of: .xorRelayedAddress))
        #expect((49_152..<49_168).contains(relayed.port))
        #expect(requester.server.nextTimeout == .zero + .seconds(600))
    }

    @Test func `lifetimes stay between ten minutes and an hour`() {
        for (wanted, given) in [(1, 600), (599, 600), (1200, 1200), (3600, 3600), (90_000, 3600)] {
            let requester = Requester()
            let answer = requester.allocate { $0.add(.lifetime, UInt32(wanted)) }
            #expect(answer?.lifetime == UInt32(given))
            #expect(requester.refresh(lifetime: UInt32(wanted))?.lifetime == UInt32(given))
        }
    }

    @Test func `a retransmitted Allocate gets the same port, another one 437`() {
        let requester = Requester()
        let id = requester.freshID()
        let first = requester.allocate(id: id)
        requester.now = .zero + .seconds(5)
        let again = requester.allocate(id: id)
        #expect(again?.address(of: .xorRelayedAddress) == first?.address(of: .xorRelayedAddress))
        #expect(again?.lifetime == 595)
        #expect(requester.allocate()?.errorCode == .allocationMismatch)
        #expect(requester.server.allocationCount == 1)
        #expect(requester.server.counters.created == 1)
    }

    @Test func `the transport belongs to the identity of a client`() {
        let requester = Requester()
        #expect(requester.allocate()?.kind == .success)
        for transport in [TransportProtocol.tcp, .tls] {
            requester.transport = transport
            requester.nonce = []
            #expect(requester.refresh(lifetime: nil)?.errorCode != nil)
            #expect(requester.allocate()?.kind == .success)
        }
        #expect(requester.server.allocationCount == 3)
    }

    @Test func `Allocate requests are refused for the RFC's reasons`() {
        func code(_ fill: (inout MessageBuilder) -> Void) -> ErrorCode? {
            let requester = Requester()
            requester.learnNonce()
            return requester.request(.allocate, fill)?.errorCode
        }
        func family(_ number: UInt32) -> UInt32 { number << 24 }
        typealias Row = (expected: ErrorCode?, fill: (inout MessageBuilder) -> Void)
        let rows: [Row] = [
            (.addressFamilyNotSupported, { $0.add(.requestedAddressFamily, family(2)) }),
            (nil, { $0.add(.requestedAddressFamily, family(1)) }),
            (.insufficientCapacity, { $0.add(.reservationToken, UInt64(1)) }),
            (
                .badRequest,
                { builder in
                    builder.add(.reservationToken, UInt64(1))
                    builder.add(.evenPort, [0])
                }
            ),
            (nil, { $0.add(.evenPort, [0x80]) }),
            (nil, { $0.add(.evenPort, [0]) }),
            (nil, { $0.add(.dontFragment) }),
            (.badRequest, { $0.add(.additionalAddressFamily, family(1)) }),
            (nil, { $0.add(.additionalAddressFamily, family(2)) }),
            (
                .badRequest,
                { builder in
                    builder.add(.additionalAddressFamily, family(2))
                    builder.add(.requestedAddressFamily, family(1))
                }
            ),
            (.unknownAttribute, { $0.add(AttributeType(rawValue: 0x7777), [1]) }),
        ]
        for (index, row) in rows.enumerated() {
            let found = code { builder in
                builder.add(requestedTransport: 17)
                row.fill(&builder)
            }
            #expect(found == row.expected, "row \(index)")
        }
        let withoutTransport = code { _ in }
        #expect(withoutTransport == .badRequest)
        let tcp = code { $0.add(requestedTransport: 6) }
        #expect(tcp == .unsupportedTransportProtocol)
    }

    @Test func `even ports are even, and 508 when none is left`() throws {
        let requester = Requester(ports: 5)
        for expected in [true, true, true, false] {
            requester.source.port += 1
            requester.nonce = []
            let reply = requester.allocate { $0.add(.evenPort, [0]) }
            let answer = try #require(reply)
            if expected {
                #expect(try #require(answer.address(of: .xorRelayedAddress)).port & 1 == 0)
            } else {
                #expect(answer.errorCode == .insufficientCapacity)
            }
        }
        #expect(requester.server.counters.refused == 1)
    }

    @Test func `an IPv6 server gives IPv6 addresses only`() {
        let requester = Requester(address: IPAddress("2001:db8::1")!)
        requester.source = TransportAddress(IPAddress("2001:db8::2")!, port: 9)
        #expect(requester.allocate()?.errorCode == .addressFamilyNotSupported)
        let answer = requester.allocate { $0.add(.requestedAddressFamily, UInt32(2) << 24) }
        #expect(
            answer?.address(of: .xorRelayedAddress)?.ip == requester.server.configuration.address)
        #expect(requester.permit(peer)?.errorCode == .peerAddressFamilyMismatch)
        #expect(
            requester.permit(TransportAddress(IPAddress("2001:db8::9")!, port: 0))?.kind == .success
        )
    }

    @Test func `what has no allocation gets 437, another's user 441, an unknown method 400`() {
        let requester = Requester()
        requester.learnNonce()
        #expect(requester.refresh(lifetime: nil)?.errorCode == .allocationMismatch)
        #expect(requester.permit(peer)?.errorCode == .allocationMismatch)
        #expect(requester.bind(0x4000, to: peer)?.errorCode == .allocationMismatch)
        #expect(requester.allocate()?.kind == .success)
        #expect(requester.request(.connect) { _ in }?.errorCode == .badRequest)
        requester.credentials = Exchange.secret.credentials(for: "y", until: .zero + .hours(1))
        #expect(requester.refresh(lifetime: 0)?.errorCode == .wrongCredentials)
        #expect(requester.server.allocationCount == 1)
    }

    @Test func `a request signed but without name, realm or nonce gets 400`() {
        let requester = Requester()
        var builder = MessageBuilder(.request, .allocate, id: requester.freshID())
        builder.add(requestedTransport: 17)
        builder.add(.username, requester.credentials.username)
        let bytes = builder.finish(integrity: requester.key, fingerprint: true)
        let answer = requester.view(requester.exchange(bytes))
        #expect(answer?.errorCode == .badRequest)
        #expect(answer?.has(.fingerprint) == true, "who sends a fingerprint gets one")
    }

    @Test func `credentials must be valid when the allocation is made, not later`() {
        let requester = Requester()
        requester.credentials = Exchange.secret.credentials(for: "x", until: .zero + .seconds(60))
        #expect(requester.allocate()?.kind == .success)
        requester.now = .zero + .seconds(61)
        #expect(requester.refresh(lifetime: nil)?.kind == .success)
        requester.source.port += 1
        requester.nonce = []
        #expect(requester.allocate()?.errorCode == .unauthenticated)
    }

    @Test func `Binding needs no credentials`() throws {
        let requester = Requester()
        var builder = MessageBuilder(.request, .binding, id: requester.freshID())
        let plain = try #require(requester.view(requester.exchange(builder.finish())))
        #expect(plain.mappedAddress == requester.source)
        #expect(plain.kind == .success && !plain.has(.fingerprint))
        builder = MessageBuilder(.request, .binding, id: requester.freshID())
        builder.add(AttributeType(rawValue: 0x7000), [])
        let unknown = requester.view(requester.exchange(builder.finish(fingerprint: true)))
        #expect(unknown?.errorCode == .unknownAttribute)
        #expect(unknown?.value(of: .unknownAttributes).map(Array.init) == [0x70, 0])
    }

    @Test func `releasing twice is answered, the second time with 437`() {
        let requester = Requester()
        _ = requester.allocate()
        #expect(requester.refresh(lifetime: 0)?.lifetime == 0)
        #expect(requester.refresh(lifetime: 0)?.errorCode == .allocationMismatch)
        #expect(requester.server.takenPortCount == 0)
    }

    @Test func `allocations expire, unless they are refreshed`() {
        let requester = Requester()
        _ = requester.allocate()
        requester.now = .zero + .seconds(300)
        _ = requester.refresh(lifetime: nil)
        #expect(requester.server.nextTimeout == .zero + .seconds(900))
        requester.server.handleTimeout(at: .zero + .seconds(899))
        #expect(requester.server.allocationCount == 1)
        requester.server.handleTimeout(at: .zero + .seconds(900))
        #expect(requester.server.allocationCount == 0)
        #expect(requester.server.counters.expired == 1)
        #expect(requester.server.nextTimeout == nil)
    }
}
