import CMediaShim
import COpenSSL

/// The SRTP master keys and salts of both directions of one call; the only owner of their bytes.
///
/// The bytes live in raw memory that nothing copies and that is cleansed before it is freed,
/// whichever way the owner ends. The type has no textual form.
public struct SRTPKeys: ~Copyable, @unchecked Sendable {
    /// The profile they are for.
    public let profile: SRTPProfile

    /// Who looks at the bytes as they are given back, here and by the session that consumes them; nobody but in audits.
    public var releases: KeyReleases?

    // Local key, local salt, remote key, remote salt.
    private let material: UnsafeMutableRawBufferPointer

    private init(profile: SRTPProfile, material: UnsafeMutableRawBufferPointer) {
        self.profile = profile
        self.material = material
    }

    deinit {
        SRTPKeys.destroy(material, releases)
    }

    /// Keys given from outside, for instance published vectors: key, then salt, per direction.
    ///
    /// - Precondition: each has `keyByteCount + saltByteCount` bytes of `profile`.
    public init(profile: SRTPProfile, local: UnsafeRawBufferPointer, remote: UnsafeRawBufferPointer)
    {
        let count = profile.keyByteCount + profile.saltByteCount
        precondition(
            local.count == count && remote.count == count,
            "a master key with its salt has \(count) bytes under \(profile)")
        let material = SRTPKeys.allocate(2 * count)
        material.copyMemory(from: local)
        UnsafeMutableRawBufferPointer(rebasing: material[count...]).copyMemory(from: remote)
        self.init(profile: profile, material: material)
    }

    /// The keys that `association` exports for `role` (RFC 5764 §4.2), nil when it has none.
    ///
    /// The exporter writes client key, server key, client salt, server salt.
    init?(
        exportedBy association: OpaquePointer, profile: SRTPProfile, role: DTLSRole,
        releases: KeyReleases?
    ) {
        let (key, salt) = (profile.keyByteCount, profile.saltByteCount)
        let count = 2 * (key + salt)
        let exported = SRTPKeys.allocate(count)
        defer { SRTPKeys.destroy(exported, releases) }
        guard media_dtls_export_keys(association, exported.baseAddress, count) == 1 else {
            return nil
        }
        let (ours, theirs) = role == .client ? (0, 1) : (1, 0)
        let sources = [
            ours * key..<(ours + 1) * key,
            2 * key + ours * salt..<2 * key + (ours + 1) * salt,
            theirs * key..<(theirs + 1) * key,
            2 * key + theirs * salt..<2 * key + (theirs + 1) * salt,
        ]
        let material = SRTPKeys.allocate(count)
        var offset = 0
        for source in sources {
            UnsafeMutableRawBufferPointer(rebasing: material[offset...])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: exported[source]))
            offset += source.count
        }
        self.init(profile: profile, material: material)
        self.releases = releases
    }

    /// Lends the local and the remote master key, each followed by its salt. The pointers are
    /// valid during `body` only, and what it copies it must cleanse itself.
    public borrowing func withKeys<Result>(
        _ body: (_ local: UnsafeRawBufferPointer, _ remote: UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let half = material.count / 2
        return body(
            UnsafeRawBufferPointer(rebasing: material[..<half]),
            UnsafeRawBufferPointer(rebasing: material[half...]))
    }

    private static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: count, alignment: 16)
    }

    private static func destroy(
        _ material: UnsafeMutableRawBufferPointer, _ releases: KeyReleases?
    ) {
        if releases?.leavesKeys != true { cleanse(material) }
        releases?.look { media_key_releases_look(material.baseAddress, material.count) }
        material.deallocate()
    }

    /// Overwrites `material` with zeros in a way that no compiler leaves out.
    static func cleanse(_ material: UnsafeMutableRawBufferPointer) {
        OPENSSL_cleanse(material.baseAddress, material.count)
    }
}
