import MediaPipeline
import Quantities
import RandomStreams
import Testing

@testable import Talks

/// The order of packets under way.
@Suite struct PacketsInFlightTests {
    private func flight(_ arrival: Int64, _ slot: Int32) -> Flight {
        Flight(
            arrival: SimTime(nanoseconds: arrival),
            packet: WirePacket(
                slot: PacketSlot(index: slot), offset: 16, count: 100, isControl: false), stop: 0,
            route: 0)
    }

    /// Insertions and removals at random against a sorted array.
    @Test(arguments: 1...20)
    func `packets come out by arrival, equal ones as they went in`(_ seed: UInt64) {
        var stream = Call.stream(9, seed)
        var flights = PacketsInFlight()
        var model: [(Int64, Int32)] = []
        for slot in 0..<2_000 as Range<Int32> {
            if stream.nextBool(probability: 0.55) {
                let arrival = Int64(slot) + Int64(stream.nextInteger(below: 40))
                flights.insert(flight(arrival, slot))
                let place = model.firstIndex { $0.0 > arrival } ?? model.count
                model.insert((arrival, slot), at: place)
            } else if !model.isEmpty {
                let first = flights.removeFirst()
                let expected = model.removeFirst()
                #expect(first.arrival.nanoseconds == expected.0)
                #expect(first.packet.slot.index == expected.1)
            }
            #expect(flights.count == model.count)
            let earliest = flights.earliest
            #expect(earliest == model.first.map { SimTime(nanoseconds: $0.0) } ?? .distantFuture)
        }
    }
}
