import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// What paths between peers do in the long run, from their access networks and regions alone: the
/// figures that ``Network`` gives for hosts, without hosts.
struct PathDesk {
    private let regionCount: Int
    private let networkCount: Int
    private let backbone: [SimDuration]
    private let meanJitter: [SimDuration]
    /// Loss and burst ratio from network (row) to network.
    private let losses: [Loss]

    private struct Loss: BitwiseCopyable {
        let loss: Double
        let burstRatio: Double
    }

    init(_ scenario: Scenario) {
        regionCount = scenario.regions.delay.count
        networkCount = scenario.access.count
        backbone = scenario.regions.delay.flatMap { $0 }
        meanJitter = scenario.access.map { network in
            SimDuration(
                seconds: min(network.jitter.mean, Distribution.longestDuration.seconds))
        }
        losses = scenario.access.flatMap { sender in
            scenario.access.map { receiver in
                let (loss, burstRatio) = sender.loss.followed(by: receiver.loss)
                return Loss(loss: loss, burstRatio: burstRatio)
            }
        }
    }

    /// One-way delay from region to region.
    func backboneDelay(from region: Int, to other: Int) -> SimDuration {
        backbone[region * regionCount + other]
    }

    /// Mean one-way delay between a peer and a server in `region`.
    func meanDelay(_ peer: Peer.Attributes, toServerIn region: Int) -> SimDuration {
        peer.accessDelay + backboneDelay(from: Int(peer.region), to: region)
            + meanJitter[Int(peer.access)]
    }

    /// Mean one-way delay between two peers, through a server in `region` if given.
    func meanDelay(
        _ a: Peer.Attributes, _ b: Peer.Attributes, viaServerIn region: Int? = nil
    ) -> SimDuration {
        var delay = a.accessDelay + b.accessDelay
        delay += meanJitter[Int(a.access)] + meanJitter[Int(b.access)]
        if let region {
            delay += backboneDelay(from: Int(a.region), to: region)
            delay += backboneDelay(from: region, to: Int(b.region))
        } else {
            delay += backboneDelay(from: Int(a.region), to: Int(b.region))
        }
        return delay
    }

    /// Share of the packets from `a` to `b` that are lost.
    func loss(from a: Peer.Attributes, to b: Peer.Attributes) -> Double {
        losses[Int(a.access) * networkCount + Int(b.access)].loss
    }

    /// What a path does to packets from `a` to `b`, through a server in `region` if given.
    func statistics(
        from a: Peer.Attributes, to b: Peer.Attributes, viaServerIn region: Int? = nil
    ) -> PathStatistics {
        let loss = losses[Int(a.access) * networkCount + Int(b.access)]
        return PathStatistics(
            meanDelay: meanDelay(a, b, viaServerIn: region), loss: loss.loss,
            burstRatio: loss.burstRatio)
    }
}
