import MediaSecurity

/// A piece of work of the media benchmark, done by us and by the rivals that have it.
enum MediaWorkload: Hashable {
    /// Opus from samples.
    case encode
    /// Samples from Opus.
    case decode
    /// The whole way of a frame.
    case full
    /// Headers around an encoded frame, `peers` in turn.
    case packetise(peers: Int)
    /// A relay's work on a packet.
    case forward(peers: Int)
    /// Parsing, insertion and playout, `peers` in turn.
    case jitterBuffer(peers: Int)
    /// 100 bytes protected.
    case protect(SRTPProfile, sessions: Int)
    /// 100 bytes authenticated and decrypted.
    case unprotect(SRTPProfile, sessions: Int)
    /// From the encoded frame to the decision what is played. Calls take turns, each with `burst`
    /// frames both ways.
    case packets(SRTPProfile, peers: Int, burst: Int)
    /// DTLS, both sides.
    case handshake

    /// As tables and targets call it.
    var name: String {
        switch self {
        case .encode: "encode"
        case .decode: "decode"
        case .full: "full pipeline"
        case .packetise(let peers): "packetise, \(peers) peers"
        case .forward(let peers): "forward, \(peers) peers"
        case .jitterBuffer(let peers): "jitter buffer, \(peers) peers"
        case .protect(let profile, let sessions):
            "protect 100 B, \(profile.word), \(sessions) sessions"
        case .unprotect(let profile, let sessions):
            "unprotect 100 B, \(profile.word), \(sessions) sessions"
        case .packets(let profile, let peers, let burst):
            "packet path, \(profile.word), \(peers) peers"
                + (burst > 1 ? ", \(burst) frames a turn" : "")
        case .handshake: "handshake"
        }
    }

    /// Which stage it belongs to.
    var stage: MediaStage {
        switch self {
        case .encode: .encode
        case .decode: .decode
        case .full: .full
        case .packetise: .packetise
        case .forward: .forward
        case .jitterBuffer: .jitterBuffer
        case .protect: .protect
        case .unprotect: .unprotect
        case .packets: .packetPath
        case .handshake: .handshake
        }
    }

    /// About what an operation takes on a machine of 2023, ns: how long a round is follows from it.
    private var typicalNanoseconds: Double {
        switch self {
        case .encode: 120_000
        case .decode: 25_000
        case .full: 160_000
        case .packetise: 30
        case .forward: 10
        case .jitterBuffer: 80
        case .protect, .unprotect: 300
        case .packets: 1500
        case .handshake: 1_100_000
        }
    }

    /// Operations that take about `seconds`.
    func operations(in seconds: Double) -> Int {
        max(10, Int(seconds * 1e9 / typicalNanoseconds))
    }

    /// How many of these operations a two-way call needs each second; nil for those that it needs
    /// once.
    var operationsPerCallSecond: Double? {
        self == .handshake ? nil : 100
    }

    /// What a rival program is told; `files` has the speech and the encoded frames.
    func arguments(_ files: MediaFiles, _ codec: MediaCodec) -> [String] {
        switch self {
        case .encode: ["encode", files.speech] + codec.arguments
        case .decode: ["decode", files.speech] + codec.arguments
        case .full: ["full", files.speech] + codec.arguments
        case .packetise(let peers): ["packetise", "\(peers)", files.frames]
        case .forward(let peers): ["forward", "\(peers)", files.frames]
        case .jitterBuffer(let peers): ["jitter-buffer", "\(peers)", files.frames]
        case .protect(let profile, let sessions): ["protect", profile.word, "\(sessions)"]
        case .unprotect(let profile, let sessions): ["unprotect", profile.word, "\(sessions)"]
        case .packets(let profile, let peers, let burst):
            ["packets", profile.word, "\(peers)", "\(burst)", files.frames]
        case .handshake: []
        }
    }
}

extension SRTPProfile {
    /// The profile in names of workloads and arguments of rivals.
    var word: String {
        switch self {
        case .aes128CMSHA1: "cm"
        case .aeadAES128GCM: "gcm"
        }
    }
}

/// Where the rivals read what is said.
struct MediaFiles {
    /// Samples: 16 bits each, the lower byte first.
    var speech: String
    /// Encoded frames, each after its length.
    var frames: String
}
