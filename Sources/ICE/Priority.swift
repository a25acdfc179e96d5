/// The formulae of RFC 8445 §5.1.2.1 and §6.1.2.3.
public enum Priority {
    /// A candidate's priority: 2^24·type + 2^8·local + (256 − component).
    ///
    /// - Parameters:
    ///   - type: how the candidate was found.
    ///   - localPreference: preference among candidates of one type, 65535 for the best.
    ///   - component: the component, 1…256.
    @inlinable
    public static func candidate(
        type: CandidateType, localPreference: UInt16, component: UInt16 = 1
    ) -> UInt32 {
        type.preference << 24 | UInt32(localPreference) << 8 + UInt32(256 - component)
    }

    /// A pair's priority: 2^32·min(G,D) + 2·max(G,D) + (G > D ? 1 : 0).
    ///
    /// - Parameters:
    ///   - controlling: G, the priority of the controlling agent's candidate.
    ///   - controlled: D, the priority of the controlled agent's candidate.
    @inlinable
    public static func pair(controlling: UInt32, controlled: UInt32) -> UInt64 {
        UInt64(min(controlling, controlled)) << 32 + UInt64(max(controlling, controlled)) << 1
            + (controlling > controlled ? 1 : 0)
    }
}
