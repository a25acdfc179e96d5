import Addressing
import Quantities
import STUN

struct RelayLeg: Sendable {
    var isSettled: Bool { true }
    var holdsAllocation: Bool { false }
    func permits(_ address: TransportAddress) -> Bool { true }
    mutating func send(_ bytes: [UInt8], to: TransportAddress, at: SimTime) {}
    mutating func bindChannel(to: TransportAddress, at: SimTime) {}
}
extension Agent {
    var outdatedRelay: Int { -1 }
    func leg(serving: TransportAddress, local: TransportAddress, transport: TransportProtocol)
        -> Int?
    { nil }
    mutating func receive(_ datagram: [UInt8], byLeg: Int, at: SimTime) -> Received { .consumed }
    mutating func advanceRelay(at now: SimTime) {}
    mutating func drainRelay(at now: SimTime) {}
    mutating func releaseRelay(except: Int?, at now: SimTime) {}
    mutating func startNextAllocation(at now: SimTime) -> Bool {
        gathering.relayStarted = true; return false
    }
    mutating func startFallbackAllocation(at now: SimTime) {}
    var earliestRelayTimeout: SimTime { .distantFuture }
}
