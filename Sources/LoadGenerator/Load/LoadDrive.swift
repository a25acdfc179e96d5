import Addressing
import Histogram
import NIOCore
import NIOPosix
import Quantities
import TURN

/// A load while it runs.
///
/// A class, because sockets, timers and who waits for it share it; it lives on its event loop.
final class LoadDrive {
    let load: RelayLoad
    let loop: any EventLoop
    let clock = WallClock()
    let schedule: LoadSchedule
    private(set) var flows: [LoadFlow] = []
    var peers: [(channel: any Channel, socket: BoundSocket)] = []
    var report: RelayLoadReport
    private let runNumber = UInt32.random(in: .min ... .max)
    private let server: SocketAddress
    private var latency = Histogram<UInt64>(highestTrackableValue: longestTime)
    private var lateness = Histogram<UInt64>(highestTrackableValue: longestTime)
    private var nextTrain: Int64 = 0
    private var begin = SimTime.zero
    private var measuredFrom = SimTime.zero
    private var end = SimTime.zero
    /// The end, or later if the driver was late.
    private var lastSent = SimTime.zero
    private var lateTrains: UInt64 = 0
    private var unflushed: [any Channel] = []
    private var finished: EventLoopPromise<Void>
    var opening: EventLoopPromise<Void>?
    private var ownTime = 0.0
    private var relayTime: Double?

    /// Times beyond a minute count as one, in nanoseconds.
    private static let longestTime: UInt64 = 60_000_000_000
    /// Trains sent before sockets are read again, when many are due.
    private static let trainsAtOnce = 64
    /// Least time between two looks at the schedule.
    private static let breath = SimDuration.microseconds(20)

    init(_ load: RelayLoad, on loop: any EventLoop) {
        self.load = load
        self.loop = loop
        let overhead = ChannelData.headerByteCount
        let length =
            load.train
            ?? LoadSchedule.usualLength(rate: load.rate, byteCount: load.byteCount + overhead)
        schedule = LoadSchedule(flows: load.allocations, length: length, rate: load.rate)
        server = SocketAddress(load.target.server)
        finished = loop.makePromise()
        report = RelayLoadReport(latency: latency, lateness: lateness)
        flows = (0..<load.allocations).map { LoadFlow($0, peer: $0 % LoadDrive.peerCount(load)) }
    }

    /// Sockets of peers: enough that none is a bottleneck, few enough to be read in batches.
    static func peerCount(_ load: RelayLoad) -> Int { min(load.allocations, 16) }

    // MARK: Sending

    /// Sends the whole schedule; done when the last datagrams have had their time.
    func send() -> EventLoopFuture<Void> {
        begin = clock.now
        measuredFrom = begin + RelayLoad.warmUp
        end = measuredFrom + load.duration
        let drive = NIOLoopBound(self, eventLoop: loop)
        loop.scheduleTask(deadline: clock.deadline(of: measuredFrom)) { drive.value.readClocks() }
        tick()
        return finished.futureResult
    }

    private func readClocks() {
        ownTime = ProcessorTime().seconds ?? 0
        relayTime = load.relayProcess.flatMap { ProcessorTime(of: $0).seconds }
    }

    /// Sends the trains that are due and sets the timer for the next.
    private func tick() {
        var count = 0
        var due = begin + schedule.due(nextTrain)
        while due <= clock.now, due < end, count < Self.trainsAtOnce {
            send(schedule.train(nextTrain), due: due)
            nextTrain += 1
            count += 1
            due = begin + schedule.due(nextTrain)
        }
        for channel in unflushed { channel.flush() }
        unflushed.removeAll(keepingCapacity: true)
        let now = clock.now
        if due < end {
            // Never at once: the event loop reads no socket while tasks are due.
            let next = max(due, now + Self.breath)
            loop.assumeIsolated().scheduleTask(deadline: clock.deadline(of: next)) { [self] in
                tick()
            }
        } else {
            lastSent = max(now, end)
            let drive = NIOLoopBound(self, eventLoop: loop)
            loop.scheduleTask(deadline: clock.deadline(of: lastSent)) { drive.value.stopClocks() }
            loop.scheduleTask(deadline: clock.deadline(of: lastSent + RelayLoad.drain)) {
                drive.value.finish()
            }
        }
    }

