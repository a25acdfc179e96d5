import Testing

@testable import NetworkModel

@Suite struct RouteTableTests {
    /// Against a dictionary, through growth and removals that close gaps.
    @Test func `routes are found, replaced and forgotten like a dictionary's`() {
        var table = RouteTable<UInt32>()
        var model: [UInt32: Int] = [:]
        var state: UInt32 = 12345
        for step in 0..<20_000 {
            state = state &* 1_664_525 &+ 1_013_904_223
            let ip = state >> 20 & 0x3ff
            if model[ip] == nil {
                table.insert(ip, slot: step)
                model[ip] = step
            } else if state & 3 != 0 {
                table.remove(ip)
                model[ip] = nil
            }
            if step % 500 == 0 {
                for probe in UInt32(0)..<1024 { #expect(table.slot(of: probe) == model[probe]) }
            }
        }
        #expect(table.count == model.count)
    }
}
