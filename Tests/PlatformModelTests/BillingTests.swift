import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// What of a relayed call is paid for.
@Suite struct BillingTests {
    private func flow(_ billing: Relay.Billing) -> MediaFlow {
        var scenario = Scenario(title: "Billing")
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.relay.billing = billing
        return QualityDesk(scenario, traffic: TalkingTests.traffic).flowThroughRelay
    }

    /// A packet to the client has a ChannelData header of 4 bytes more than one to the peer.
    @Test func `tariffs count what they say, and the load is the same`() {
        let (sent, toClients, bothWays) = (
            flow(.sent), flow(.toClients), flow(.clientsBothWays)
        )
        #expect(sent.billed == sent.bitrate)
        #expect(sent.bitrate == toClients.bitrate && sent.bitrate == bothWays.bitrate)
        let header = 4 * 8 * sent.packetRate / 2
        let peers = (sent.bitrate - toClients.billed).bitsPerSecond
        #expect(abs(toClients.billed.bitsPerSecond - peers - header) <= 32)
        #expect(abs(bothWays.billed.bitsPerSecond - 2 * toClients.billed.bitsPerSecond) <= 1)
    }

    @Test func `a meter counts both while they last`() {
        var meter = EgressMeter()
        let flow = MediaFlow(
            bitrate: Bitrate(bitsPerSecond: 16_000), packetRate: 100,
            billed: Bitrate(bitsPerSecond: 8_000))
        meter.change(by: flow, sign: 1)
        meter.advance(to: .zero + .seconds(3))
        meter.change(by: flow, sign: -1)
        meter.advance(to: .zero + .seconds(5))
        #expect(meter.bytes == 6_000 && meter.billedBytes == 3_000)
        meter.restart()
        #expect(meter.bytes == 0 && meter.billedBytes == 0)
    }
}
