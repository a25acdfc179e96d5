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
        for ending in ["", "-journal", "-wal"]
        where ending.isEmpty || FileManager.default.fileExists(atPath: path + ending) {
            guard
                let data = try? Data(
                    contentsOf: URL(fileURLWithPath: path + ending), options: .mappedIfSafe)
            else { throw .unreadable }
            data.withUnsafeBytes { noted.look(in: $0, noting: &found) }
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
    /// By some bits of a word, whether there can be one.
    private var filter = [UInt64](repeating: 0, count: 1 << 14)

    mutating func add(_ record: StoredRecord) {
        switch record {
        case .report(let report):
            guard reports.count < CanarySearch.maximumCanaries else { return }
            for word in [report.device.high, report.device.low] {
                reports.insert(word)
                mark(word)
            }
        case .relayLog(let entry):
            guard relayLog.count < CanarySearch.maximumCanaries else { return }
            for word in Self.words(of: entry) {
                relayLog.insert(word)
                mark(word)
            }
        case .message(let message):
            guard addresses.count < CanarySearch.maximumCanaries else { return }
            message.text.withUnsafeBytes {
                CanarySearch.forEachAddress(in: $0) { addresses.insert($0) }
            }
        }
    }

    /// Eight bytes each of the client and of a permitted peer, with what stands beside them in a row where an address is
    /// shorter than that.
    private static func words(of entry: RelayLogEntry) -> [UInt64] {
        let relayed = entry.relayed.stored
        var words = [word((relayed + entry.client.stored).suffix(8))]
        if case .permitted(let peer) = entry.event {
            let bytes = peer.stored
            words.append(word(peer.family == .v4 ? (bytes + relayed).prefix(8) : bytes.suffix(8)))
        }
        return words
    }

    private static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Spread over all bits (the finaliser of MurmurHash3).
    private static func place(of word: UInt64) -> (index: Int, bit: UInt64) {
        var word = (word ^ word >> 33) &* 0xff51_afd7_ed55_8ccd
        word = (word ^ word >> 33) &* 0xc4ce_b9fe_1a85_ec53
        return (Int(word >> 50), 1 << (word >> 44 & 63))
    }

    private mutating func mark(_ word: UInt64) {
        let (index, bit) = Self.place(of: word)
        filter[index] |= bit
    }

    /// Adds to `found` what of these is in `bytes`.
    func look(in bytes: UnsafeRawBufferPointer, noting found: inout Canaries) {
        CanarySearch.forEachAddress(in: bytes) {
            if addresses.contains($0) { found.addresses.insert($0) }
        }
        guard bytes.count >= 8 else { return }
        filter.withUnsafeBufferPointer { filter in
            for start in 0...(bytes.count - 8) {
                let word = UInt64(
                    bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                let (index, bit) = Self.place(of: word)
                guard filter[index] & bit != 0 else { continue }
                if reports.contains(word) { found.reports.insert(word) }
                if relayLog.contains(word) { found.relayLog.insert(word) }
            }
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
