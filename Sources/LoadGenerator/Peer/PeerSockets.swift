import Addressing
import NIOCore
import TURN

/// One party's sockets: a UDP socket, which is its host candidate, and a connection to each server
/// that it reaches over TCP.
///
/// A class, because handlers and party share it; it lives on its event loop.
final class PeerSockets {
    /// What arrives: bytes, from where, and by what.
    typealias Receiver = ([UInt8], TransportAddress, TransportProtocol) -> Void

    let loop: any EventLoop
    /// The host candidate.
    let base: TransportAddress
    private let opening: SocketOpening
    private var datagrams: (any Channel)?
    private var connections: [TransportAddress: any Channel] = [:]
    /// Frames for servers whose connection is not there yet.
    private var waiting: [TransportAddress: [Transmit]] = [:]
    private let receiver: Receiver
    private var isClosed = false

    /// Frames that wait for a connection: an Allocate and its repetitions.
    private static let maximumWaiting = 16

    /// A party at `ip`; on its event loop.
    init(
        at ip: IPAddress, on loop: any EventLoop, receiver: @escaping Receiver
    ) throws(BoundSocket.Refusal) {
        let socket = try BoundSocket(.datagram, at: TransportAddress(ip, port: 0))
        self.loop = loop
        self.receiver = receiver
        base = socket.local
        opening = SocketOpening(loop: loop)
        let sockets = NIOLoopBound(self, eventLoop: loop)
        opening.datagrams(socket).whenSuccess { try? sockets.value.opened($0) }
    }

    private func opened(_ channel: any Channel) throws {
        guard !isClosed else { return channel.close(promise: nil) }
        try channel.takeDatagrams { [weak self] in self?.receiver($0, $1, .udp) }
        datagrams = channel
    }

    /// Sends a datagram from the host candidate, or a frame on the connection to a server.
    func send(_ transmit: Transmit) {
        let channel =
            transmit.transport == .udp ? datagrams : connections[transmit.destination]
        if let channel {
            channel.write(transmit)
            channel.flush()
        } else if transmit.transport != .udp {
            connect(to: transmit.destination, then: transmit)
        }
    }

    private func connect(to server: TransportAddress, then frame: Transmit) {
        if waiting[server] != nil {
            if waiting[server]!.count < Self.maximumWaiting { waiting[server]!.append(frame) }
            return
        }
        waiting[server] = [frame]
        let sockets = NIOLoopBound(self, eventLoop: loop)
        opening.connection(to: server)
            .flatMapThrowing { try sockets.value.connected($0, to: server, by: frame.transport) }
            .whenFailure { _ in sockets.value.waiting[server] = nil }
    }

    private func connected(
        _ channel: any Channel, to server: TransportAddress, by transport: TransportProtocol
    ) throws {
        guard !isClosed else { return channel.close(promise: nil) }
        try channel.takeFrames(from: server) { [weak self] in
            self?.receiver($0, $1, transport)
        } closed: { [weak self] in
            self?.connections[server] = nil
        }
        connections[server] = channel
        for frame in waiting.removeValue(forKey: server) ?? [] { channel.write(frame) }
        channel.flush()
    }

    func close() {
        isClosed = true
        datagrams?.close(promise: nil)
        for connection in connections.values { connection.close(promise: nil) }
    }
}
