import Addressing
import ICE
import MediaSecurity
import Quantities

/// What one party of a call over real sockets does.
public struct CallPeerConfiguration: Sendable {
    /// This host's address, its only host candidate.
    public var local: IPAddress
    /// Whether it makes the offer; else it answers one.
    public var offers: Bool
    /// Where it allocates; nil for no relay.
    public var turnServer: TURNServerDescription?
    /// Whether it uses relayed candidates only.
    public var relayOnly = false
    /// SRTP profiles offered or accepted, the preferred first.
    public var profiles: [SRTPProfile] = [.aeadAES128GCM, .aes128CMSHA1]
    /// What it says.
    public var says = Tone(frequency: 440)
    /// What it hopes to hear.
    public var expects = Tone(frequency: 660)
    /// How long media flows before it hangs up.
    public var duration: SimDuration = .seconds(3)
    /// Frames of the tone hoped for without which it does not hang up then, but waits for
    /// ``patience`` more: a busy host delays speech.
    public var neededFrames = 0
    /// How long the way to media may take, and then that to the needed frames.
    public var patience: SimDuration = .seconds(60)

    /// A party at `local` that offers or answers.
    public init(local: IPAddress, offers: Bool) {
        self.local = local
        self.offers = offers
    }
}

/// Why a call over real sockets did not come about.
public enum CallPeerFailure: Error, Hashable, Sendable {
    /// The host refused a socket.
    case noSocket(reason: String)
    /// What the other party sent is no description of a call.
    case description(line: Int, String)
    /// The agent has given up.
    case connectivity(AgentFailure)
    /// The handshake or the codec failed.
    case media(String)
    /// Nothing had come of it after the time that was given.
    case patienceOver(String)
}

/// What became of a call.
public struct CallPeerReport: Codable, Hashable, Sendable {
    /// The profile agreed on.
    public var profile = ""
    /// `client` or `server` of the handshake.
    public var dtlsRole = ""
    /// Type of the own candidate of the selected pair.
    public var localCandidate = ""
    /// Type of the peer's.
    public var remoteCandidate = ""
    /// Milliseconds from the peer's description to the selected pair.
    public var iceMilliseconds = 0.0
    /// Milliseconds of the handshake.
    public var dtlsMilliseconds = 0.0
    /// RTP packets sent.
    public var packetsSent: Int64 = 0
    /// RTP packets received that authenticated.
    public var packetsReceived: Int64 = 0
    /// Packets that must have been sent, by their numbers, and did not come.
    public var packetsLost: Int64 = 0
    /// Datagrams dropped, whatever the reason.
    public var rejected: Int64 = 0
    /// The reasons with their numbers.
    public var rejections: [String: Int64] = [:]
    /// Frames played since the first of the peer's.
    public var framesHeard = 0
    /// Of these, frames that were mostly the tone hoped for.
    public var framesOfTone = 0
    /// RTCP compounds received that authenticated.
    public var reports: Int64 = 0
    /// Mean round trip by the peer's reports in milliseconds; 0 without any.
    public var roundTripMilliseconds = 0.0
    /// Whether the peer said goodbye.
    public var remoteLeft = false
}
