import Addressing
import NIOCore
import Quantities
import TURN

/// The steps of a probe, one after another.
struct ProbeRun {
    typealias Signal = RelayClient.Signal
    typealias Peer = (channel: any Channel, address: TransportAddress)

    let probe: RelayProbe
    let sockets: ProbeSockets
    private let loop: any EventLoop
    private var incoming: AsyncStream<Signal>.Iterator
    private let ticks: RepeatedTask
    private var findings: [RelayProbe.Finding] = []

    /// How long something asked for may take, in ticks of 50 ms: a lost datagram is repeated after
    /// half a second, so this allows for two.
    private static let patience = 60
    /// How long to listen for what must not come.
    private static let quiet = 6

    init(_ probe: RelayProbe, on loop: any EventLoop) {
        self.probe = probe
        self.loop = loop
        let (stream, continuation) = AsyncStream<Signal>.makeStream()
        incoming = stream.makeAsyncIterator()
        sockets = ProbeSockets(
            target: probe.target, loop: loop, clock: WallClock(), signals: continuation)
        ticks = loop.scheduleRepeatedTask(initialDelay: .milliseconds(50), delay: .milliseconds(50))
        { _ in continuation.yield(.tick) }
    }

    mutating func run(
        _ progress: (RelayProbe.Finding) -> Void
    ) async throws -> [RelayProbe.Finding] {
        defer { ticks.cancel() }
        func tell() { if let last = findings.last { progress(last) } }
        try await checkWrongPassword()
        tell()
        let client = try await sockets.openClient(
            1, credentials: probe.target.credentials(for: "probe"))
        guard let relayed = await allocate(client) else {
            tell()
            return findings
        }
        tell()
        let peer = try await sockets.openPeer(0, at: probe.target.local)
        await checkPermission(client, peer, relayed)
        tell()
        await exchange(client, peer, relayed, by: "Send and Data indications")
        tell()
        if probe.hasStranger {
            try await checkStranger(peer, relayed)
            tell()
        }
        await checkChannel(client, peer)
        tell()
        await exchange(client, peer, relayed, by: "ChannelData")
        tell()
        if probe.sendsOversized {
            await checkOversized(peer, relayed)
            tell()
        }
        try await checkRefresh(client)
        tell()
        await exchange(client, peer, relayed, by: "ChannelData after the refresh")
        tell()
        await checkRelease(client, peer, relayed)
        tell()
        try await client.eventLoop.submit { client.value.close() }.get()
        return findings
    }

    // MARK: Looking

    private mutating func note(_ step: String, _ isOK: Bool, _ detail: String) {
        findings.append(RelayProbe.Finding(step: step, detail: detail, isOK: isOK))
    }

    /// Hands over what comes until `take` gives something, or nil after `ticks`.
    private mutating func wait<Result>(
        ticks: Int = Self.patience, _ take: (Signal) -> Result?
    ) async -> Result? {
        var left = ticks
        while left > 0, let signal = await incoming.next() {
            if case .tick = signal { left -= 1 }
            if let result = take(signal) { return result }
        }
        return nil
    }

    private func act<Result: Sendable>(
        _ client: NIOLoopBound<RelayClient>,
        _ action: @escaping @Sendable (inout Client, SimTime) -> Result
    ) async -> Result? {
        try? await client.eventLoop.submit { client.value.act(action) }.get()
    }

    private func errorCodes(_ client: NIOLoopBound<RelayClient>) async -> [UInt16] {
        (try? await client.eventLoop.submit { client.value.errorCodes }.get()) ?? []
    }

    // MARK: Steps

    private mutating func checkWrongPassword() async throws {
        var credentials = probe.target.credentials(for: "probe")
        credentials.password += "x"
        let client = try await sockets.openClient(0, credentials: credentials)
        _ = await act(client) { $0.allocate(at: $1) }
        let failure: ClientFailure? = await wait { signal in
            if case .event(.failed(let failure)) = signal { failure } else { nil }
        }
        let codes = await errorCodes(client)
        note(
            "wrong password", failure == .refused(.unauthenticated) && codes == [401, 401],
            "answers \(codes), then given up")
        try await client.eventLoop.submit { client.value.close() }.get()
    }

