/// Whom profiles of services speak of: the ledger's observers, and some that other services have and the platform has not.
public enum ProfileObserver: CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// One of the ledger's.
    case shared(Observer)
    /// Whoever runs the accounts.
    case accountServer
    /// Whoever checks that a phone number is one's own: sends the code.
    case numberRegistry
    /// Whoever wakes the other one's device.
    case pushProvider
    /// Whoever has a legal order: what the operator can produce.
    case legalOrder

    /// The ledger's, then the others.
    public static let allCases: [ProfileObserver] =
        Observer.allCases.map { .shared($0) }
        + [.accountServer, .numberRegistry, .pushProvider, .legalOrder]

    /// The name in profiles: the ledger's own where it has one.
    public var name: String {
        switch self {
        case .shared(let observer): observer.name
        case .accountServer: "account_server"
        case .numberRegistry: "number_registry"
        case .pushProvider: "push_provider"
        case .legalOrder: "legal_order"
        }
    }

    /// The place in ``allCases``.
    var place: Int {
        switch self {
        case .shared(let observer): Int(observer.rawValue)
        case .accountServer: Observer.allCases.count
        case .numberRegistry: Observer.allCases.count + 1
        case .pushProvider: Observer.allCases.count + 2
        case .legalOrder: Observer.allCases.count + 3
        }
    }
}

/// What profiles of services speak of: the ledger's items, and some that only services with accounts have.
public enum ProfileItem: CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// One of the ledger's.
    case shared(Item)
    /// The phone number.
    case phoneNumber
    /// A name or number by which an account is the same from call to call.
    case accountIdentifier
    /// When the account was made and last used.
    case accountTimes
    /// Whom the person knows: an address book, or a part of it.
    case contacts

    /// The ledger's, then the others.
    public static let allCases: [ProfileItem] =
        Item.allCases.map { .shared($0) }
        + [.phoneNumber, .accountIdentifier, .accountTimes, .contacts]

    /// The name in profiles: the ledger's own where it has one.
    public var name: String {
        switch self {
        case .shared(let item): item.name
        case .phoneNumber: "phone_number"
        case .accountIdentifier: "account_identifier"
        case .accountTimes: "account_times"
        case .contacts: "contacts"
        }
    }

    /// The place in ``allCases``.
    var place: Int {
        switch self {
        case .shared(let item): Int(item.rawValue)
        case .phoneNumber: Item.allCases.count
        case .accountIdentifier: Item.allCases.count + 1
        case .accountTimes: Item.allCases.count + 2
        case .contacts: Item.allCases.count + 3
        }
    }
}
