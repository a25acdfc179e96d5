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
    private let meanJitters: [SimDuration]
    /// Loss from network (row) to network.
    private let losses: [Double]

    init(_ scenario: Scenario) {
        regionCount = scenario.regions.delay.count
        networkCount = scenario.access.count
        backbone = scenario.regions.delay.flatMap { $0 }
        meanJitters = scenario.access.map { network in
            SimDuration(
                seconds: min(network.jitter.mean, Distribution.longestDuration.seconds))
        }
        losses = scenario.access.flatMap { sender in
            scenario.access.map { receiver in
                sender.loss.followed(by: receiver.loss).loss
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
            + meanJitters[Int(peer.access)]
    }

    /// Mean jitter of a packet between two peers over both their links.
    func meanJitter(_ a: Peer.Attributes, _ b: Peer.Attributes) -> SimDuration {
        meanJitters[Int(a.access)] + meanJitters[Int(b.access)]
    }

    /// Share of the packets from `a` to `b` that are lost.
    func loss(from a: Peer.Attributes, to b: Peer.Attributes) -> Double {
        losses[Int(a.access) * networkCount + Int(b.access)]
    }
}