    private mutating func allocate(_ client: NIOLoopBound<RelayClient>) async -> TransportAddress? {
        let event: ClientEvent? = await {
            _ = await act(client) { $0.allocate(at: $1) }
            return await wait { signal in
                if case .event(let event) = signal { event } else { nil }
            }
        }()
        let local = try? await client.eventLoop.submit { client.value.local }.get()
        let codes = await errorCodes(client)
        guard case .allocated(let relayed, let mapped) = event else {
            note("Allocate", false, "answers \(codes), then \(event.map { "\($0)" } ?? "nothing")")
            return nil
        }
        note(
            "Allocate", mapped == local && codes == [401],
            "challenged \(codes), relayed \(relayed), mapped \(mapped)")
        return relayed
    }

    private mutating func checkPermission(
        _ client: NIOLoopBound<RelayClient>, _ peer: Peer, _ relayed: TransportAddress
    ) async {
        // Without permission nothing may come through.
        send(0, from: peer, to: relayed)
        let early: Bool? = await wait(ticks: Self.quiet) { signal in
            if case .data = signal { true } else { nil }
        }
        let ip = peer.address.ip
        _ = await act(client) { $0.permit(ip, at: $1) }
        let event: ClientEvent? = await wait { signal in
            if case .event(let event) = signal { event } else { nil }
        }
        note(
            "CreatePermission", early == nil && event == .permissionsInstalled([ip]),
            "nothing passed before it; then \(ip) is let through")
    }

    private mutating func checkStranger(_ peer: Peer, _ relayed: TransportAddress) async throws {
        let other = IPAddress(v4: 0x7F00_0002)
        let stranger = try await sockets.openPeer(1, at: other)
        for number in 0..<8 { send(number, from: stranger, to: relayed) }
        let passed: Bool? = await wait(ticks: Self.quiet) { signal in
            if case .data = signal { true } else { nil }
        }
        note("no permission", passed == nil, "8 datagrams from \(stranger.address) did not pass")
        stranger.channel.close(promise: nil)
    }

    /// The longest datagram there is has no room for a header before it.
    private mutating func checkOversized(_ peer: Peer, _ relayed: TransportAddress) async {
        let bytes = [UInt8](repeating: 1, count: DatagramLoop.longestDatagram)
        send(bytes, from: peer, to: relayed)
        let passed: Bool? = await wait(ticks: Self.quiet) { signal in
            switch signal {
            case .data, .rejected: true
            default: nil
            }
        }
        note(
            "too long", passed == nil,
            "a datagram of \(bytes.count) bytes \(passed == nil ? "did not pass" : "passed, cut off")"
        )
    }

    private mutating func checkChannel(
        _ client: NIOLoopBound<RelayClient>, _ peer: Peer
    ) async {
        let address = peer.address
        _ = await act(client) { $0.bindChannel(to: address, at: $1) }
        let event: ClientEvent? = await wait { signal in
            if case .event(let event) = signal { event } else { nil }
        }
        let number = await act(client) { client, _ in client.channel(to: address) }
        note(
            "ChannelBind", event == .channelBound(to: address),
            "channel \(number?.map { String($0, radix: 16) } ?? "none") to \(address)")
    }

    /// The client's clock leaps 9.5 minutes: allocation, permission and channel are refreshed.
    private mutating func checkRefresh(_ client: NIOLoopBound<RelayClient>) async throws {
        if probe.staleAfter > 0 {
            let enough = Int(probe.staleAfter) * 20
            _ = await wait(ticks: enough) { _ in nil as Bool? }
        }
        let before = await errorCodes(client).count
        let end = await expiry(client)
        try await client.eventLoop.submit { client.value.skip(.seconds(570)) }.get()
        var later = await expiry(client)
        for _ in 0..<Self.patience where later == end {
            _ = await wait(ticks: 1) { _ in nil as Bool? }
            later = await expiry(client)
        }
        let codes = Array(await errorCodes(client).dropFirst(before))
        let isStale = probe.staleAfter > 0
        let gained = (later ?? .zero) - (end ?? .zero)
        note(
            isStale ? "Refresh with a stale nonce" : "Refresh",
            gained >= .seconds(500) && codes.allSatisfy { $0 == 438 } && codes.isEmpty != isStale,
            "lives \(Int(gained.seconds)) s longer; answers \(codes)")
    }

