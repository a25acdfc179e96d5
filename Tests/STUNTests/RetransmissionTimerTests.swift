import Quantities
import STUN
import Testing

@Suite struct RetransmissionTimerTests {
    private func history(_ timer: RetransmissionTimer) -> (sent: [Double], failed: Double) {
        var timer = timer
        var sent: [Double] = []
        while true {
            let now = timer.deadline
            switch timer.expire(at: now) {
            case .retransmit: sent.append(now.sinceStart.milliseconds)
            case .failed: return (sent, now.sinceStart.milliseconds)
            case .wait: Issue.record("nothing was due at its deadline")
            }
        }
    }

    /// RFC 8489 §6.2.1: "0 ms, 500 ms, 1500 ms, 3500 ms, 7500 ms, 15500 ms and 31500 ms", timed out
    /// "after 39500 ms".
    @Test func `requests go out at the RFC's times`() {
        let (sent, failed) = history(RetransmissionTimer(sentAt: .zero))
        #expect(sent == [500, 1500, 3500, 7500, 15_500, 31_500])
        #expect(failed == 39_500)
    }

    @Test func `the interval can be capped and the count lowered`() {
        let timer = RetransmissionTimer(
            sentAt: .zero, initialInterval: .milliseconds(100), maximumRequests: 5,
            lastWaitFactor: 4, longestInterval: .milliseconds(250))
        let (sent, failed) = history(timer)
        #expect(sent == [100, 300, 550, 800])
        #expect(failed == 1200)
    }

    @Test func `a reliable transport waits once`() {
        let (sent, failed) = history(RetransmissionTimer(reliablySentAt: .zero))
        #expect(sent.isEmpty)
        #expect(failed == 39_500)
    }

    @Test func `early and late calls do nothing`() {
        var timer = RetransmissionTimer(sentAt: .zero, maximumRequests: 1)
        #expect(timer.expire(at: SimTime(nanoseconds: 1)) == .wait)
        #expect(timer.expire(at: timer.deadline) == .failed)
        #expect(timer.deadline == .distantFuture)
        #expect(timer.expire(at: .distantFuture) == .wait)
    }
}

@Suite struct DatagramKindTests {
    /// RFC 7983 §7, the whole table.
    @Test func `every first byte has its kind`() {
        for byte in UInt8.min...UInt8.max {
            let expected: DatagramKind =
                byte < 4
                ? .stun
                : (16..<20).contains(byte)
                    ? .zrtp
                    : (20..<64).contains(byte)
                        ? .dtls
                        : (64..<80).contains(byte)
                            ? .turnChannel : (128..<192).contains(byte) ? .rtp : .unknown
            #expect(DatagramKind.classify([byte, 0]) == expected)
        }
        #expect(DatagramKind.classify([]) == .unknown)
    }
}
