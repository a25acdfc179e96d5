import MediaSecurity
import Quantities
import RiskScoring
import Talks

/// Breaches of promises that tests plant, for audits to find.
enum PlantedLeak: CaseIterable {
    /// Browsers put private addresses into candidates though they are to hide them.
    case hostCandidates
    /// The signalling service writes a key into a line of its log, in hexadecimal.
    case keyInLogLine
    /// A key is in what relays have of a packet.
    case keyInRelayBuffer
    /// A frame is in what relays have of its packet, unprotected.
    case frameInRelayBuffer
    /// A report is stored with the reporter's device in it.
    case reporterInReport
    /// The associations of calls are not let go when calls are over.
    case keptKeys
}

extension Platform {
    /// Plants what is to be found of a side's keys, where relays or services have it.
    mutating func plant(
        _ keys: borrowing SRTPKeys, of leg: LegID, _ witness: RelayWitness, at now: SimTime
    ) {
        let key = keys.withKeys { local, _ in Array(local) }
        switch plantedLeak {
        case .keyInLogLine:
            let digits = key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            keepMessage(
                Array("debug: key \(digits)".utf8), numbered: nil, from: leg, at: now)
        case .keyInRelayBuffer: witness.plant = .bytes(key)
        case .frameInRelayBuffer: witness.plant = .frame
        default: break
        }
    }

    /// The device that a report made by `right` names.
    func planted(_ device: DeviceIdentifier, _ right: ReportCapability) -> DeviceIdentifier {
        plantedLeak == .reporterInReport ? right.reporter : device
    }
}
