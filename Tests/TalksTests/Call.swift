import MediaPipeline
import MediaSecurity
import NetworkModel
import OpusCodec
import Quantities
import RandomStreams
import Talks

/// A call to be talked in a test, as it is told.
struct Call {
    static let plain = LinkBehaviour(jitter: .constant(0), loss: .none)
    static let jittery = LinkBehaviour(
        jitter: .gamma(mean: 0.008, shape: 2), loss: GilbertLoss(loss: 0.02, meanBurst: 2)!)

    static let corpus: SpeechCorpus = {
        do {
            return try SpeechCorpus(
                of: SyntheticSpeech.material(), as: OpusSettings(), conversations: 1,
                span: .seconds(8))
        } catch {
            preconditionFailure("the usual codec settings are refused: \(error)")
        }
    }()

    /// Which frames of the corpus are packets.
    static let rhythm = corpus.rhythm(conversation: 0, party: .first)

    var link = Call.plain
    var there = TalkRoute(.direct(.milliseconds(40)))
    var back = TalkRoute(.direct(.milliseconds(40)))
    var offererSecuredAt = SimTime.zero
    var answererSecuredAt = SimTime.zero
    var seed: UInt64 = 1
    /// Who looks on at relays and on the Internet.
    var witness: MediaWitness?

    static func stream(_ purpose: UInt16, _ seed: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: purpose), entity: 5))
    }

    static func leg(_ ms: Int64, isStream: Bool = false) -> MediaRoute.Leg {
        MediaRoute.Leg(delay: .milliseconds(ms), isStream: isStream)
    }

    /// Over relay 0, whose client is the offerer.
    static func relayed(
        client: UInt16 = 0x4001, server: UInt16 = 0x4001, isStream: Bool = false
    ) -> Call {
        let channel = ChannelUse(
            client: client, server: server, transport: isStream ? .tcp : .udp)
        var call = Call()
        call.there = TalkRoute(
            .relayed(leg(15, isStream: isStream), over: 0, leg(25)), sending: channel)
        call.back = TalkRoute(
            .relayed(leg(25), over: 0, leg(15, isStream: isStream)), receiving: channel)
        return call
    }

    /// The keys of one side.
    func keys(isOfferer: Bool) -> SRTPKeys {
        let profile = SRTPProfile.aeadAES128GCM
        let count = profile.keyByteCount + profile.saltByteCount
        let material = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * count, alignment: 16)
        defer { material.deallocate() }
        for index in material.indices {
            material[index] = UInt8(truncatingIfNeeded: 3 &* index &+ Int(seed))
        }
        let first = UnsafeRawBufferPointer(rebasing: material[..<count])
        let second = UnsafeRawBufferPointer(rebasing: material[count...])
        return SRTPKeys(
            profile: profile, local: isOfferer ? first : second,
            remote: isOfferer ? second : first)
    }

    private func party(isOfferer: Bool) throws -> TalkParty {
        let securedAt = isOfferer ? offererSecuredAt : answererSecuredAt
        let side = try MediaSide(
            MediaConfiguration(codec: OpusSettings()),
            source: .corpus(
                Self.corpus, conversation: 0, party: isOfferer ? .first : .second, offset: 0),
            decodes: false, keys: keys(isOfferer: isOfferer), securedAt: securedAt,
            randomness: Self.stream(isOfferer ? 1 : 2, seed), frameLog: witness?.frames)
        return TalkParty(
            side, securedAt: securedAt,
            path: MediaPath(
                from: link, to: link, randomness: Self.stream(isOfferer ? 3 : 4, seed)),
            route: isOfferer ? there : back)
    }

    func talk(serial: UInt32 = 7) throws -> Talk {
        Talk(
            serial: serial, try party(isOfferer: true), try party(isOfferer: false),
            largestPayload: Self.corpus.largestPayload, witness: witness)
    }

    /// The report of the talk of `seconds`, performed in stretches of `step`, when the relays do as
    /// `loads` say.
    func report(
        seconds: Int64 = 10, step: SimDuration = .seconds(1),
        under loads: [EffectHistory] = [EffectHistory(), EffectHistory()],
        telling inputs: [(SimTime, TalkInput)] = []
    ) throws -> TalkReport {
        let talk = try talk()
        let end = SimTime.zero + .seconds(seconds)
        for (time, input) in inputs { talk.tell(input, at: time) }
        talk.tell(.end, at: end)
        talk.handOver()
        var time = SimTime.zero
        while talk.report == nil {
            time += step
            talk.advance(to: time, under: loads)
        }
        return talk.report!
    }
}
