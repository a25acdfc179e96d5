import Digests

/// The right to report one's partner of one call, once.
///
/// It is handed to the reporter and proves the call when it comes back; the scorer keeps nothing of
/// a call that nobody reports. Only the scorer can make one, or see whom it is about: for everybody else it is
/// random, so that nobody knows a partner again by it.
public struct ReportCapability: Hashable, Sendable, BitwiseCopyable {
    /// The number of the right; each is used at most once.
    public var number: UInt64
    /// Whom it may be used against, and who may use it; sealed (``CapabilityKeys``).
    var target: SealedIdentifier
    var reporter: SealedIdentifier
    /// Nanoseconds of simulated time at which it lapses.
    public var expiry: Int64
    /// 64 bits of HMAC-SHA-256 over the fields above.
    public var tag: UInt64
}

/// A device's identifier under a pad that is used for nothing else.
struct SealedIdentifier: Hashable, BitwiseCopyable {
    var high: UInt64
    var low: UInt64
    /// In clear: that of the scorer's key.
    var epoch: UInt32

    init(_ device: DeviceIdentifier, _ pad: (high: UInt64, low: UInt64)) {
        (high, low, epoch) = (device.high ^ pad.high, device.low ^ pad.low, device.epoch)
    }

    func opened(by pad: (high: UInt64, low: UInt64)) -> DeviceIdentifier {
        DeviceIdentifier(high: high ^ pad.high, low: low ^ pad.low, epoch: epoch)
    }
}

/// The two rights that a call gives rise to.
public struct CallCapabilities: Hashable, Sendable, BitwiseCopyable {
    /// The first device's right to report the second.
    public var first: ReportCapability
    /// The second device's right to report the first.
    public var second: ReportCapability
}

/// Whom a right is about.
struct CapabilityParties: Hashable, BitwiseCopyable {
    var target: DeviceIdentifier
    var reporter: DeviceIdentifier
}

/// The keys that seal rights to report and prove them: encrypted with HMAC-SHA-256 as a pseudorandom function of the number,
/// which is used once, and then authenticated (encrypt-then-MAC, RFC 7366 for why in this order).
struct CapabilityKeys: Sendable {
    private let proof: HMACSHA256Key
    private let pad: HMACSHA256Key

    /// Both keys follow from `secret`.
    init(_ secret: [UInt8]) {
        proof = HMACSHA256Key(secret)
        pad = HMACSHA256Key(proof.code(of: Array("pad".utf8)))
    }

    /// The right numbered `number`, until `expiry`.
    func seal(
        _ parties: CapabilityParties, number: UInt64, expiry: Int64
    ) -> ReportCapability {
        let pads = pads(of: number)
        var capability = ReportCapability(
            number: number, target: SealedIdentifier(parties.target, pads.target),
            reporter: SealedIdentifier(parties.reporter, pads.reporter), expiry: expiry, tag: 0)
        capability.tag = tag(of: capability)
        return capability
    }

    /// Whom a right is about, if it is genuine; else nobody knows what comes out.
    @inline(__always)
    func parties(of capability: ReportCapability) -> CapabilityParties {
        let pads = pads(of: capability.number)
        return CapabilityParties(
            target: capability.target.opened(by: pads.target),
            reporter: capability.reporter.opened(by: pads.reporter))
    }

    @inline(__always)
    func isGenuine(_ capability: ReportCapability) -> Bool {
        capability.tag == tag(of: capability)
    }

    private typealias Pad = (high: UInt64, low: UInt64)

    private func pads(of number: UInt64) -> (target: Pad, reporter: Pad) {
        var words = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        withUnsafeBytes(of: number.bigEndian) { message in
            withUnsafeMutableBytes(of: &words) { pad.authenticate(message, into: $0) }
        }
        return ((words.0.bigEndian, words.1.bigEndian), (words.2.bigEndian, words.3.bigEndian))
    }

    /// The code over everything but the tag.
    private func tag(of capability: ReportCapability) -> UInt64 {
        let (target, reporter) = (capability.target, capability.reporter)
        let message = (
            capability.number.bigEndian, capability.expiry.bigEndian, target.epoch.bigEndian,
            reporter.epoch.bigEndian, target.high.bigEndian, target.low.bigEndian,
            reporter.high.bigEndian, reporter.low.bigEndian
        )
        return withUnsafeBytes(of: message) { proof.words(of: $0).high }
    }
}
