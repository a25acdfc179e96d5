import Addressing
import Quantities
import STUN
import TURN
import Testing

/// NAT behaviour discovery (RFC 5780): who asks can have the answer come from elsewhere.
@Suite struct DiscoveryTests {
    static let alternate = TransportAddress(IPAddress(v4: 0xC633_6409), port: 3479)

    struct Row: Sendable {
        /// Where the request arrives, and the answer leaves: whether at the alternate address and
        /// port.
        var local: (address: Bool, port: Bool)
        var change: UInt32?
        var origin: (address: Bool, port: Bool)
    }

    /// Every place with every change.
    static let rows: [Row] = [(false, false), (false, true), (true, false), (true, true)].flatMap {
        local in
        [nil, 0, 2, 4, 6].map { change in
            Row(
                local: local, change: change,
                origin: (
                    local.0 != ((change ?? 0) & 4 != 0), local.1 != ((change ?? 0) & 2 != 0)
                ))
        }
    }

    private func place(_ place: (address: Bool, port: Bool)) -> TransportAddress {
        TransportAddress(
            place.address ? Self.alternate.ip : Exchange.serverIP,
            port: place.port ? Self.alternate.port : 3478)
    }

    private func request(_ requester: Requester, _ change: UInt32?) -> [UInt8] {
        var builder = MessageBuilder(.request, .binding, id: requester.freshID())
        if let change { builder.add(.changeRequest, change) }
        return builder.finish(fingerprint: true)
    }

    @Test(arguments: rows) func `the answer comes from where the request asks`(_ row: Row) throws {
        let requester = Requester { $0.alternate = Self.alternate }
        requester.server.handle(
            request(requester, row.change), from: requester.source, transport: .udp,
            to: place(row.local), at: .zero)
        let sent = requester.server.pollTransmit()
        let transmit = try #require(sent)
        #expect(transmit.source == place(row.origin))
        #expect(transmit.destination == requester.source)
        let answer = try MessageView(transmit.payload)
        #expect(answer.kind == .success && answer.mappedAddress == requester.source)
        #expect(answer.address(of: .responseOrigin) == place(row.origin))
        #expect(answer.address(of: .otherAddress) == place((!row.local.address, !row.local.port)))
    }

    @Test func `a server with one address answers CHANGE-REQUEST with 420`() throws {
        let requester = Requester()
        let answer = requester.view(requester.exchange(request(requester, 6)))
        #expect(answer?.errorCode == .unknownAttribute)
        #expect(answer?.value(of: .unknownAttributes).map(Array.init) == [0, 3])
        let plain = requester.view(requester.exchange(request(requester, nil)))
        #expect(plain?.has(.responseOrigin) == false && plain?.has(.otherAddress) == false)
    }

    @Test func `over a stream the answer cannot come from elsewhere`() {
        let requester = Requester { $0.alternate = Self.alternate }
        requester.transport = .tcp
        let answer = requester.view(requester.exchange(request(requester, 4)))
        #expect(answer?.errorCode == .unknownAttribute)
    }

    @Test func `nothing is allocated at the addresses for discovery`() {
        let requester = Requester { $0.alternate = Self.alternate }
        let bytes = MessageBuilder(.request, .allocate, id: requester.freshID()).finish()
        for place in [place((false, true)), place((true, false)), place((true, true))] {
            requester.server.handle(
                bytes, from: requester.source, transport: .udp, to: place, at: .zero)
        }
        requester.server.handle(
            [], from: requester.source, transport: .udp, to: Self.alternate, at: .zero)
        let sent = requester.server.pollTransmit()
        #expect(sent == nil)
        #expect(requester.server.counters.dropped(.unexpectedMessage) == 3)
        #expect(requester.server.counters.dropped(.notSTUN) == 1)
    }
}
