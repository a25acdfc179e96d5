import Histogram

/// A distribution of times in seconds.
public struct LoadDistribution: Codable, Hashable, Sendable {
    /// How many times.
    public let count: UInt64
    /// Their mean.
    public let mean: Double
    /// Half of them are no longer.
    public let p50: Double
    /// 90 % are no longer.
    public let p90: Double
    /// 99 % are no longer.
    public let p99: Double
    /// 99.9 % are no longer.
    public let p999: Double
    /// The longest.
    public let max: Double

    /// Of a histogram of nanoseconds.
    init(_ histogram: Histogram<UInt64>) {
        func seconds(_ percentile: Double) -> Double {
            Double(histogram.valueAtPercentile(percentile)) / 1e9
        }
        count = histogram.totalCount
        let isEmpty = count == 0
        mean = isEmpty ? 0 : histogram.mean / 1e9
        p50 = isEmpty ? 0 : seconds(50)
        p90 = isEmpty ? 0 : seconds(90)
        p99 = isEmpty ? 0 : seconds(99)
        p999 = isEmpty ? 0 : seconds(99.9)
        max = isEmpty ? 0 : Double(histogram.maxRecorded) / 1e9
    }
}

/// One direction of a load.
public struct LoadDirection: Codable, Hashable, Sendable {
    /// Datagrams sent in the measured time.
    public var sent: Int64 = 0
    /// Of these, datagrams that came out of the relay.
    public var received: Int64 = 0
    /// Datagrams that came after a later one of their allocation, or twice.
    public var reordered: Int64 = 0
    /// Datagrams that did not come.
    public var lost: Int64 { sent - received }

    @inline(__always)
    mutating func noteReceived(_ isInOrder: Bool) {
        received += 1
        if !isInOrder { reordered += 1 }
    }
}

/// What was at its limit under a load.
public enum LoadVerdict: String, Codable, Hashable, Sendable {
    /// Nothing: all came through, and was sent in time.
    case nothing
    /// The target: it lost datagrams that were sent in time.
    case target
    /// The driver: it was late, or its host dropped what it sent or had not read, and nothing else
    /// was lost.
    case generator
    /// The driver, so that of what was lost besides nobody knows whose fault it is.
    case undecided
}

/// What a load on a relay showed.
public struct RelayLoadReport: Codable, Hashable, Sendable {
    /// Allocations that carried it.
    public var allocations = 0
    /// Datagrams in a train, sent by one system call.
    public var train = 0
    /// Datagrams a second that were asked for, both ways together.
    public var wantedRate = 0.0
    /// Datagrams a second that left.
    public var sentRate = 0.0
    /// Datagrams a second that came out of the relay.
    public var relayedRate = 0.0
    /// From clients to peers.
    public var toPeers = LoadDirection()
    /// From peers to clients.
    public var toClients = LoadDirection()
    /// Datagrams that were due, and never sent because the driver was too late.
    public var unsent: Int64 = 0
    /// Share of the datagrams sent that did not come.
    public var lossRatio = 0.0
    /// Datagrams that the driver's kernel did not take, or dropped because the driver had not read
    /// its sockets in time: a part of the loss that is not the relay's.
    public var droppedAtDriver: Int64 = 0
    /// From the time a datagram was meant to leave to its arrival.
    public var latency: LoadDistribution
    /// From the time a train was meant to leave to the time it left.
    public var lateness: LoadDistribution
    /// Share of the trains that left more than ``RelayLoad/tolerableLateness`` late.
    public var lateRatio = 0.0
    /// Whether so many trains were late, or anything unsent, that latency and loss say as much about
    /// the driver as about the relay.
    public internal(set) var generatorWasLate = false
    /// Who was at its limit.
    public internal(set) var verdict = LoadVerdict.nothing
    /// CPU seconds of the driver in the measured time, for each second of it.
    public var driverCPU = 0.0
    /// CPU seconds of the driver for each datagram that it sent, and mostly received again.
    public var driverCPUPerPacket = 0.0
    /// CPU seconds of the relay's process, for each second; nil unless its process is known.
    public var relayCPU: Double?
    /// CPU seconds of the relay's process for each datagram that came out of it.
    public var relayCPUPerPacket: Double?

    init(latency: LoadDistribution, lateness: LoadDistribution) {
        self.latency = latency
        self.lateness = lateness
    }

    /// Datagrams sent, both ways.
    public var sent: Int64 { toPeers.sent + toClients.sent }
    /// Of these, datagrams that came out of the relay.
    public var received: Int64 { toPeers.received + toClients.received }

    /// Whether nothing was lost, and the driver was on time.
    public var isClean: Bool { verdict == .nothing }

    /// Says who was at its limit, once all else is known.
    mutating func judge() {
        generatorWasLate = lateRatio > RelayLoad.tolerableLateRatio || unsent > 0
        let lost = sent - received
        if generatorWasLate || droppedAtDriver > 0 {
            verdict = lost > droppedAtDriver ? .undecided : .generator
        } else {
            verdict = lost > 0 ? .target : .nothing
        }
    }
}

/// The greatest load that a relay carries without loss.
public struct RelayLoadLimit: Codable, Hashable, Sendable {
    /// The rates tried, in order.
    public internal(set) var steps: [RelayLoadReport] = []
    /// Datagrams a second, both ways together, of the greatest that lost nothing and was sent in time;
    /// nil when none was.
    public internal(set) var lossFreeRate: Int?

    /// Who was at its limit at the least rate above ``lossFreeRate`` that was tried.
    public internal(set) var verdict = LoadVerdict.nothing

    /// What `steps` showed, with `best` the greatest rate that was clean.
    init(steps: [RelayLoadReport], best: Int?) {
        self.steps = steps
        lossFreeRate = best
        let above = steps.filter { !$0.isClean && $0.wantedRate > Double(best ?? 0) }
        verdict = above.min { $0.wantedRate < $1.wantedRate }?.verdict ?? .nothing
    }
}
