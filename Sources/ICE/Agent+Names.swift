import Addressing
import Quantities

/// A candidate of the peer's whose address is still unknown.
struct HiddenCandidate: BitwiseCopyable {
    var name: MDNSName
    var candidate: Candidate
}

/// Candidates behind mDNS names (draft-ietf-mmusic-mdns-ice-candidates).
extension Agent {
    /// Most names of the peer's asked for in one generation: as many as a host has addresses, with
    /// room; every one costs a multicast query on the host's own links.
    public static let maximumNames = 8

    /// Remembers `candidate` and asks for its name (§3.2.1), once for each name.
    mutating func ask(for name: MDNSName, of candidate: Candidate) {
        let isKnown = names.contains { $0.name == name }
        guard names.count < Self.maximumNames else {
            counters.unresolvableCandidates += 1
            return
        }
        if isKnown, names.contains(where: { $0.candidate == candidate }) {
            counters.ignoredCandidates += 1
            return
        }
        names.append(HiddenCandidate(name: name, candidate: candidate))
        if !isKnown { events.append(.resolve(name)) }
    }

    /// What multicast DNS answered to ``AgentEvent/resolve(_:)``.
    ///
    /// The pairs are formed with the address; what the application is shown keeps the name
    /// (§3.2.2). An answer to nothing that was asked, such as one for the generation before an ICE
    /// restart, changes nothing.
    ///
    /// - Parameters:
    ///   - name: the name asked for.
    ///   - address: its one address (§3.2.1: a name with several is not used); nil when nobody
    ///     answered, or with several.
    ///   - now: the time.
    public mutating func resolved(_ name: MDNSName, as address: IPAddress?, at now: SimTime) {
        guard phase.isLive else { return }
        let found = names.filter { $0.name == name }
        names.removeAll { $0.name == name }
        for item in found {
            guard let address, case .mdns(_, let port) = item.candidate.address else {
                counters.unresolvableCandidates += 1
                continue
            }
            take(item.candidate, at: TransportAddress(address, port: port), name: name, at: now)
        }
        advance(at: now)
    }
}
