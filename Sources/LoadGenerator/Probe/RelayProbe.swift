import Addressing
import NIOCore
import NIOPosix
import Quantities
import TURN

/// Takes a relay through the life of an allocation and checks each step: what
/// `voicesim load probe` does.
public struct RelayProbe: Sendable {
    /// What one step showed.
    public struct Finding: Hashable, Sendable {
        /// What was looked at.
        public let step: String
        /// What was seen.
        public let detail: String
        /// Whether it is as RFC 8656 says.
        public let isOK: Bool
    }

    /// The relay.
    public var target: RelayTarget
    /// Datagrams each way in each of the steps that carry data.
    public var datagrams = 100
    /// Bytes of the longest datagram, 1…``longestDatagram``; the others are of all lengths below.
    public var largest = 1200
    /// Whether a peer also sends a datagram that is too long to be relayed, which must not pass.
    public var sendsOversized = false
    /// Seconds to wait before refreshing, so that a nonce of a shorter life is stale by then.
    public var staleAfter: Int64 = 0
    /// Whether a peer on this host's second loopback address exists, to be refused.
    public var hasStranger = true

    /// The longest that TURN's messages hold with their headers, as one datagram.
    public static let longestDatagram = Server.maximumDataByteCount

    /// A probe of `target`.
    public init(target: RelayTarget) { self.target = target }

    /// Runs all steps; `progress` hears of each as it is done. Ends early when there is nothing to
    /// go on with.
    public func run(progress: (Finding) -> Void) async throws -> [Finding] {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<[Finding], any Error>
        do {
            var run = ProbeRun(self, on: group.next())
            result = .success(try await run.run(progress))
        } catch {
            result = .failure(error)
        }
        try? await group.shutdownGracefully()
        return try result.get()
    }
}
