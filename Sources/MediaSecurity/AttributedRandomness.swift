import CMediaShim
import RandomStreams

/// Gives every random byte that OpenSSL draws to the stream of the connection at hand.
public enum AttributedRandomness {
    /// How often OpenSSL drew outside any stream since the process began; any such draw would
    /// make runs unrepeatable, so anything but 0 is a bug.
    public static var unattributedDraws: UInt64 { media_random_unattributed_draws() }

    /// Runs `body` with `stream` as the source of OpenSSL's random bytes on this thread.
    static func drawing<Result>(
        from stream: inout RandomStream, _ body: () -> Result
    ) -> Result {
        withUnsafeMutablePointer(to: &stream) { pointer in
            let former = media_random_enter(media_random_source(fill: fill, context: pointer))
            defer { _ = media_random_enter(former) }
            return body()
        }
    }

    private static let fill: media_random_fill = { context, bytes, count in
        guard let context, let bytes else { return }
        context.assumingMemoryBound(to: RandomStream.self).pointee
            .fill(UnsafeMutableRawBufferPointer(start: bytes, count: count))
    }
}
