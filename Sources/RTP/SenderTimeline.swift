/// Maps a source's timestamps to its wall clock by its sender reports (RFC 3550 §6.4.1), and tells
/// the error of its media clock against that wall clock.
public struct SenderTimeline: Hashable, Sendable, BitwiseCopyable {
    private struct Anchor: Hashable, Sendable, BitwiseCopyable {
        var ntp: UInt64
        var timestamp: UInt32
    }

    private let clock: MediaClock
    private var first: Anchor?
    private var latest: Anchor?

    /// The timeline of a source that has sent no report.
    public init(clock: MediaClock = .opus) {
        self.clock = clock
    }

    /// Takes in the sender's part of a report; one that is older than the latest is left out.
    public mutating func note(_ information: SenderInformation) {
        let anchor = Anchor(ntp: information.ntp.rawValue, timestamp: information.timestamp)
        if let latest, Int64(bitPattern: anchor.ntp &- latest.ntp) < 0 { return }
        if first == nil { first = anchor }
        latest = anchor
    }

    /// The wall-clock time of `timestamp` by the latest report, to within 2^-32 s and modulo the
    /// timestamp's cycle (about a day); nil without a report.
    public func time(of timestamp: UInt32) -> NTPTimestamp? {
        guard let latest else { return nil }
        let ticks = Int64(Int32(bitPattern: timestamp &- latest.timestamp))
        let (seconds, rest) = ticks.quotientAndRemainder(dividingBy: clock.rate)
        let fraction = seconds << 32 + (rest << 32) / clock.rate
        return NTPTimestamp(rawValue: latest.ntp &+ UInt64(bitPattern: fraction))
    }

    /// The timestamp at the wall-clock time `ntp` by the latest report; nil without one, or if the
    /// two are more than half a cycle apart.
    public func timestamp(at ntp: NTPTimestamp) -> UInt32? {
        guard let latest else { return nil }
        let span = Int64(bitPattern: ntp.rawValue &- latest.ntp)
        let ticks = span >> 32 * clock.rate + ((span & 0xffff_ffff) * clock.rate) >> 32
        guard let offset = Int32(exactly: ticks) else { return nil }
        return latest.timestamp &+ UInt32(bitPattern: offset)
    }

    /// How much faster the media clock runs than the wall clock, in parts per billion, between the
    /// first report and the latest; nil if they are less than 1 s, or more than the cycle of the
    /// timestamp, apart.
    public var clockErrorPartsPerBillion: Int64? {
        guard let first, let latest else { return nil }
        let span = Int128(latest.ntp &- first.ntp)
        guard span >= 1 << 32, span >> 32 < 1 << 31 / Int128(clock.rate) else { return nil }
        let ticks = Int128(latest.timestamp &- first.timestamp)
        let nominal = span * Int128(clock.rate)
        return Int64(((ticks << 32) - nominal) * 1_000_000_000 / nominal)
    }
}
