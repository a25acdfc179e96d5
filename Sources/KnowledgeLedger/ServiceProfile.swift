public import Quantities

/// A public document that a profile rests on.
public struct ProfileDocument: Hashable, Sendable {
    /// The name by which cells refer to it.
    public let name: String
    /// Its title.
    public let title: String
    /// When it was published, or last changed, as far as it says.
    public let date: String
    /// Where it is.
    public let address: String

    /// The document of that name.
    public init(name: String, title: String, date: String, address: String) {
        self.name = name
        self.title = title
        self.date = date
        self.address = address
    }
}

/// The place in a document that says so.
public struct ProfileSource: Hashable, Sendable {
    /// Which document.
    public let document: ProfileDocument
    /// Which part of it.
    public let section: String

    /// That part of `document`.
    public init(_ document: ProfileDocument, section: String) {
        self.document = document
        self.section = section
    }
}

/// How long something stays with an observer.
public enum ProfileStay: Hashable, Sendable {
    /// Until the call, or what else it serves, is over.
    case whileServing
    /// That long at most.
    case atMost(SimDuration)
    /// Nothing makes the observer forget it.
    case forGood
    /// The documents do not say.
    case unknown
}

/// What public documents say of one observer and one item.
public enum ProfileCell: Hashable, Sendable {
    /// The observer comes to know it, whatever the setting.
    case always(ProfileStay, ProfileSource)
    /// The observer comes to know it under that condition.
    case conditional(String, ProfileStay, ProfileSource)
    /// The observer does not come to know it.
    case never(ProfileSource)
    /// It cannot be known from outside, for that reason.
    case unknown(String)
    /// The service has no such observer or item, for that reason.
    case absent(String, ProfileSource)

    /// What the file says of it: `always`, `conditional`, `never`, `unknown`, `absent`.
    public var name: String {
        switch self {
        case .always: "always"
        case .conditional: "conditional"
        case .never: "never"
        case .unknown: "unknown"
        case .absent: "absent"
        }
    }

    /// Whether the observer comes to know it, always or under a condition.
    public var isKnown: Bool {
        switch self {
        case .always, .conditional: true
        case .never, .unknown, .absent: false
        }
    }

    /// How long it stays, where it is known.
    public var stay: ProfileStay? {
        switch self {
        case .always(let stay, _), .conditional(_, let stay, _): stay
        case .never, .unknown, .absent: nil
        }
    }

    /// Under which condition, or for which reason.
    public var words: String? {
        switch self {
        case .conditional(let words, _, _), .unknown(let words), .absent(let words, _): words
        case .always, .never: nil
        }
    }

    /// What says so; nil for what cannot be known.
    public var source: ProfileSource? {
        switch self {
        case .always(_, let source), .conditional(_, _, let source), .never(let source),
            .absent(_, let source):
            source
        case .unknown: nil
        }
    }
}

/// What public documents say of who comes to know what in a service, cell by cell.
///
/// The rows and columns are the ledger's and some more, so that profiles of services with accounts stand beside the audit
/// of one without.
public struct ServiceProfile: Hashable, Sendable {
    /// The name by which tables call it: its file's, without directory and suffix.
    public let name: String
    /// What is described.
    public let title: String
    /// When the documents were read.
    public let read: String
    /// What it covers, and what not.
    public let about: String
    /// What it rests on, in the order of the file.
    public let documents: [ProfileDocument]
    private let cells: [ProfileCell]

    /// The profile of which `cell` gives each cell.
    public init(
        name: String, title: String, read: String, about: String, documents: [ProfileDocument],
        cell: (ProfileObserver, ProfileItem) -> ProfileCell
    ) {
        self.name = name
        self.title = title
        self.read = read
        self.about = about
        self.documents = documents
        cells = ProfileObserver.allCases.flatMap { observer in
            ProfileItem.allCases.map { cell(observer, $0) }
        }
    }

    /// What is said of an observer and an item.
    public subscript(observer: ProfileObserver, item: ProfileItem) -> ProfileCell {
        cells[observer.place * ProfileItem.allCases.count + item.place]
    }
}
