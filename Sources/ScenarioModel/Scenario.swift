/// A run as validated plain values: what a scenario file means once every default is filled in.
///
/// Times are simulated, rates per second, shares and chances 0…1. Names of languages, interests,
/// regions and access networks are listed once, in the order the file first mentions them, and
/// everything else refers to them by index. `Scenario()` is what a file that sets nothing means.
public struct Scenario: Hashable, Sendable {
    /// What the run is called.
    public var title: String
    /// What its reader wants to know; empty where the file asks nothing.
    public var question: String
    /// Seed, length and number of replications.
    public var general: General
    /// How people open the app.
    public var arrivals: Arrivals
    /// Names of the languages people speak.
    public var languages: [String]
    /// Names of the interests people have.
    public var interests: [String]
    /// The kinds of people; shares sum to 1.
    public var population: [Persona]
    /// The access networks people come from.
    public var access: [AccessNetwork]
    /// The regions and the delay between them.
    public var regions: Regions
    /// Who is paired with whom, and when.
    public var matchmaking: Matchmaking
    /// Whether and how long reports are held against a device.
    public var risk: Risk
    /// The service that carries offers, answers and candidates.
    public var signaling: Signaling
    /// How direct paths are sought.
    public var ice: ICE
    /// The relay servers.
    public var relay: Relay
    /// What the platform keeps.
    public var privacy: Privacy
    /// Relay servers that break during the run, in file order.
    public var faults: [Fault]
    /// What befalls the stores during the run, in file order; nothing unless it fills them.
    public var storeFaults: [StoreFault]
    /// What is spoken over, and in how much detail it is simulated.
    public var media: Media
    /// The targets that the run is held to, in file order.
    public var thresholds: [Threshold]

    /// The scenario of the given parts; each default is what a file that leaves it out means.
    public init(
        title: String = "Untitled", question: String = "", general: General = General(),
        arrivals: Arrivals = .rate(5), languages: [String] = ["en"],
        interests: [String] = ["anything"], population: [Persona] = [Persona()],
        access: [AccessNetwork] = [.fixed, .mobile, .enterprise],
        regions: Regions = Regions(), matchmaking: Matchmaking = Matchmaking(),
        risk: Risk = Risk(), signaling: Signaling = Signaling(), ice: ICE = ICE(),
        relay: Relay = Relay(), privacy: Privacy = Privacy(), faults: [Fault] = [],
        storeFaults: [StoreFault] = [], media: Media = Media(),
        thresholds: [Threshold] = []
    ) {
        self.title = title
        self.question = question
        self.general = general
        self.arrivals = arrivals
        self.languages = languages
        self.interests = interests
        self.population = population
        self.access = access
        self.regions = regions
        self.matchmaking = matchmaking
        self.risk = risk
        self.signaling = signaling
        self.ice = ice
        self.relay = relay
        self.privacy = privacy
        self.faults = faults
        self.storeFaults = storeFaults
        self.media = media
        self.thresholds = thresholds
    }
}

/// One entry of a map of shares: which name, and how much of the whole.
public struct NamedShare: Hashable, Sendable, BitwiseCopyable {
    /// Position in the list of names that the map draws from.
    public var index: Int
    /// Its part of the whole, 0…1.
    public var share: Double

    /// The entry for name number `index`.
    public init(index: Int, share: Double) {
        self.index = index
        self.share = share
    }
}
