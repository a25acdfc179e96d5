import Quantities

extension Network {
    /// Mean one-way delay of UDP from one host to another, over `relay` if given: access links
    /// and backbone legs, plus the mean jitter of both sides.
    ///
    /// - Precondition: All hosts named are attached.
    public func meanOneWayDelay(
        from sender: HostID, to receiver: HostID, via relay: HostID? = nil
    ) -> SimDuration {
        precondition(isAttached(sender) && isAttached(receiver), "a path joins attached hosts")
        let (a, b) = (Int(sender.slot), Int(receiver.slot))
        var delay = SimDuration.zero
        if let relay {
            precondition(isAttached(relay), "a path joins attached hosts")
            let r = Int(relay.slot)
            delay = baseDelay(from: a, to: r) + baseDelay(from: r, to: b)
            delay += hosts[r].meanJitter * 2
        } else {
            delay = baseDelay(from: a, to: b)
        }
        return delay + hosts[a].meanJitter + hosts[b].meanJitter
    }

    /// Loss and burst ratio of UDP from one host to another; a relay adds none.
    ///
    /// The sender's and the receiver's Gilbert channels act one after the other: the loss is
    /// 1 − (1 − L₁)(1 − L₂), and a burst begins after a packet that came through with chance
    /// 1 − (1 − p₁)(1 − p₂), so BurstR is the quotient of the two.
    ///
    /// - Precondition: Both hosts are attached.
    public func pathLoss(
        from sender: HostID, to receiver: HostID
    ) -> (loss: Double, burstRatio: Double) {
        precondition(isAttached(sender) && isAttached(receiver), "a path joins attached hosts")
        let (a, b) = (hosts[Int(sender.slot)].loss, hosts[Int(receiver.slot)].loss)
        return a.followed(by: b)
    }
}

extension GilbertLoss {
    /// Long-run loss and burst ratio of this channel and then `other`.
    public func followed(by other: GilbertLoss) -> (loss: Double, burstRatio: Double) {
        let loss = 1 - (1 - self.loss) * (1 - other.loss)
        guard loss > 0 else { return (0, 1) }
        return (loss, loss / (1 - (1 - enterBad) * (1 - other.enterBad)))
    }
}
