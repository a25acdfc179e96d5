import RandomStreams

/// What the platform draws random numbers for. The numbers are part of every stream's name:
/// changing one changes every run.
enum Purpose: UInt16 {
    // One stream a run.
    case arrivals = 1
    case identifierKeys = 2
    case relayServer = 3
    case relaySecret = 4
    case overload = 5
    case accessKey = 6
    case breach = 7
    case publication = 8
    case importedReports = 9
    case otherKeys = 10

    // One stream a peer, or a home or box: who it is, never touched by what others do.
    case attributes = 17
    case access = 18
    case fingerprint = 19
    case link = 20
    case binding = 21
    case ipv6 = 22
    case carrier = 23
    case carrierBinding = 24
    case chosen = 25

    // One stream a peer and visit (ticket or call): what it would do, met or not.
    case patience = 32
    case conversation = 33
    case requeue = 34
    case thinkTime = 35
    case report = 36
    case returning = 37
    case clock = 38

    // One stream a call or a call's side.
    case signaling = 48
    case iceAgent = 49
    case handshake = 50
    case speech = 51
    case fidelity = 52
    case handshakeThere = 53
    case certificate = 55
    case mediaSession = 56
    case conversationPattern = 57
    case pathThere = 58
    case pathBack = 59
    case recording = 60
    case take = 61
    case handshakeBack = 62
    case restartSignaling = 63
    case restartAgent = 64
    case moveSignaling = 65
    case connection = 66
    case dialogue = 67
    case notice = 68
    case sessionNumber = 69
    case relayName = 70

    func name(_ seed: UInt64, _ replication: UInt32, _ entity: UInt64) -> StreamName {
        StreamName(
            seed: seed, replication: replication, purpose: StreamPurpose(rawValue: rawValue),
            entity: entity)
    }
}

/// Where a replication's streams begin.
struct StreamRoot: Sendable {
    let seed: UInt64
    let replication: UInt32

    /// The stream for `purpose` of `entity`.
    func stream(_ purpose: Purpose, _ entity: UInt64 = 0) -> RandomStream {
        RandomStream(purpose.name(seed, replication, entity))
    }

    /// The stream for `purpose` on the `visit`-th ticket or call of the peer numbered `peer`.
    func stream(_ purpose: Purpose, peer: UInt32, visit: UInt16) -> RandomStream {
        stream(purpose, UInt64(peer) << 16 | UInt64(visit))
    }
}
