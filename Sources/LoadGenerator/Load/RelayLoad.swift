import CDatagrams
import Foundation
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
    /// From what identifies a datagram to what an Ethernet's jumbo frame carries.
    public static let byteCounts = LoadPacket.byteCount...9000
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

    /// Allocates, sends at ``rate``, and gives back.
    ///
    /// - Precondition: the settings are within their ranges.
    public func run() async throws -> RelayLoadReport {
        try await drive { drive in
            let report = drive.send(rate: rate)
            if let failure = drive.failure { throw failure }
            return report
        }
    }

    /// Allocates, sends at ``rate`` and then at greater or smaller ones until the greatest is known
    /// that loses nothing, and gives back. `progress` hears of each step.
    ///
    /// - Precondition: the settings are within their ranges.
    public func findLimit(
        progress: @escaping @Sendable (RelayLoadReport) -> Void
    ) async throws -> RelayLoadLimit {
        try await drive { drive in
            var search = LoadSearch(from: rate, to: Self.rates.upperBound)
            var steps: [RelayLoadReport] = []
            while let rate = search.next {
                let report = drive.send(rate: rate)
                if let failure = drive.failure { throw failure }
                search.note(isClean: report.isClean)
                steps.append(report)
                progress(report)
            }
            return RelayLoadLimit(steps: steps, best: search.best)
        }
    }

    /// Does `work` with open allocations, on a thread of its own.
    private func drive<Result: Sendable>(
        _ work: @escaping @Sendable (inout LoadDrive) throws -> Result
    ) async throws -> Result {
        precondition(1...Self.maximumAllocations ~= allocations, "no such number of allocations")
        precondition(Self.byteCounts ~= byteCount && Self.rates ~= rate, "no such datagrams")
        return try await withCheckedThrowingContinuation { continuation in
            Thread {
                datagrams_wake_on_time()
                continuation.resume(with: Swift.Result { try self.work(work) })
            }.start()
        }
    }

    private func work<Result>(_ work: (inout LoadDrive) throws -> Result) throws -> Result {
        var drive = try LoadDrive(self)
        let result = Swift.Result {
            try drive.open()
            return try work(&drive)
        }
        drive.release()
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
