import Quantities

/// The figures of one side that change with every packet, close together in memory; the rest of
/// its account changes seldom.
///
/// Sums are in nanoseconds and cannot overflow: 2^63 ns are 292 years of delay.
struct PacketTally: BitwiseCopyable {
    /// A number of spans with their sum and longest.
    struct Spans: BitwiseCopyable {
        private(set) var count: Int64 = 0
        private var sum: Int64 = 0
        private var longest: Int64 = 0

        @inline(__always)
        mutating func add(_ span: SimDuration) {
            count &+= 1
            sum &+= span.nanoseconds
            longest = max(longest, span.nanoseconds)
        }

        var total: DurationSum {
            DurationSum(
                count: count, nanoseconds: Int128(sum),
                maximum: SimDuration(nanoseconds: longest))
        }
    }

    var sent: Int64 = 0
    var sentBytes: Int64 = 0
    var sentPayloadBytes: Int64 = 0
    var framesSpoken: Int64 = 0
    var framesWithheld: Int64 = 0
    var received: Int64 = 0
    var receivedBytes: Int64 = 0
    var networkDelay = Spans()
    var bufferDelay = Spans()
    var mouthToEar = Spans()

    /// Adds the figures to `report`, which has none of them yet.
    func settle(into report: inout MediaReport) {
        report.mediaSent = Traffic(datagrams: sent, bytes: sentBytes)
        report.payloadBytesSent = sentPayloadBytes
        report.framesSpoken = framesSpoken
        report.framesWithheld = framesWithheld
        report.mediaReceived = Traffic(datagrams: received, bytes: receivedBytes)
        report.networkDelay = networkDelay.total
        report.bufferDelay = bufferDelay.total
        report.mouthToEar = mouthToEar.total
    }
}
