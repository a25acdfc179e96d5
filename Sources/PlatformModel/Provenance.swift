import PrivacyStores
import Quantities

/// Where the records of the stores really come from, in a run whose stores have faults: their stamps do not tell it then.
///
/// The stores number the records of each kind as they come; this is what each number means. What a sweep or a restoration
/// takes away is known by the numbers that are left in the stores themselves.
struct Provenance {
    /// One record.
    struct Origin: BitwiseCopyable {
        /// When it was made, by true time.
        var made: SimTime
        /// Which of the run's records of its kind it is, from 0; −1 for none.
        var serial: Int32
    }

    private struct Shelf {
        /// The number of the first one that is remembered.
        var first: UInt64 = 0
        var origins: [Origin] = []
        /// The run's records so far.
        var serials: Int32 = 0
    }

    private var shelves = [Shelf](repeating: Shelf(), count: RecordKind.allCases.count)

    /// The next of the run's records of a kind.
    mutating func nextSerial(_ kind: RecordKind) -> Int32 {
        defer { shelves[Int(kind.rawValue)].serials += 1 }
        return shelves[Int(kind.rawValue)].serials
    }

    /// A record of a kind has come into the stores.
    mutating func add(_ origin: Origin, _ kind: RecordKind) {
        shelves[Int(kind.rawValue)].origins.append(origin)
    }

    /// Where the record of that number comes from.
    ///
    /// - Precondition: it is in the stores.
    subscript(kind: RecordKind, number: UInt64) -> Origin {
        let shelf = shelves[Int(kind.rawValue)]
        return shelf.origins[Int(number - shelf.first)]
    }

    /// Those before `number` are gone for good.
    mutating func forget(_ kind: RecordKind, before number: UInt64) {
        let index = Int(kind.rawValue)
        let count = Int(number - shelves[index].first)
        guard count > 1024, count * 2 > shelves[index].origins.count else { return }
        shelves[index].origins.removeFirst(count)
        shelves[index].first = number
    }
}

/// Which of the run's reports and relay log entries the stores hold, in their order, from 0; −1 for none of the run's.
struct RecordSerials {
    var reports: [Int32]
    var relayLog: [Int32]
}

/// What a test lets the service that keeps the stores neglect, for audits to notice.
enum StoreNeglect: CaseIterable {
    /// When it starts again it does not sweep, and sets no timer.
    case forgetsToSweep
    /// It stamps and deletes by what the clock reads.
    case trustsClock
    /// It restores the first backup there ever was, as if it were of now.
    case restoresAnyBackup
    /// It stamps what it takes over with the time at which it does.
    case importsAsNew
}
