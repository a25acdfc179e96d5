public import KnowledgeLedger
public import PrivacyStores
public import Quantities

/// What a look at executed bytes came to, beside addresses and identifiers.
public struct ByteEvidence: Hashable, Sendable {
    /// Calls that were set up by formula: of what their packets would show to partners, and to who listens on the way, there
    /// are no bytes to look at.
    public internal(set) var modelledCalls = NumberSet()
    /// Calls whose keys were looked for: those with simulated media.
    public internal(set) var keyedCalls = NumberSet()
    /// Messages, entries of relay logs, reports and datagrams at relays in which keys were looked for.
    public internal(set) var searched = 0
    /// Packets of media that relays forwarded, each relay counted.
    public internal(set) var payloads = 0
    /// Of these, the ones in which their own frame of speech was looked for.
    public internal(set) var frames = 0
    /// Packets of media on the Internet in which keys were looked for: as sides and relays send them.
    public internal(set) var heardPackets = 0
    /// Of these, the ones in which their own frame of speech was looked for.
    public internal(set) var heardFrames = 0
    /// Calls of which a relay sent on something else than had come.
    public internal(set) var altered = NumberSet()
    /// Calls that went on a direct path only.
    public internal(set) var direct = NumberSet()
    /// Packets of media that were sent in those of them that have any.
    public internal(set) var directPackets = 0
    /// Those of them of which a relay forwarded media.
    public internal(set) var straying = NumberSet()
    /// Reports that were looked at.
    public internal(set) var reports = 0
    /// People whose reporter, partner or address is in a report of them.
    public internal(set) var telling = NumberSet()
    /// People of whom a report is stamped with a time finer than its hour.
    public internal(set) var finelyStamped = NumberSet()
    /// Messages and reports in which their people's device signals were looked for.
    public internal(set) var signalSearches = 0
    /// People whose device signals were found in a report, or in the scorer's memory when they should have been forgotten.
    public internal(set) var keptSignals = NumberSet()
    /// How often signals were looked for in what the scorer holds: of a device when its call was over, of all at the end.
    public internal(set) var scorerLooks = 0
    /// Calls that the signalling service itself held open until they were over; it was looked whether it did afterwards.
    public internal(set) var servedCalls = 0
    /// Packets that open a connection, which the edge was handed and in which addresses were looked for.
    public internal(set) var edgeConnections = 0
    /// Sealed records that the edge was handed, in which their own text and addresses were looked for.
    public internal(set) var edgeRecords = 0
    /// Datagrams on the Internet in which the addresses of a call's two people were looked for, as STUN writes addresses.
    public internal(set) var heardDatagrams = 0
    /// User fragments that agents had, each restart's anew.
    public internal(set) var fragments = 0
    /// Datagrams, messages, entries of relay logs and reports in which user names of checks were looked for.
    public internal(set) var fragmentSearches = 0
    /// Calls that had keys and are over, by what ended them.
    public internal(set) var ended: [CallEnding: Int] = [:]
    /// Blocks of memory with keys of calls that were looked at just before they were freed.
    public internal(set) var keyBlocks = 0
    /// Calls of which such a block had not been overwritten.
    public internal(set) var uncleansed = NumberSet()
    /// Calls whose keys were still there when they were long over, by what had ended them.
    public internal(set) var kept: [CallEnding: NumberSet] = [:]

    /// People who hide private addresses that they have.
    public internal(set) var hiding = NumberSet()
    /// How often it was looked whose tickets the matchmaker holds.
    public internal(set) var ticketLooks = 0
    /// The most people that had no ticket any more when it was looked.
    public internal(set) var endedTickets = 0
    /// The longest that anybody had the app open.
    public internal(set) var longestVisit = SimDuration.zero
    /// Sweeps of the stores.
    public internal(set) var sweeps = 0
    /// Kinds of which some sweep left a record older than the platform promises.
    public internal(set) var overdue: Set<RecordKind> = []
    /// Texts that were stored of calls after their ends.
    public internal(set) var lateTexts = 0
    /// How often the stores were read.
    public internal(set) var readings = StoreReadings()
    /// Decisions of the matchmaker that were made anew by one that sees nothing else than it may.
    public internal(set) var blindDecisions = 0
    /// Whether both have decided alike, and about nobody one alone.
    public internal(set) var decidesBlindly = true
    /// The call with which the two began to differ, if it was with one.
    public internal(set) var unlikeBlind = NumberSet()
    /// Identifiers in reports, held against what can be had without the keys.
    public internal(set) var identifiers = IdentifierEvidence()
    /// What the thief's copy gives; nil without a thief.
    public internal(set) var copy: BreachMeasures?
    /// What names of visits came to, by the service that they are shown to.
    public internal(set) var names: [Observer: VisitNames] = [:]

    /// Nothing was looked at.
    public init() {}
}

/// How often something of the stores was handed out, and how often the access log says so.
public struct StoreReadings: Hashable, Sendable {
    /// How often it was handed out.
    public var handedOut = 0
    /// How often the access log says so.
    public var written = 0
    /// Attempts of the audit that were refused.
    public var refused = 0
    /// Such that ought to be refused and were not.
    public var wronglyGranted = 0
    /// Whether the access log is what was written.
    public var isIntact = true
}

/// What was found of identifiers of devices in reports.
public struct IdentifierEvidence: Hashable, Sendable {
    /// Identifiers that were looked at.
    public internal(set) var looks = 0
    /// People whose identifier can be had without a key, or is the same under another one.
    public internal(set) var unsealed = NumberSet()
    /// Times that a device with the same signals was reported under two keys.
    public internal(set) var rekeyed = 0
    /// People of whom both identifiers have a part in common.
    public internal(set) var linked = NumberSet()
    /// Keys of identifiers that were looked for in a thief's copy.
    public internal(set) var keys = 0
    /// Those of them that are in it.
    public internal(set) var keysCopied = 0
}

/// Names under which visits are known to a service, and whether they give visits of one person away.
public struct VisitNames: Hashable, Sendable {
    /// Names of visits.
    public internal(set) var visits = 0
    /// Visits of people who had been there before.
    public internal(set) var returned = 0
    /// People of whom two visits went by the same name.
    public internal(set) var linked = NumberSet()
    /// The calls of such visits.
    public internal(set) var calls = NumberSet()
}

/// What ended a call.
public enum CallEnding: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// One of the two has hung up.
    case hungUp
    /// The path was lost, and no other found.
    case dropped
    /// It never came to a path.
    case noPath
    /// The handshake failed.
    case handshake
    /// The set-up took longer than anybody waits.
    case timedOut

    /// In words.
    public var name: String {
        switch self {
        case .hungUp: "hung up"
        case .dropped: "dropped"
        case .noPath: "no path"
        case .handshake: "handshake failed"
        case .timedOut: "timed out"
        }
    }

    init(_ failure: SetUpFailure) {
        self =
            switch failure {
            case .noPath: .noPath
            case .handshake: .handshake
            case .timedOut: .timedOut
            }
    }
}
