/// The right to report one's partner of one call, once.
///
/// It is handed to the reporter and proves the call when it comes back; the scorer keeps nothing of
/// a call that nobody reports. Only the scorer can make one: the tag is a code under its own key.
public struct ReportCapability: Hashable, Sendable, BitwiseCopyable {
    /// The number of the right; each is used at most once.
    public var number: UInt64
    /// Whom it may be used against.
    public var target: DeviceIdentifier
    /// Who may use it.
    public var reporter: DeviceIdentifier
    /// Nanoseconds of simulated time at which it lapses.
    public var expiry: Int64
    /// 64 bits of HMAC-SHA-256 over the fields above.
    public var tag: UInt64
}

/// The two rights that a call gives rise to.
public struct CallCapabilities: Hashable, Sendable, BitwiseCopyable {
    /// The first device's right to report the second.
    public var first: ReportCapability
    /// The second device's right to report the first.
    public var second: ReportCapability
}
