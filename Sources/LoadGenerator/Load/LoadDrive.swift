import Addressing
import CDatagrams
import Quantities
import TURN

/// Allocations at a relay through which datagrams are sent at given rates, one after another.
///
/// It has one owner, a thread, on which everything happens.
struct LoadDrive: ~Copyable {
    let load: RelayLoad
    let clock = WallClock()
    var sockets: DatagramLoop
    var flows: [LoadFlow] = []
    /// Every socket, to ask what the kernel dropped there.
    var allSockets: [BoundSocket] = []
    /// Why it cannot go on, once that is known.
    var failure: RelayLoadFailure?
    private var tags = [UInt32](repeating: 0, count: 64)
    private var nextLook = SimTime.zero

    private var schedule: LoadSchedule
    private var run: LoadRun
    /// When trains that wait to be handed to the kernel were due.
    private var dueUnflushed: [SimTime] = []

    /// Trains sent before sockets are read again, when many are due.
    private static let trainsAtOnce = 16
    /// Time between two looks at the clients' timers, which are in the order of a second.
    private static let lookInterval = SimDuration.milliseconds(20)
    /// Sockets of peers: enough that none is a bottleneck, few enough to be read in batches.
    static let maximumPeers = 16

    /// The tag of peer number `index`; those of clients follow.
    static func tag(ofPeer index: Int) -> UInt32 { UInt32(1 + index) }
    static func tag(ofClient index: Int) -> UInt32 { UInt32(1 + maximumPeers + index) }

    init(_ load: RelayLoad) throws(BoundSocket.Refusal) {
        self.load = load
        sockets = try DatagramLoop(highestTag: Int(Self.tag(ofClient: load.allocations)))
        schedule = LoadSchedule(flows: load.allocations, length: 1, rate: 1)
        run = LoadRun(idle: load)
    }

    // MARK: The thread

    /// Sends what is due at `rate`, and takes what comes back, until the last datagrams have had
    /// their time.
    mutating func send(rate: Int) -> RelayLoadReport {
        let size = load.byteCount + ChannelData.headerByteCount
        schedule = LoadSchedule(
            flows: flows.count,
            length: load.train ?? LoadSchedule.usualLength(rate: rate, byteCount: size), rate: rate)
        for index in flows.indices { flows[index].forget() }
        let refusedBefore = refused
        run = LoadRun(number: .random(in: 1 ... .max), begin: clock.now, load, schedule)
        while clock.now < run.measuredFrom { turn() }
        run.startClocks()
        while run.nextDue != nil || clock.now < run.end { turn() }
        run.stopClocks(clock.now)
        while clock.now < run.lastSent + RelayLoad.drain { turn() }
        return run.report(refused: refused - refusedBefore)
    }

    /// Datagrams that the kernel did not take, or dropped because they were not read in time.
    private var refused: Int64 { allSockets.reduce(sockets.refused) { $0 + $1.drops } }

    /// Sends what is due, waits for what comes, at most until something else is due, and takes it.
    ///
    /// Where trains follow each other closely it sleeps until the next is due, and takes then what has
    /// come. To be woken by each datagram would cost this thread, and the relay that has to wake it,
    /// more than the datagram itself.
    mutating func turn() {
        var now = clock.now
        sendDue(now)
        look(now)
        let next = min(run.nextDue ?? nextLook, nextLook)
        var patience = max(next - clock.now, .zero)
        if run.isDense, patience <= LoadSchedule.leastSpacing {
            datagrams_sleep(patience.nanoseconds)
            patience = .zero
        }
        let count = sockets.wait(&tags, for: patience)
        for tag in tags[..<count] {
            if tag == DatagramLoop.bellTag { continue }
            now = read(tag)
            // A turn that has much to read must not make trains late.
            if let due = run.nextDue, due <= now { sendDue(now) }
        }
    }

    /// Lets clients repeat requests and refresh what they have.
    private mutating func look(_ now: SimTime) {
        guard now >= nextLook else { return }
        nextLook = now + Self.lookInterval
        for index in flows.indices {
            guard let due = flows[index].client.nextTimeout, due <= now else { continue }
            flows[index].client.handleTimeout(at: now)
            settle(index)
        }
        sockets.flush()
    }