    private func send(_ train: LoadSchedule.Train, due: SimTime) {
        let flow = flows[train.flow]
        guard let client = flow.client, let relayed = flow.relayed else { return }
        let isMeasured = due >= measuredFrom
        if isMeasured {
            let late = clock.now - due
            lateness.record(UInt64(clamping: min(late.nanoseconds, Int64(Self.longestTime))))
            if late > RelayLoad.tolerableLateness { lateTrains += 1 }
        }
        let first = train.isFromClient ? flow.sent.fromClient : flow.sent.fromPeer
        let header = train.isFromClient ? ChannelData.headerByteCount : 0
        let size = header + load.byteCount
        let channel = train.isFromClient ? client.channel : peers[flow.peer].channel
        var buffer = channel.allocator.buffer(capacity: size * schedule.length)
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size * schedule.length) { bytes in
            bytes.initializeMemory(as: UInt8.self, repeating: 0)
            for place in 0..<schedule.length {
                let start = place * size
                let message = UnsafeMutableRawBufferPointer(rebasing: bytes[start..<start + size])
                if train.isFromClient {
                    _ = ChannelData.frame(
                        message, dataByteCount: load.byteCount, channel: flow.channelNumber,
                        over: .udp)
                }
                let sequence = isMeasured ? first + UInt64(place) + 1 : 0
                LoadPacket(
                    run: runNumber, flow: UInt32(flow.index), sequence: sequence, intended: due
                ).write(to: UnsafeMutableRawBufferPointer(rebasing: message[header...]))
            }
            return size * schedule.length
        }
        if isMeasured { count(schedule.length, of: flow, fromClient: train.isFromClient) }
        var metadata: AddressedEnvelope<ByteBuffer>.Metadata?
        if schedule.length > 1 {
            metadata = .init(ecnState: .transportNotCapable, packetInfo: nil, segmentSize: size)
        }
        channel.write(
            AddressedEnvelope(
                remoteAddress: train.isFromClient ? server : relayed, data: buffer,
                metadata: metadata), promise: nil)
        if unflushed.last !== channel { unflushed.append(channel) }
    }

    private func count(_ datagrams: Int, of flow: LoadFlow, fromClient: Bool) {
        if fromClient {
            flow.sent.fromClient += UInt64(datagrams)
            report.toPeers.sent += Int64(datagrams)
        } else {
            flow.sent.fromPeer += UInt64(datagrams)
            report.toClients.sent += Int64(datagrams)
        }
    }

    // MARK: Receiving

    /// Takes what came to a peer.
    func receive(atPeer buffer: ByteBuffer, _ metadata: AddressedEnvelope<ByteBuffer>.Metadata?) {
        let now = clock.now
        Pieces.forEach(in: buffer, metadata) { bytes in
            guard let packet = LoadPacket(bytes, run: runNumber), packet.flow < flows.count else {
                return
            }
            take(packet, &report.toPeers, &flows[Int(packet.flow)].highest.fromClient, now)
        }
    }

    /// Takes what came to the client of `flow`; false when it is not data on its channel.
    func receive(
        _ buffer: ByteBuffer, _ metadata: AddressedEnvelope<ByteBuffer>.Metadata?, at flow: LoadFlow
    ) -> Bool {
        guard flow.isReady, let first = buffer.getInteger(at: buffer.readerIndex, as: UInt8.self),
            0x40...0x4F ~= first
        else { return false }
        let now = clock.now
        Pieces.forEach(in: buffer, metadata) { bytes in
            guard
                ChannelData.dataByteCount(in: bytes, channel: flow.channelNumber, over: .udp)
                    == load.byteCount,
                let packet = LoadPacket(
                    UnsafeRawBufferPointer(rebasing: bytes[ChannelData.headerByteCount...]),
                    run: runNumber)
            else { return }
            take(packet, &report.toClients, &flow.highest.fromPeer, now)
        }
        return true
    }

    @inline(__always)
    private func take(
        _ packet: LoadPacket, _ direction: inout LoadDirection, _ highest: inout UInt64,
        _ now: SimTime
    ) {
        guard packet.sequence > 0 else { return }
        direction.received += 1
        if packet.sequence > highest {
            highest = packet.sequence
        } else {
            direction.reordered += 1
        }
        let time = (now - packet.intended).nanoseconds
        latency.record(UInt64(clamping: min(time, Int64(Self.longestTime))))
    }

    // MARK: End

    private func stopClocks() {
        ownTime = (ProcessorTime().seconds ?? 0) - ownTime
        if let process = load.relayProcess, let before = relayTime {
            relayTime = ProcessorTime(of: process).seconds.map { $0 - before }
        }
    }

    private func finish() {
        let seconds = (lastSent - measuredFrom).seconds
        var done = RelayLoadReport(latency: latency, lateness: lateness)
        done.toPeers = report.toPeers
        done.toClients = report.toClients
        done.allocations = flows.count
        done.train = schedule.length
        done.wantedRate = Double(load.rate)
        let sent = done.toPeers.sent + done.toClients.sent
        let received = done.toPeers.received + done.toClients.received
        done.sentRate = Double(sent) / seconds
        done.relayedRate = Double(received) / seconds
        done.lossRatio = sent == 0 ? 0 : Double(sent - received) / Double(sent)
        done.droppedAtDriver =
            peers.reduce(0) { $0 + $1.socket.drops }
            + flows.reduce(0) { $0 + ($1.client?.socket?.drops ?? 0) }
        let trains = lateness.totalCount
        done.lateRatio = trains == 0 ? 0 : Double(lateTrains) / Double(trains)
        done.generatorWasLate = done.lateRatio > RelayLoad.tolerableLateRatio
        done.driverCPU = ownTime / seconds
        if let relayTime {
            done.relayCPU = relayTime / seconds
            if received > 0 { done.relayCPUPerPacket = relayTime / Double(received) }
        }
        report = done
        finished.succeed()
    }

    /// Makes sure that nobody waits for a load that did not begin.
    func abandon() { finished.fail(ChannelError.alreadyClosed) }
}
