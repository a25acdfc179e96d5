import Addressing
import NIOCore
import Quantities
import STUN
import TURN

/// A ``TURN/Client`` on a real socket, over UDP or TCP.
///
/// A class, because the socket's handler and who drives it share it; it lives on its event loop.
final class RelayClient {
    /// What it tells who drives it.
    enum Signal: Sendable {
        case event(ClientEvent)
        /// A peer's data, as it came through the relay.
        case data(from: TransportAddress, [UInt8])
        case rejected(ClientRejection)
        case connectionClosed
        /// What came to the peer with this number.
        case peer(Int, from: TransportAddress, [UInt8])
        /// A moment has passed.
        case tick
    }

    let loop: any EventLoop
    let local: TransportAddress
    private(set) var machine: Client
    /// Error codes of the server's answers, as they came.
    private(set) var errorCodes: [UInt16] = []
    private let clock: WallClock
    private var skipped = SimDuration.zero
    let channel: any Channel
    private let tell: (Signal) -> Void
    private var timer: Scheduled<Void>?

    init(
        _ machine: Client, on channel: any Channel, clock: WallClock,
        tell: @escaping (Signal) -> Void
    ) {
        self.machine = machine
        self.channel = channel
        self.clock = clock
        self.tell = tell
        loop = channel.eventLoop
        local = machine.configuration.local
    }

    private var now: SimTime { clock.now + skipped }

    /// Does `action` with the client and the time, then all that follows from it.
    func act<Result>(_ action: (inout Client, SimTime) -> Result) -> Result {
        let result = action(&machine, now)
        settle()
        return result
    }

    /// Lets the client believe that `duration` has passed, so that refreshes fall due at once.
    func skip(_ duration: SimDuration) {
        skipped = skipped + duration
        machine.handleTimeout(at: now)
        settle()
    }

    /// Takes a datagram, or a whole frame of the connection.
    func receive(_ bytes: [UInt8], from source: TransportAddress) {
        if let message = try? MessageView(bytes), let error = message.errorCode {
            errorCodes.append(error.rawValue)
        }
        switch machine.handle(bytes, from: source, at: now) {
        case .consumed, .unclaimed: break
        case .data(let peer, let data): tell(.data(from: peer, data))
        case .rejected(let reason): tell(.rejected(reason))
        }
        settle()
    }

    func connectionClosed() { tell(.connectionClosed) }

    func close() {
        timer?.cancel()
        channel.close(promise: nil)
    }

    private func settle() {
        var hasWritten = false
        while let transmit = machine.pollTransmit() {
            hasWritten = true
            channel.write(transmit)
        }
        if hasWritten { channel.flush() }
        while let event = machine.pollEvent() { tell(.event(event)) }
        timer?.cancel()
        guard let due = machine.nextTimeout else { return }
        let client = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(deadline: clock.deadline(of: due - skipped)) {
            let client = client.value
            client.machine.handleTimeout(at: client.now)
            client.settle()
        }
    }
}
