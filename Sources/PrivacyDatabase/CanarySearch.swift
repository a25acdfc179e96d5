import Addressing
import Foundation
public import PrivacyStores
import RiskScoring
import TURN

/// Looks for what tells of whom records are, in the bytes of a database: device identifiers, addresses that messages name, and
/// addresses of clients and peers in relay logs.
///
/// All that is ever kept is noted. At the end the canaries of records that stand are known to be there, so finding them
/// shows that the search can see; all others are of records that have gone, and none of these may be found. What both
/// have in common counts as standing.
public struct CanarySearch: Sendable {
    /// The most canaries of one kind that are looked for; further ones are not noted.
    public static let maximumCanaries = 1 << 24

    private var noted = Canaries()

    /// Looks for nothing.
    public init() {}

    /// A record is kept: it is looked for from now on.
    public mutating func note(_ record: StoredRecord) { noted.add(record) }

    /// Searches the file of a database at `path` and what stands beside it, its journal or log.
    ///
    /// - Parameter standing: what is stored now.
    /// - Complexity: O(bytes) beside a lookup for whatever looks like a canary.
    public func findings(
        inFilesAt path: String, standing: StoreContents
    ) throws(DatabaseFailure) -> CanaryFindings {
        var there = Canaries()
        standing.forEachRecord { there.add($0) }
        var findings = CanaryFindings()
        var found = Canaries()
        let filter = noted.filter
        for ending in ["", "-journal", "-wal"]
        where ending.isEmpty || FileManager.default.fileExists(atPath: path + ending) {
            guard
                let data = try? Data(
                    contentsOf: URL(fileURLWithPath: path + ending), options: .mappedIfSafe)
            else { throw .unreadable }
            data.withUnsafeBytes { noted.look(in: $0, through: filter, noting: &found) }
            findings.bytes += data.count
        }
        for kind in RecordKind.allCases {
            findings[kind] = CanaryCount(noted: noted, found: found, standing: there, kind)
        }
        return findings
    }

    /// The addresses in dotted decimal or IPv6 text among `bytes`.
    static func forEachAddress(
        in bytes: UnsafeRawBufferPointer, _ body: (IPAddress) -> Void
    ) {
        var (start, dots, colons) = (0, 0, 0)
        for place in 0...bytes.count {
            let byte = place < bytes.count ? bytes[place] : 0
            switch byte {
            case 48...57, 65...70, 97...102: continue
            case UInt8(ascii: "."): dots += 1
            case UInt8(ascii: ":"): colons += 1
            default:
                if dots == 3 || colons >= 2, let address = address(bytes[start..<place]) {
                    body(address)
                }
                (start, dots, colons) = (place + 1, 0, 0)
            }
        }
    }

    /// The longest text of an address: eight groups of four digits.
    private static let longestText = 39

    private static func address(_ text: Slice<UnsafeRawBufferPointer>) -> IPAddress? {
        guard text.count <= longestText else { return nil }
        return IPAddress(utf8: Array(text)[...])
    }
}

/// Canaries of records, by what they look like in a file.
private struct Canaries: Sendable {
    /// Words of eight bytes, big-endian: of reports and of the relay log.
    private var reports: Set<UInt64> = []
    private var relayLog: Set<UInt64> = []
    /// Addresses as messages write them.
    private var addresses: Set<IPAddress> = []

    mutating func add(_ record: StoredRecord) {
        switch record {
        case .report(let report):
            guard reports.count < CanarySearch.maximumCanaries else { return }
            reports.insert(report.device.high)
            reports.insert(report.device.low)
        case .relayLog(let entry):
            guard relayLog.count < CanarySearch.maximumCanaries else { return }
            relayLog.insert(entry.client.word(after: entry.relayed))
            if case .permitted(let peer) = entry.event {
                relayLog.insert(peer.word(before: entry.relayed.ip))
            }
        case .message(let message):
            guard addresses.count < CanarySearch.maximumCanaries else { return }
            message.text.withUnsafeBytes {
                CanarySearch.forEachAddress(in: $0) { addresses.insert($0) }
            }
        }
    }

    /// What rules out almost all words that are none of these.
    var filter: WordFilter {
        var filter = WordFilter(for: reports.count + relayLog.count)
        for word in reports { filter.insert(word) }
        for word in relayLog { filter.insert(word) }
        return filter
    }

    /// Adds to `found` what of these is in `bytes`.
    func look(
        in bytes: UnsafeRawBufferPointer, through filter: borrowing WordFilter,
        noting found: inout Canaries
    ) {
        CanarySearch.forEachAddress(in: bytes) {
            if addresses.contains($0) { found.addresses.insert($0) }
        }
        filter.forEachPossible(in: bytes) { word in
            if reports.contains(word) { found.reports.insert(word) }
            if relayLog.contains(word) { found.relayLog.insert(word) }
        }
    }
}

extension CanaryCount {
    fileprivate init(
        noted: Canaries, found: Canaries, standing: Canaries, _ kind: RecordKind
    ) {
        switch kind {
        case .reports: self.init(noted.words(kind), found.words(kind), standing.words(kind))
        case .relayLog: self.init(noted.words(kind), found.words(kind), standing.words(kind))
        case .signaling: self.init(noted.texts, found.texts, standing.texts)
        }
    }

    /// Numbers of elements: no order of a set reaches them.
    private init<Canary>(
        _ noted: Set<Canary>, _ found: Set<Canary>, _ standing: Set<Canary>
    ) {
        let there = noted.intersection(standing)
        self.standing = there.count
        standingFound = found.intersection(there).count
        expired = noted.count - there.count
        expiredFound = found.count - standingFound
    }
}

extension Canaries {
    fileprivate var texts: Set<IPAddress> { addresses }

    fileprivate func words(_ kind: RecordKind) -> Set<UInt64> {
        kind == .reports ? reports : relayLog
    }
}