    // MARK: Sending

    private mutating func sendDue(_ now: SimTime) {
        var count = 0
        while let due = run.nextDue, due <= now, count < Self.trainsAtOnce {
            send(schedule.train(run.nextTrain), due: due)
            run.advance(now)
            count += 1
        }
        guard count > 0 else { return }
        sockets.flush()
        // They have left now; the time that it took to send them is part of being late.
        let left = clock.now
        for due in dueUnflushed { run.noteLateness(left - due) }
        dueUnflushed.removeAll(keepingCapacity: true)
    }

    @inline(__always)
    private mutating func send(_ train: LoadSchedule.Train, due: SimTime) {
        let isMeasured = due >= run.measuredFrom
        let number = run.number
        let byteCount = load.byteCount
        if isMeasured { dueUnflushed.append(due) }
        let flow = train.flow
        guard let relayed = flows[flow].relayed else { return }
        let channel = flows[flow].channelNumber
        for _ in 0..<schedule.length {
            let sequence = isMeasured ? count(flow, fromClient: train.isFromClient) : 0
            let packet = LoadPacket(
                run: number, flow: UInt32(flow), sequence: sequence, intended: due)
            if train.isFromClient {
                _ = sockets.send(
                    byteCount: ChannelData.headerByteCount + byteCount, to: load.target.server,
                    tag: flows[flow].tag
                ) { bytes in
                    _ = ChannelData.frame(
                        bytes, dataByteCount: byteCount, channel: channel, over: .udp)
                    packet.fill(
                        UnsafeMutableRawBufferPointer(
                            rebasing: bytes[ChannelData.headerByteCount...]))
                }
            } else {
                _ = sockets.send(byteCount: byteCount, to: relayed, tag: flows[flow].peerTag) {
                    packet.fill($0)
                }
            }
        }
    }

    /// Counts a datagram that is sent; its number.
    private mutating func count(_ flow: Int, fromClient: Bool) -> UInt64 {
        run.noteSent(fromClient: fromClient)
        if fromClient {
            flows[flow].sent.fromClient += 1
            return flows[flow].sent.fromClient
        }
        flows[flow].sent.fromPeer += 1
        return flows[flow].sent.fromPeer
    }

    // MARK: Receiving

    /// Reads what waits at a socket, once; when that was.
    private mutating func read(_ tag: UInt32) -> SimTime {
        let count = sockets.read(tag: tag)
        let now = clock.now
        let isPeer = tag < Self.tag(ofClient: 0)
        let flow = isPeer ? 0 : Int(tag - Self.tag(ofClient: 0))
        for index in 0..<count {
            guard let piece = sockets.piece(index) else { continue }
            if isPeer {
                piece.forEach { takeAtPeer($0, now) }
            } else if piece.bytes.first.map({ 0x40...0x4F ~= $0 }) == true {
                piece.forEach { takeAtClient($0, flow, now) }
            } else if let source = sockets.source(index) {
                piece.forEach { bytes in
                    _ = flows[flow].client.handle(Array(bytes), from: source, at: now)
                }
                settle(flow)
            }
        }
        return now
    }

    @inline(__always)
    private mutating func takeAtPeer(_ bytes: UnsafeRawBufferPointer, _ now: SimTime) {
        guard let packet = LoadPacket(bytes, run: run.number), packet.flow < flows.count else {
            return
        }
        let flow = Int(packet.flow)
        run.take(packet, fromClient: true, &flows[flow].highest.fromClient, now)
    }

    @inline(__always)
    private mutating func takeAtClient(
        _ bytes: UnsafeRawBufferPointer, _ flow: Int, _ now: SimTime
    ) {
        guard
            ChannelData.dataByteCount(
                in: bytes, channel: flows[flow].channelNumber, over: .udp) == load.byteCount,
            let packet = LoadPacket(
                UnsafeRawBufferPointer(rebasing: bytes[ChannelData.headerByteCount...]),
                run: run.number)
        else { return }
        run.take(packet, fromClient: false, &flows[flow].highest.fromPeer, now)
    }
}
