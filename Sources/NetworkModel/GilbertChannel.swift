import RandomStreams

/// One direction of a link under ``GilbertLoss``.
///
/// The number of packets that meet an unbroken good or bad state is geometric, so the channel
/// draws once per state instead of once per packet; the process is the same.
struct GilbertChannel: Sendable, BitwiseCopyable {
    /// Packets that will still meet the present state; all of them in a lossless channel.
    private var remaining: Int64
    private var isBad: Bool
    /// ln of the chance per packet to stay good, and to stay bad.
    private var logStayGood: Double
    private var logStayBad: Double

    /// A channel that loses nothing and draws nothing.
    static var lossless: GilbertChannel { GilbertChannel() }

    private init() {
        remaining = .max
        isBad = false
        logStayGood = 0
        logStayBad = 0
    }

    /// A channel in its long-run state; two draws, or none where nothing is lost.
    init(_ loss: GilbertLoss, using stream: inout RandomStream) {
        guard loss.loss > 0 else {
            self = .lossless
            return
        }
        isBad = stream.nextBool(probability: loss.loss)
        logStayGood = Elementary.log(max(0, 1 - loss.enterBad))
        logStayBad = Elementary.log(max(0, 1 - loss.leaveBad))
        remaining = 0
        remaining = drawSojourn(using: &stream)
    }

    /// A channel through which a packet has just come; one draw, or none where nothing is lost.
    static func open(_ loss: GilbertLoss, using stream: inout RandomStream) -> GilbertChannel {
        guard loss.loss > 0 else { return .lossless }
        var channel = GilbertChannel()
        channel.logStayGood = Elementary.log(max(0, 1 - loss.enterBad))
        channel.logStayBad = Elementary.log(max(0, 1 - loss.leaveBad))
        channel.remaining = channel.drawSojourn(using: &stream)
        // That packet was the first of them.
        if channel.remaining != .max { channel.remaining -= 1 }
        return channel
    }

    /// Whether the next packet is lost.
    mutating func losesNext(using stream: inout RandomStream) -> Bool {
        if remaining == 0 {
            isBad.toggle()
            remaining = drawSojourn(using: &stream)
        }
        if remaining != .max { remaining -= 1 }
        return isBad
    }

    /// Packets until the state changes: 1 + ⌊ln U / ln(stay)⌋, geometric on 1, 2, ….
    private func drawSojourn(using stream: inout RandomStream) -> Int64 {
        let logStay = isBad ? logStayBad : logStayGood
        guard logStay > -.infinity else { return 1 }
        let length = Elementary.log(stream.nextOpenUnit()) / logStay
        return length < 0x1p62 ? 1 + Int64(length) : .max
    }
}
