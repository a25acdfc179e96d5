import NetworkModel
import Quantities
import Testing

@Suite struct FluidLinkTests {
    let link = FluidLink(capacity: .kilobitsPerSecond(1_000), packetCapacity: 1_000)

    @Test func `nothing is lost up to either ceiling and the excess beyond`() {
        func loss(_ kilobits: Int64, _ packets: Int64) -> Double {
            link.effect(offered: .kilobitsPerSecond(kilobits), packets: packets).loss
        }
        #expect(loss(0, 0) == 0)
        #expect(loss(1_000, 1_000) == 0)
        #expect(loss(2_000, 10) == 0.5)
        #expect(loss(10, 4_000) == 0.75)
        #expect(loss(2_000, 4_000) == 0.75, "the tighter ceiling counts")
    }

    @Test func `packets wait as in a queue with fixed service, at most the buffer`() {
        func delay(_ packets: Int64) -> SimDuration {
            link.effect(offered: .kilobitsPerSecond(1), packets: packets).delay
        }
        #expect(delay(0) == .zero)
        // ρ = 1/2: half a packet time of 1 ms.
        #expect(delay(500) == .microseconds(500))
        #expect(delay(999) == FluidLink.defaultBuffer)
        #expect(delay(5_000) == FluidLink.defaultBuffer)
    }
}
