import Addressing
import ICE
import MediaPipeline
import MediaSecurity
import NIOCore
import OpusCodec
import Quantities
import RandomStreams
import Signaling

/// One party of a call: ``ICE/Agent`` and ``MediaPipeline/MediaEndpoint`` on real sockets.
///
/// A class, because sockets, timers and who drives it share it; it lives on its event loop.
final class CallParty {
    private enum Purpose: UInt16 {
        case agent = 3, certificate, handshake, session, talker
    }

    let configuration: CallPeerConfiguration
    private let loop: any EventLoop
    private let clock: WallClock
    private let seed = UInt64.random(in: .min ... .max)
    private let certificate: Certificate
    private var sockets: PeerSockets?
    private var agent: Agent
    private var media: MediaEndpoint?
    private var meter: ToneMeter
    private var remote: SessionDescription?
    private var candidates: [Candidate] = []
    private var timer: Scheduled<Void>?
    private var lastFrame = SimTime.zero
    private var remoteKnownAt = SimTime.zero
    private(set) var report = CallPeerReport()

    /// All local candidates are known.
    let gathered: EventLoopPromise<Void>
    /// Keys are agreed on and the first frame of the peer is played.
    let heard: EventLoopPromise<Void>
    private var hasGathered = false
    private var hasEnded = false

    init(
        _ configuration: CallPeerConfiguration, on loop: any EventLoop
    ) throws(BoundSocket.Refusal) {
        self.configuration = configuration
        self.loop = loop
        clock = WallClock()
        meter = ToneMeter(configuration.expects)
        gathered = loop.makePromise()
        heard = loop.makePromise()
        var randomness = Self.stream(.certificate, seed)
        certificate = Certificate(randomness: &randomness)
        var party: CallParty?
        let sockets = try PeerSockets(at: configuration.local, on: loop) {
            party?.receive($0, from: $1, by: $2)
        }
        let settings = AgentConfiguration(
            policy: configuration.relayOnly ? .relay : .all, hidesHostAddresses: false,
            turnServer: configuration.turnServer)
        agent = Agent(
            configuration: settings, role: configuration.offers ? .controlling : .controlled,
            localAddresses: [sockets.base], randomness: Self.stream(.agent, seed))
        self.sockets = sockets
        party = self
    }

