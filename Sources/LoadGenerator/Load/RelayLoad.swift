import NIOCore
import NIOPosix
import Quantities
import TURN

/// A load on a relay: allocations with a channel each, through which datagrams pass both ways at a
/// rate that does not wait for them. What `voicesim load turn` does.
public struct RelayLoad: Sendable {
    /// The relay; over UDP.
    public var target: RelayTarget
    /// Allocations, 1…``maximumAllocations``.
    public var allocations = 10
    /// Datagrams a second, both ways together.
    public var rate = 10_000
    /// Bytes of a datagram's data, ``byteCounts``.
    public var byteCount = 160
    /// Measured seconds.
    public var duration: SimDuration = .seconds(5)
    /// Datagrams in a train; nil for as few as the timer keeps apart.
    public var train: Int?
    /// The process that is the relay, to look at its CPU time.
    public var relayProcess: Int32?

    /// Allocations that have a relayed port each, on one address.
    public static let maximumAllocations = 16_384
    /// From what identifies a datagram to what an Ethernet carries beside TURN's headers.
    public static let byteCounts = LoadPacket.byteCount...1400
    /// Datagrams a second that are asked of one core.
    public static let rates = 1...10_000_000
    /// A train that leaves later than this after its time is late: a twentieth of a voice frame.
    public static let tolerableLateness = SimDuration.milliseconds(1)
    /// Share of late trains beyond which the report says so.
    public static let tolerableLateRatio = 0.01
    /// Load before the measured time, while caches and queues fill.
    public static let warmUp = SimDuration.milliseconds(500)
    /// How long datagrams may take that were sent last.
    public static let drain = SimDuration.milliseconds(500)

    /// The longest train of datagrams with `byteCount` bytes of data.
    public static func longestTrain(byteCount: Int) -> Int {
        LoadSchedule.longest(byteCount: byteCount + ChannelData.headerByteCount)
    }

    /// A load on `target`.
    public init(target: RelayTarget) { self.target = target }

    /// Allocates, sends, and gives back.
    ///
    /// - Precondition: the settings are within their ranges.
    public func run() async throws -> RelayLoadReport {
        precondition(1...Self.maximumAllocations ~= allocations, "no such number of allocations")
        precondition(Self.byteCounts ~= byteCount && Self.rates ~= rate, "no such datagrams")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<RelayLoadReport, any Error>
        do {
            result = .success(try await run(on: group.next()))
        } catch {
            result = .failure(error)
        }
        try? await group.shutdownGracefully()
        return try result.get()
    }

    private func run(on loop: any EventLoop) async throws -> RelayLoadReport {
        let load = self
        let drive = try await loop.submit {
            NIOLoopBound(LoadDrive(load, on: loop), eventLoop: loop)
        }.get()
        let result: Result<RelayLoadReport, any Error>
        do {
            try await loop.flatSubmit { drive.value.openPeers() }.get()
            try await loop.flatSubmit { drive.value.openFlows() }.get()
            result = .success(
                try await loop.flatSubmit { drive.value.send() }.map { drive.value.report }.get())
        } catch {
            result = .failure(error)
        }
        try await loop.flatSubmit { drive.value.release() }.get()
        return try result.get()
    }
}

/// Why a load could not begin.
public enum RelayLoadFailure: Error, Hashable, Sendable {
    /// The relay did not give an allocation or a channel.
    case refused(allocation: Int, String)
    /// It did not answer within ``LoadDrive/patience``.
    case noAnswer(allocation: Int)
}
