import Testing

@testable import Results

@Suite struct HostFactsTests {
    @Test func `a figure of a status file is found by its whole name`() {
        let status = "Name:\tvoicesim\nVmPeak:\t   90000 kB\nVmHWM:\t   12345 kB\nThreads:\t2\n"
        #expect(HostFacts.kibibytes(named: "VmHWM", in: status) == 12_345)
        #expect(HostFacts.kibibytes(named: "VmH", in: status) == nil)
        #expect(HostFacts.kibibytes(named: "Threads", in: status) == nil)
    }

    @Test func `peak memory grows with what is held`() {
        let before = HostFacts.peakMemory()
        let block = [UInt8](repeating: 1, count: Int(before) + 1 << 26)
        #expect(HostFacts.peakMemory() >= before + 1 << 25)
        #expect(block.last == 1)
    }
}
