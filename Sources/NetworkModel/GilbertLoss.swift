/// Packet loss of a two-state Gilbert channel that loses everything in its bad state.
///
/// With loss L and mean burst B, the chance to turn bad is p = qL/(1−L) and to recover q = 1/B
/// per packet (ITU-T G.107 §7.5; RFC 3611 §4.7).
public struct GilbertLoss: Hashable, Sendable, BitwiseCopyable {
    /// Long-run share of packets lost, 0 ≤ loss < 1.
    public let loss: Double
    /// Mean number of packets lost in a row, ≥ 1.
    public let meanBurst: Double

    /// The channel with that loss and burst, or nil where no such channel exists: the loss
    /// outside 0..<1, the burst under 1, or p = loss/((1 − loss)·burst) above 1.
    public init?(loss: Double, meanBurst: Double) {
        guard loss >= 0, loss < 1, meanBurst >= 1, meanBurst.isFinite,
            loss <= (1 - loss) * meanBurst
        else { return nil }
        self.loss = loss
        self.meanBurst = meanBurst
    }

    /// A channel that loses nothing.
    public static var none: GilbertLoss { GilbertLoss(loss: 0, meanBurst: 1)! }

    /// Chance per packet to go from good to bad.
    public var enterBad: Double { loss / (1 - loss) / meanBurst }

    /// Chance per packet to go from bad to good.
    public var leaveBad: Double { 1 / meanBurst }

    /// BurstR of the E-model: mean burst over that of random loss, B·(1 − L).
    public var burstRatio: Double { meanBurst * (1 - loss) }
}
