import Quantities
import RandomStreams

/// What a person does; the ground truth that risk scores are measured against.
public enum Behaviour: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Talks, leaves alone, reports abuse now and then.
    case regular
    /// Abuses whoever is the partner.
    case harasser
    /// Plays the same message to everybody and moves on.
    case spammer
    /// Looks for one particular kind of partner and skips the rest.
    case skipper
    /// Reports chosen innocent people in concert with others, and skips the rest.
    case reportBomber = "report_bomber"
    /// Abuses, and changes the device identity all the time.
    case deviceHopper = "device_hopper"

    /// Whether a minute of talk with such a person counts as exposure to abuse.
    public var isAbusive: Bool {
        switch self {
        case .harasser, .spammer, .deviceHopper: true
        case .regular, .skipper, .reportBomber: false
        }
    }
}

/// How well a browser's signals tell its device apart (Eckersley, PETS 2010, found at least
/// 18.1 bits; Gómez-Boix et al., WWW 2018, far fewer unique devices, and fewest on phones).
public struct FingerprintModel: Hashable, Sendable, BitwiseCopyable {
    /// Bits of entropy of the signals of a device, 0…64.
    public var entropy: Double
    /// Chance per return to the queue that the signals have changed.
    public var drift: Double
    /// Share of the people whose device is of a class with many look-alikes.
    public var common: Double
    /// Bits of entropy within that class, 0…`entropy`.
    public var commonEntropy: Double

    /// The given signals.
    public init(
        entropy: Double = 18.1, drift: Double = 0.02, common: Double = 0.2,
        commonEntropy: Double = 10
    ) {
        self.entropy = entropy
        self.drift = drift
        self.common = common
        self.commonEntropy = commonEntropy
    }
}

/// A kind of people.
public struct Persona: Hashable, Sendable {
    /// What the kind is called.
    public var name: String
    /// Its part of all who arrive, 0…1.
    public var share: Double
    /// What these people do.
    public var behaviour: Behaviour
    /// What they speak: indices into the scenario's languages.
    public var language: [NamedShare]
    /// What they want to talk about: indices into the scenario's interests.
    public var interest: [NamedShare]
    /// Where they come from: indices into the scenario's access networks.
    public var access: [NamedShare]
    /// How long they wait for a partner before they leave, in seconds.
    public var patience: Distribution
    /// How long they wish to talk, in seconds; the shorter wish of the two ends the call.
    public var conversation: Distribution
    /// Chance to queue again after a call or a failed set-up.
    public var requeue: Double
    /// How long they pause before that, in seconds.
    public var thinkTime: Distribution
    /// Chance to report an abusive partner.
    public var reportPropensity: Double
    /// Chance to report an innocent partner.
    public var falseReport: Double
    /// Chance to come back to the queue with a new device identity; 0 unless abusive.
    public var deviceSwitch: Double
    /// Share of the innocent that these people's brigade has chosen to report, 0…1; the others they
    /// leave alone. Of use with ``Behaviour/reportBomber`` only. All brigades choose alike: who is
    /// aimed at by one of 1 % is also aimed at by one of 5 %.
    public var aim: Double
    /// How well their devices can be told apart.
    public var fingerprint: FingerprintModel

    /// The given people; by default regular English speakers, 55 % on fixed lines, 40 % mobile,
    /// 5 % in offices. All defaults are planning assumptions.
    public init(
        name: String = "talker", share: Double = 1, behaviour: Behaviour = .regular,
        language: [NamedShare] = [NamedShare(index: 0, share: 1)],
        interest: [NamedShare] = [NamedShare(index: 0, share: 1)],
        access: [NamedShare] = [
            NamedShare(index: 0, share: 0.55), NamedShare(index: 1, share: 0.4),
            NamedShare(index: 2, share: 0.05),
        ],
        patience: Distribution = .exponential(mean: 30),
        conversation: Distribution = Persona.skipOrTalk,
        requeue: Double = 0.8, thinkTime: Distribution = .uniform(min: 0, max: 3),
        reportPropensity: Double = 0.1, falseReport: Double = 0.002, deviceSwitch: Double = 0,
        aim: Double = 1, fingerprint: FingerprintModel = FingerprintModel()
    ) {
        self.name = name
        self.share = share
        self.behaviour = behaviour
        self.language = language
        self.interest = interest
        self.access = access
        self.patience = patience
        self.conversation = conversation
        self.requeue = requeue
        self.thinkTime = thinkTime
        self.reportPropensity = reportPropensity
        self.falseReport = falseReport
        self.deviceSwitch = deviceSwitch
        self.aim = aim
        self.fingerprint = fingerprint
    }

    /// Three in five calls are skipped after seconds, the rest are talks of minutes
    /// (assumption; random video chat has many very brief sessions, Tian et al., UbiComp 2013).
    public static let skipOrTalk = Distribution.mixture([
        .init(weight: 0.6, distribution: .lognormal(median: 5, sigma: 0.9)),
        .init(weight: 0.4, distribution: .lognormal(median: 150, sigma: 1.4)),
    ])
}