    private static func stream(_ purpose: Purpose, _ seed: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: purpose.rawValue),
                entity: 0))
    }

    /// Frames heard that were mostly the tone hoped for.
    var framesOfTone: Int { meter.matches }

    // MARK: Descriptions

    func gather() {
        agent.startGathering(at: clock.now)
        settle()
    }

    /// The own offer, or answer once there is an offer, with all candidates.
    var description: SessionDescription {
        SessionDescription(
            sessionID: seed >> 1, credentials: agent.localCredentials, trickles: false,
            fingerprint: certificate.fingerprint,
            setup: remote.map { $0.setup == .active ? .passive : .active } ?? .actpass,
            mid: remote?.mid ?? "0",
            format: OpusFormat(payloadType: remote?.format.payloadType ?? 111),
            candidates: candidates, hasAllCandidates: true)
    }

    /// Takes an offer; the answer's text.
    func answer(_ offer: SessionDescription) -> [UInt8] {
        take(offer)
        return description.text
    }

    /// Takes the other's description; checks begin.
    func take(_ remote: SessionDescription) {
        self.remote = remote
        let now = clock.now
        remoteKnownAt = now
        agent.setRemoteCredentials(remote.credentials, at: now)
        for candidate in remote.candidates { agent.addRemoteCandidate(candidate, at: now) }
        agent.endOfRemoteCandidates(at: now)
        settle()
    }

    /// The end of the handshake: who answers is active unless the offer was (RFC 8842 §5.3).
    private var dtlsRole: DTLSRole {
        guard let remote else { return .server }
        return remote.setup == .active ? .server : .client
    }

    // MARK: Traffic

    private func receive(
        _ bytes: [UInt8], from source: TransportAddress, by transport: TransportProtocol
    ) {
        guard !hasEnded || agent.nextTimeout != nil, let base = sockets?.base else { return }
        let now = clock.now
        let received = agent.handle(bytes, from: source, to: base, transport: transport, at: now)
        if case .application(let data) = received {
            makeMedia()
            media?.handle(data, at: now)
        }
        settle()
    }

    /// Sends what waits, learns what happened, until there is nothing of either.
    private func settle() {
        let now = clock.now
        noticeAgent(at: now)
        if !hasGathered, !hasEnded {
            // An answer from the last server ends gathering only when the agent is called next,
            // and without a peer's description no timer calls it.
            agent.handleTimeout(at: now)
            noticeAgent(at: now)
        }
        if agent.isConnected {
            while let datagram = media?.pollTransmit() { agent.send(datagram, at: now) }
        }
        while let transmit = agent.pollTransmit() { sockets?.send(transmit) }
        noticeMedia()
        schedule()
    }

    private func noticeAgent(at now: SimTime) {
        while let event = agent.pollEvent() {
            switch event {
            case .localCandidate(let candidate): candidates.append(candidate)
            case .gatheringComplete:
                hasGathered = true
                gathered.succeed()
            case .connected(let pair):
                report.iceMilliseconds = (now - remoteKnownAt).seconds * 1000
                note(pair)
                makeMedia()
                media?.start(at: now)
            case .selectedPairChanged(let pair), .restarted(let pair): note(pair)
            case .failed(let reason): fail(.connectivity(reason))
            case .resolve(let name):
                // Nobody asks multicast here: a peer behind a name is reached by its other addresses.
                agent.resolved(name, as: nil, at: now)
            case .relayRefused, .relayReleased, .disconnected, .reconnected, .consentLost,
                .relayLost, .restartFailed:
                break
            }
        }
    }

    private func note(_ pair: SelectedPair) {
        report.localCandidate = "\(pair.local.type.token)"
        report.remoteCandidate = "\(pair.remote.type.token)"
    }

    private func makeMedia() {
        guard media == nil, let remote, !hasEnded else { return }
        var codec = OpusSettings()
        // A steady tone is no speech to a voice detector: all of it is to be sent.
        codec.isDiscontinuous = false
        var settings = MediaConfiguration(codec: codec)
        settings.profiles = configuration.profiles
        settings.payloadType = remote.format.payloadType
        let talker = Talker(
            material: configuration.says.material(), conversation: .monologue(of: .first),
            party: .first, randomness: Self.stream(.talker, seed))
        let role = dtlsRole
        report.dtlsRole = "\(role)"
        do throws(OpusError) {
            media = try MediaEndpoint(
                configuration: settings, dtlsRole: role, certificate: certificate,
                remoteFingerprint: remote.fingerprint, speech: talker,
                randomness: MediaRandomness(
                    handshake: Self.stream(.handshake, seed),
                    session: Self.stream(.session, seed)))
        } catch {
            fail(.media("\(error)"))
        }
    }

    private func noticeMedia() {
        while let event = media?.pollEvent() {
            switch event {
            case .secured(let profile): report.profile = "\(profile)"
            case .heard: heard.succeed()
            case .failed(let failure): fail(.media("\(failure)"))
            case .remoteLeft: report.remoteLeft = true
            }
        }
    }

    /// Looks for the tone in what was played since the last look.
    private func listen() {
        guard let media, media.lastFrame > lastFrame else { return }
        lastFrame = media.lastFrame
        if report.framesHeard > 0 || media.heard.contains(where: { $0 != 0 }) {
            meter.listen(to: media.heard)
            report.framesHeard = meter.frames
        }
    }

    // MARK: Time and end

    private func schedule() {
        timer?.cancel()
        guard
            let due = [agent.nextTimeout, media?.nextTimeout].compactMap({ $0 }).min()
        else { return }
        let party = NIOLoopBound(self, eventLoop: loop)
        timer = loop.scheduleTask(deadline: clock.deadline(of: due)) { party.value.expire() }
    }

    private func expire() {
        let now = clock.now
        if let due = agent.nextTimeout, due <= now { agent.handleTimeout(at: now) }
        if let due = media?.nextTimeout, due <= now {
            media?.handleTimeout(at: now)
            listen()
        }
        settle()
    }

    func fail(_ failure: CallPeerFailure) {
        if !hasGathered { gathered.fail(failure) }
        heard.fail(failure)
    }

    /// Says goodbye and gives back what it holds; the report is complete.
    func hangUp() {
        guard !hasEnded else { return }
        hasEnded = true
        let now = clock.now
        if let media {
            let account = media.close(at: now)
            report.dtlsMilliseconds = account.handshake.mean.map { $0.seconds * 1000 } ?? 0
            report.packetsSent = account.mediaSent.datagrams
            report.packetsReceived = account.mediaReceived.datagrams
            report.packetsLost = account.packetsLost
            report.rejected = account.rejected.total
            for (reason, count) in account.rejected.nonzero {
                report.rejections["\(reason)"] = count
            }
            report.reports = account.controlReceived.datagrams
            report.roundTripMilliseconds = account.roundTrip.mean.map { $0.seconds * 1000 } ?? 0
            report.framesOfTone = meter.matches
        }
        settle()
        agent.close(at: now)
        settle()
    }

    /// Whether nothing more is to come: an allocation may be on its way back.
    var isDone: Bool { agent.nextTimeout == nil }

    func closeSockets() {
        timer?.cancel()
        sockets?.close()
        sockets = nil
        if !hasGathered { gathered.fail(CallPeerFailure.patienceOver("gathering")) }
        heard.fail(CallPeerFailure.patienceOver("media"))
    }
}
