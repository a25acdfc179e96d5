import NetworkModel

/// A datagram on its way.
struct Datagram {
    let flight: Flight
    var payload: [UInt8]
}

/// A signalling message on its way to a side of a call.
struct SignalInFlight {
    let recipient: LegID
    /// The other side's message; empty for the service's own, that the two are paired.
    let text: [UInt8]
    /// On which of the recipient's connections it travels.
    let connection: Int
}