    private func expiry(_ client: NIOLoopBound<RelayClient>) async -> SimTime? {
        let state = try? await client.eventLoop.submit { client.value.machine.state }.get()
        if case .allocated(_, _, let expiry) = state { return expiry }
        return nil
    }

    private mutating func checkRelease(
        _ client: NIOLoopBound<RelayClient>, _ peer: Peer, _ relayed: TransportAddress
    ) async {
        _ = await act(client) { $0.release(at: $1) }
        let event: ClientEvent? = await wait { signal in
            if case .event(let event) = signal { event } else { nil }
        }
        // A server may take a moment to tear down what it has already called released (coturn does).
        var goesOn = 0
        while goesOn < Self.patience {
            send(0, from: peer, to: relayed)
            let passed: Bool? = await wait(ticks: Self.quiet) { signal in
                switch signal {
                case .data, .rejected: true
                default: nil
                }
            }
            if passed == nil { break }
            _ = await wait(ticks: 1) { _ in nil as Bool? }
            goesOn += 1
        }
        note(
            "release", event == .released && goesOn < Self.patience,
            "\(event.map { "\($0)" } ?? "no answer"); nothing passes \(goesOn * 50) ms later")
    }

    // MARK: Data

    /// Datagrams of all lengths up to what a path carries, both ways, every byte compared.
    private mutating func exchange(
        _ client: NIOLoopBound<RelayClient>, _ peer: Peer, _ relayed: TransportAddress,
        by way: String
    ) async {
        var toPeer = 0
        var toClient = 0
        var wrong = 0
        for number in 0..<probe.datagrams {
            let data = payload(number)
            let to = peer.address
            let outcome = await act(client) { $0.send(data, to: to, at: $1) }
            guard outcome == .sent else { continue }
            send(number, from: peer, to: relayed)
            var got = (false, false)
            let done: Bool? = await wait(ticks: 20) { signal in
                switch signal {
                case .peer(0, let source, let bytes):
                    if source == relayed, bytes == data { got.0 = true } else { wrong += 1 }
                case .data(let source, let bytes):
                    if source == to, bytes == data { got.1 = true } else { wrong += 1 }
                default: break
                }
                return got == (true, true) ? true : nil
            }
            _ = done
            toPeer += got.0 ? 1 : 0
            toClient += got.1 ? 1 : 0
        }
        let all = probe.datagrams
        note(
            way, toPeer == all && toClient == all && wrong == 0,
            "\(toPeer)/\(all) to the peer, \(toClient)/\(all) to the client, \(wrong) wrong")
    }

    private func send(_ number: Int, from peer: Peer, to relayed: TransportAddress) {
        send(payload(number), from: peer, to: relayed)
    }

    private func send(_ bytes: [UInt8], from peer: Peer, to relayed: TransportAddress) {
        let data = peer.channel.allocator.buffer(bytes: bytes)
        peer.channel.writeAndFlush(
            AddressedEnvelope(remoteAddress: SocketAddress(relayed), data: data), promise: nil)
    }

    /// Lengths from 1 byte to the largest, every remainder of 4 among them (padding over TCP); the
    /// last is the largest.
    private func payload(_ number: Int) -> [UInt8] {
        let isLast = number == probe.datagrams - 1
        let step = probe.largest / 32 | 1
        let length = isLast ? probe.largest : 1 + number * step % probe.largest
        return (0..<length).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0 &* 7) }
    }
}
