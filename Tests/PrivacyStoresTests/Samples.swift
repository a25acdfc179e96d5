import Addressing
import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN

@testable import PrivacyStores

func stream(_ seed: UInt64, entity: UInt64 = 0) -> RandomStream {
    RandomStream(
        StreamName(
            seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 0x7072), entity: entity))
}

func at(_ duration: SimDuration) -> SimTime { .zero + duration }

/// Records with nothing in common.
enum Sample {
    static func device(_ n: UInt64) -> DeviceIdentifier {
        DeviceIdentifier(high: n &* 0x9E37_79B9_7F4A_7C15, low: Spreading.mix(n), epoch: 1)
    }

    static func report(_ n: UInt64, at time: SimTime) -> StoredRecord {
        .report(Report(device: device(n), category: .spam, time: time))
    }

    static func message(_ n: UInt64, at time: SimTime) -> StoredRecord {
        .message(
            StoredMessage(
                call: CallID(rawValue: n), sender: .first, number: n, time: time,
                text: Array("offer \(n)".utf8)))
    }

    static func relayed(_ n: UInt64) -> TransportAddress {
        TransportAddress(IPAddress(v4: 0xC612_0001), port: UInt16(49152 + n % 1000))
    }

    static func relayLog(_ n: UInt64, at time: SimTime) -> StoredRecord {
        .relayLog(
            RelayLogEntry(
                time: time, event: .opened, relayed: relayed(n),
                client: TransportAddress(IPAddress(v6High: 1, low: n), port: 5000),
                transport: .udp))
    }

    static func record(_ kind: RecordKind, _ n: UInt64, at time: SimTime) -> StoredRecord {
        switch kind {
        case .reports: report(n, at: time)
        case .signaling: message(n, at: time)
        case .relayLog: relayLog(n, at: time)
        }
    }
}

extension FlatStores {
    func dump() -> StoreContents { contents(DumpPermit()) }
}
