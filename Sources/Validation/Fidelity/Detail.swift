import ScenarioModel

/// In how much detail all calls of a run are simulated.
public enum Detail: String, CaseIterable, Hashable, Sendable {
    /// Encoded, encrypted, decoded.
    case full
    /// Encrypted, of speech encoded beforehand, and not decoded.
    case sealed
    /// Without packets.
    case flow

    /// The shares of a scenario all of whose calls are like that.
    var shares: FidelityShares {
        FidelityShares(
            full: self == .full ? 1 : 0, sealed: self == .sealed ? 1 : 0,
            flow: self == .flow ? 1 : 0)
    }
}
