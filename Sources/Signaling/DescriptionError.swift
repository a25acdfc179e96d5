import ICE

/// What is wrong with the text of a session description, and in which line.
public struct DescriptionError: Error, Hashable, Sendable {
    /// The line, from 1; for something that is missing, that after which it was looked for.
    public var line: Int
    /// What is wrong there.
    public var fault: Fault

    /// The error `fault` in line `line`.
    public init(line: Int, fault: Fault) {
        self.line = line
        self.fault = fault
    }

    /// What can be wrong.
    public enum Fault: Hashable, Sendable {
        /// Longer than ``SessionDescription/longestText``.
        case tooLong(bytes: Int)
        /// Not `x=value`.
        case notALine
        /// Another line type was expected here (RFC 8866 §5 fixes the order).
        case expected(StaticLine)
        /// The text lacks this attribute or line.
        case missing(StaticLine)
        /// This line or attribute is there for the second time.
        case repeated(StaticLine)
        /// This line or attribute has a value it cannot have.
        case malformed(StaticLine)
        /// Well formed, but not what a voice call here can use.
        case unsupported(StaticLine)
        /// A candidate that is none.
        case candidate(CandidateTextError)
        /// More candidates than ``SessionDescription/maximumCandidates``.
        case tooManyCandidates
    }

    /// The lines and attributes that a description is made of.
    public enum StaticLine: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// `v=0`.
        case version
        /// `o=`.
        case origin
        /// `s=`.
        case sessionName
        /// `t=`.
        case time
        /// `m=audio`, exactly one.
        case media
        /// `a=ice-ufrag`.
        case usernameFragment
        /// `a=ice-pwd`.
        case password
        /// `a=fingerprint`.
        case fingerprint
        /// `a=setup`.
        case setup
        /// `a=mid`.
        case mid
        /// `a=rtcp-mux`.
        case rtcpMultiplexing
        /// `a=rtpmap` for Opus.
        case rtpmap
        /// `a=fmtp`.
        case fmtp
        /// `a=ptime`.
        case ptime
        /// `a=ice-pacing`.
        case pacing
    }
}
