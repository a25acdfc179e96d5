import Quantities
import RandomStreams
import ScenarioModel

/// What a person's present visit is called in what services are shown (`privacy.visit_names`).
extension Platform {
    /// The number of the session in its descriptions (RFC 8866 §5.2), at most 63 bits (RFC 8829 §5.2.1); the same
    /// throughout a visit, restarts included.
    func sessionNumber(of peer: Handle) -> UInt64 {
        switch scenario.privacy.visitNames {
        case .lasting: return UInt64(peers[peer].serial) << 16 | UInt64(peers[peer].visits)
        case .fresh:
            var stream = visitStream(.sessionNumber, peer)
            return stream.nextUInt64() >> 1
        }
    }

    /// The name behind the time in the user name at relays.
    func relayName(of peer: Handle) -> String {
        switch scenario.privacy.visitNames {
        case .lasting: return String(peers[peer].serial)
        case .fresh:
            var stream = visitStream(.relayName, peer)
            let digits = String(stream.nextUInt64(), radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
    }
}
