import Quantities
import RTP
import RandomStreams

/// What one side's reports need to remember.
struct ControlState {
    /// When the next compound is due.
    var schedule: ControlSchedule
    /// The call's canonical name of 16 bytes, which names nobody (RFC 7022 §4.2).
    let canonicalName: (UInt64, UInt64)
    /// Whether anything has been sent since the last report but one.
    var activity = SenderActivity()
    private(set) var lastSenderReport: UInt32 = 0
    private var lastSenderReportArrival: SimTime?

    init(schedule: ControlSchedule, canonicalName: (UInt64, UInt64)) {
        self.schedule = schedule
        self.canonicalName = canonicalName
    }

    mutating func noteSenderReport(_ ntp: NTPTimestamp, at now: SimTime) {
        lastSenderReport = ntp.middle
        lastSenderReportArrival = now
    }

    /// 96 random bits in base 64 (RFC 7022 §4.2, §5).
    static func drawName(using randomness: inout RandomStream) -> (UInt64, UInt64) {
        var bits: (UInt64, UInt32) = (0, 0)
        var name: (UInt64, UInt64) = (0, 0)
        withUnsafeMutableBytes(of: &bits) { bits in
            randomness.fill(UnsafeMutableRawBufferPointer(rebasing: bits[..<12]))
            withUnsafeMutableBytes(of: &name) { name in
                for group in 0..<4 {
                    let three =
                        UInt32(bits[3 * group]) << 16 | UInt32(bits[3 * group + 1]) << 8
                        | UInt32(bits[3 * group + 2])
                    for digit in 0..<4 {
                        name[4 * group + digit] = Self.digit(three >> UInt32(18 - 6 * digit) & 63)
                    }
                }
            }
        }
        return name
    }

    /// A digit of base 64 (RFC 4648 §4).
    private static func digit(_ value: UInt32) -> UInt8 {
        let value = UInt8(value)
        return switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: UInt8(ascii: "+")
        default: UInt8(ascii: "/")
        }
    }

    /// Time since the last sender report in units of 2^-16 s.
    func delaySinceSenderReport(at now: SimTime) -> UInt32 {
        guard let arrival = lastSenderReportArrival else { return 0 }
        return UInt32(clamping: Int128((now - arrival).nanoseconds) << 16 / 1_000_000_000)
    }
}
