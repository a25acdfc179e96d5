import ArrivalProcesses
import NetworkModel
import Quantities
import RandomStreams
import ScenarioFiles
import ScenarioModel
import Testing

/// One file with every section, and each kind of arrivals.
@Suite struct WholeFormatTests {
    static let file = """
        title: Evening peak
        question: How many relays keep an evening peak within its targets?

        general:
          seed: 1
          warm_up: 10 min            # simulated first, not measured
          stop_time: 70 min
          replications: 5
          series_step: 10 s

        arrivals:
          rate: 20 /s

        population:
          - persona: talker
            share: 97 %
            behaviour: regular
            language: {en: 60 %, es: 25 %, pt: 15 %}
            interest: {music: 40 %, games: 30 %, learning: 20 %, support: 10 %}
            access: {fixed: 55 %, mobile: 40 %, enterprise: 5 %}
            patience: {exponential: {mean: 30 s}}
            conversation: {mixture: [{weight: 60 %, lognormal: {median: 5 s, sigma: 0.9}}, {weight: 40 %, lognormal: {median: 150 s, sigma: 1.4}}]}
            requeue: 80 %
            think_time: {uniform: {min: 0 s, max: 3 s}}
            report_propensity: 10 %
            false_report: 0.2 %
          - persona: harasser
            share: 3 %
            behaviour: harasser
            device_switch: 20 %

        access:
          fixed:
            nat: {eim_apdf: 67 %, eim_adf: 15 %, eim_eif: 15 %, apdm_apdf: 2 %, udp_blocked: 1 %}
            region: {eu: 60 %, us: 40 %}
            delay: {gamma: {mean: 8 ms, shape: 4}}
            jitter: {gamma: {mean: 1 ms, shape: 2}}
            loss: {gilbert: {loss: 0.3 %, mean_burst: 2}}
            ipv6: 0 %
            mdns: 100 %
        regions: {delay: [[eu, us, 45 ms]]}

        matchmaking:
          policy: greedy
          interval: 0 s
          expansion:
            - {after: 0 s, require: [language, interest]}
            - {after: 5 s, require: [language]}
            - {after: 20 s, require: []}
          avoid_rematch: true
          tiers: like_with_like

        risk: {enabled: true, retention: 30 d}
        signaling: {latency: {gamma: {mean: 30 ms, shape: 4}}, retention: 24 h}
        ice:
          policy: all
          timing: browser
          setup: packets
          relay_gathering: both
          relay_families: ipv4
        relay:
          regions: {eu: {servers: 2}, us: {servers: 2}}
          ports: 16384
          bandwidth: 1 Gbit/s
          packet_rate: 250000 /s
          price: 0.05 /GB
        faults: []
        media:
          codec: {bitrate: 24 kbit/s, frame: 20 ms, bandwidth: wideband, dtx: true, fec: true, complexity: 5}
          srtp: aead_aes_128_gcm
          fidelity: {full: 0.5 %, sealed: 5 %, flow: 94.5 %}
          quality: {scale: fullband, ie: 24.4, bpl: 15.5}
        thresholds:
          match.latency.p95: <= 5 s
          relay.share: <= 30 %
        sweep:
          arrivals.rate: [10 /s, 20 /s, 40 /s]
        experimental: {}
        """

    static let runnable = ["sweep={}", "media.fidelity={full: 0.5 %, flow: 99.5 %}"]

