import CMediaShim

/// What is seen of the memory of one call's keys as it is given back, in an audit: whether it was overwritten before.
///
/// Looked at are the blocks of ``SRTPKeys``, exported by a ``DTLSSession`` or given, and those of ciphers and authenticators of
/// an ``SRTPSession``. What OpenSSL and libsrtp2 allocate for themselves (contexts of ciphers, streams, associations) they
/// give back unseen.
///
/// A class, because keys, sessions and whoever asks afterwards refer to the same one. One thread at a time uses it.
public final class KeyReleases: @unchecked Sendable {
    /// Blocks that were looked at just before they were freed.
    public private(set) var blocks = 0
    /// Of these, the ones that were not all zeros.
    public private(set) var uncleansed = 0
    /// Whether keys are given back as they are; only tests want that.
    package var leavesKeys = false

    /// Nothing was seen.
    public init() {}

    /// What was seen since this was called last.
    public func take() -> (blocks: Int, uncleansed: Int) {
        defer { (blocks, uncleansed) = (0, 0) }
        return (blocks, uncleansed)
    }

    /// Looks at what `body` frees.
    func look(_ body: () -> Void) {
        media_key_releases_begin()
        body()
        let seen = media_key_releases_end()
        blocks += Int(seen.blocks)
        uncleansed += Int(seen.uncleansed)
    }
}
