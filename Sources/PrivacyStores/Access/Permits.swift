public import Addressing
public import Quantities

/// The right to look into the relay log once, for an attempt that stands in the access log already.
///
/// Nobody outside of this module can make one: a store cannot be read without the attempt being written down.
public struct RelayLogPermit: ~Copyable {
    init() {}
}

/// The right to take one dump, for an attempt that stands in the access log already.
public struct DumpPermit: ~Copyable {
    init() {}
}

/// The right to see counts as they are, in order to publish them suppressed or with noise.
public struct AggregatesPermit: ~Copyable {
    init() {}
}

/// Which entries of the relay log are asked for.
public struct RelayLogQuery: Hashable, Sendable {
    /// From when to when.
    public var window: Range<SimTime>
    /// Of which relayed address; nil for all. This is what somebody has who complains of what came from a relay.
    public var relayed: TransportAddress?

    /// The entries of `window`, of `relayed` alone if given.
    public init(_ window: Range<SimTime>, of relayed: TransportAddress? = nil) {
        self.window = window
        self.relayed = relayed
    }
}