    @Test func `all of it is understood, and what cannot be run yet is refused at its line`() {
        #expect(
            errors(Self.file) == [
                "x.yaml:77:3: error: 'sweep.arrivals.rate' is not supported yet"
            ])
    }

    @Test func `every fidelity may have its share`() throws {
        let model = try load(Self.file, set: ["sweep={}"]).model
        #expect(model.media.fidelity == FidelityShares(full: 0.005, sealed: 0.05, flow: 0.945))
    }

    @Test func `networks that name no region are where the fixed one is`() throws {
        let model = try load(Self.file, set: Self.runnable).model
        #expect(model.regions.names == ["eu", "us"])
        #expect(model.access.map(\.region) == Array(repeating: model.access[0].region, count: 3))
        var expected = AccessNetwork.fixed
        expected.region = [NamedShare(index: 0, share: 0.6), NamedShare(index: 1, share: 0.4)]
        #expect(model.access[0] == expected)
    }

    @Test func `its values are the model's`() throws {
        let model = try load(Self.file, set: Self.runnable).model
        var expected = Scenario(title: "Evening peak")
        expected.question = "How many relays keep an evening peak within its targets?"
        expected.general = General(
            seed: 1, warmUp: .minutes(10), stopTime: .minutes(70), replications: 5)
        expected.arrivals = .rate(20)
        expected.languages = ["en", "es", "pt"]
        expected.interests = ["music", "games", "learning", "support"]
        #expect(model.general == expected.general)
        #expect(model.arrivals == expected.arrivals)
        #expect(model.languages == expected.languages)
        #expect(model.interests == expected.interests)
        #expect(model.population[1].language == model.population[0].language)
        #expect(model.matchmaking == Matchmaking())
        #expect(model.risk == Risk())
        #expect(model.signaling == Signaling())
        #expect(model.ice == ICE())
        #expect(model.media == Media())
        #expect(model.population[0].conversation == Persona.skipOrTalk)
        #expect(model.population[1].deviceSwitch == 0.2)
        #expect(
            model.relay
                == Relay(regions: [
                    RelayRegion(region: 0, servers: 2), RelayRegion(region: 1, servers: 2),
                ]))
        #expect(model.thresholds.map(\.metric) == ["match.latency", "relay.share"])
    }

    @Test(
        arguments: [
            (
                "profile: {points: [[0 min, 5 /s], [30 min, 40 /s]]}",
                .profile(
                    .linear,
                    points: [
                        RatePoint(at: .zero, rate: 5),
                        RatePoint(at: .zero + .minutes(30), rate: 40),
                    ])
            ),
            (
                "diurnal: {mean: 20 /s, amplitude: 60 %, peak_at: 21 h, start: 20 h}",
                .diurnal(mean: 20, amplitude: 0.6, peakAt: .hours(21), start: .hours(20))
            ),
            (
                "flash_crowd: {base: 5 /s, factor: 8, at: 30 min, rise: 3 min, decay: 20 min}",
                .flashCrowd(
                    base: 5, factor: 8, at: .minutes(30), rise: .minutes(3), decay: .minutes(20))
            ),
            (
                "hawkes: {base: 5 /s, branching: 50 %, decay: 1 min}",
                .hawkes(base: 5, branching: 0.5, decay: .minutes(1))
            ),
        ] as [(String, Arrivals)])
    func `each kind of arrivals is read`(text: String, arrivals: Arrivals) throws {
        #expect(try load("arrivals:\n  \(text)\n").model.arrivals == arrivals)
        #expect(
            errors("arrivals:\n  \(text.replacing(" min", with: " mins"))\n").isEmpty
                == !text.contains(" min"))
        let kind = text.prefix { $0 != ":" }
        #expect(errors("arrivals: {\(kind): {speed: 1}}").contains { $0.contains("unknown key") })
    }

    @Test func `every behaviour of the model is in the format`() {
        for behaviour in Behaviour.allCases {
            let found = errors("population: [{persona: p, behaviour: \(behaviour.rawValue)}]")
            #expect(found.allSatisfy { $0.contains("not supported yet") })
        }
        for nat in NATClass.allCases {
            #expect(errors("access: {fixed: {nat: {\(nat): 100 %}}}").isEmpty)
        }
        for (name, _) in NATClass.aliases {
            #expect(errors("access: {fixed: {nat: {\(name): 100 %}}}").isEmpty)
        }
    }
}
