/// What has to be known of an access log to notice that it was tampered with: how long it is, and the digest of
/// its last entry.
///
/// It is worth something only if it is kept apart from the log, where whoever can write to the database cannot: with
/// the auditor, on another machine, on paper. Each entry follows from the one before by a hash that anybody can compute,
/// so a log that was rewritten from some entry on, or cut off, is a valid chain in itself; it just does not end
/// where the anchor says. What was appended since the anchor was last taken is not covered by it.
public struct AuditAnchor: Hashable, Sendable, BitwiseCopyable {
    /// Entries in the log.
    public let count: UInt64
    /// The digest of the last one.
    public let head: AuditDigest

    /// Of an empty log.
    public static var empty: AuditAnchor { AuditAnchor(count: 0, head: .zero) }

    init(count: UInt64, head: AuditDigest) {
        self.count = count
        self.head = head
    }

    /// The anchor that ``description`` writes: the number of entries, a colon, and 64 hexadecimal digits; nil where `text` is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let count = UInt64(parts[0]), parts[1].utf8.count == 64 else {
            return nil
        }
        var bytes: [UInt8] = []
        var rest = parts[1][...]
        while !rest.isEmpty {
            let pair = rest.prefix(2)
            guard pair.allSatisfy(\.isHexDigit), let byte = UInt8(pair, radix: 16) else {
                return nil
            }
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        guard let head = AuditDigest(bytes: bytes) else { return nil }
        self.init(count: count, head: head)
    }

    /// Of a log whose last entry is `entry`.
    init(at entry: AuditEntry) { self.init(count: entry.number + 1, head: entry.digest) }
}

extension AuditAnchor: LosslessStringConvertible {
    /// The number of entries, a colon, and the digest in 64 hexadecimal digits.
    public var description: String {
        let digits = head.bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }
        return "\(count):" + digits.joined()
    }
}

/// What an access log was found to be.
public enum AuditState: Hashable, Sendable {
    /// Whole, as far as the anchor reaches; so many entries came since.
    case intact(since: Int)
    /// Cut off: the anchor knows of `expected` entries, and fewer are left.
    case truncated(found: Int, expected: UInt64)
    /// The entry at this place, from 0, is not what was written, or not the one that was written there.
    case altered(at: Int)
}

/// Looks whether an access log is what was written.
public enum AuditTrail {
    /// Checks `entries` from the beginning against `anchor`.
    ///
    /// Where the log was rewritten so that the chain holds, all that is known is that the last entry that the anchor
    /// covers is not the one that was written.
    ///
    /// - Complexity: O(entries).
    public static func check(_ entries: [AuditEntry], against anchor: AuditAnchor) -> AuditState {
        var previous = AuditDigest.zero
        for (place, entry) in entries.enumerated() {
            guard entry.number == UInt64(place), entry.digest == entry.digest(after: previous)
            else { return .altered(at: place) }
            previous = entry.digest
            if entry.number + 1 == anchor.count, entry.digest != anchor.head {
                return .altered(at: place)
            }
        }
        guard UInt64(entries.count) >= anchor.count else {
            return .truncated(found: entries.count, expected: anchor.count)
        }
        return .intact(since: entries.count - Int(anchor.count))
    }
}
