import PrivacyStores
import Quantities
import RiskScoring
import TURN

/// The keys with which the media of calls are protected, in a run that is audited, to be looked for in what is stored.
///
/// They are looked for as they are, in hexadecimal digits, and in Base64 as `a=crypto` of SDP would carry them (RFC 4568 §6.1),
/// by their first ``searchedBytes``.
struct KeyCanaries {
    /// Bytes of a key that are looked for: as many as make whole groups of Base64.
    static let searchedBytes = 15

    private struct Canary {
        var call: UInt32
        var forms: [[UInt8]]
    }

    private var canaries: [Canary] = []
    /// When the talks of calls with keys began and ended, by call.
    private var talks: [UInt32: (since: SimTime, until: SimTime)] = [:]

    /// How many keys there have been.
    var count: Int { canaries.count }

    /// A side of `call` protects with a key that begins with `bytes`.
    mutating func note(_ bytes: UnsafeRawBufferPointer, in call: UInt32) {
        let key = Array(bytes.prefix(Self.searchedBytes))
        let digits = Array("0123456789abcdef".utf8)
        let lower = key.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        let upper = lower.map { $0 >= UInt8(ascii: "a") ? $0 - 32 : $0 }
        canaries.append(Canary(call: call, forms: [key, lower, upper, Self.base64(key)]))
    }

    /// The talk of `call` begins.
    mutating func noteTalk(_ call: UInt32, at now: SimTime) {
        talks[call] = (now, .distantFuture)
    }

    /// It ends.
    mutating func noteEnd(of call: UInt32, at now: SimTime) { talks[call]?.until = now }

    /// How many keys are found in `contents`, and how many frames of `length` these had protected by `now`.
    ///
    /// - Complexity: O(bytes).
    func search(
        _ contents: StoreContents, frame length: SimDuration, at now: SimTime
    ) -> (keys: Int, frames: Int64) {
        guard !canaries.isEmpty else { return (0, 0) }
        var places: [UInt32: [(canary: Int, form: Int)]] = [:]
        for (index, canary) in canaries.enumerated() {
            for (form, bytes) in canary.forms.enumerated() {
                places[Self.word(bytes, 0), default: []].append((index, form))
            }
        }
        var found = [Bool](repeating: false, count: canaries.count)
        contents.forEachRecord { record in
            let bytes = record.searchable
            guard bytes.count >= Self.searchedBytes else { return }
            for start in 0...bytes.count - 4 {
                guard let candidates = places[Self.word(bytes, start)] else { continue }
                for candidate in candidates where !found[candidate.canary] {
                    let form = canaries[candidate.canary].forms[candidate.form]
                    found[candidate.canary] = bytes[start...].starts(with: form)
                }
            }
        }
        let frames = found.indices.reduce(Int64(0)) { sum, index in
            guard found[index], let talk = talks[canaries[index].call] else { return sum }
            let span = min(talk.until, now) - talk.since
            return sum + max(0, span.nanoseconds) / length.nanoseconds
        }
        return (found.count { $0 }, frames)
    }

    private static func word(_ bytes: [UInt8], _ start: Int) -> UInt32 {
        UInt32(bytes[start]) << 24 | UInt32(bytes[start + 1]) << 16 | UInt32(bytes[start + 2]) << 8
            | UInt32(bytes[start + 3])
    }

    /// RFC 4648 §4 of whole groups.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return stride(from: 0, to: bytes.count / 3 * 3, by: 3).flatMap { start in
            let group =
                UInt32(bytes[start]) << 16 | UInt32(bytes[start + 1]) << 8
                | UInt32(bytes[start + 2])
            return [18, 12, 6, 0].map { alphabet[Int(group >> $0 & 63)] }
        }
    }
}

extension StoredRecord {
    /// The bytes of a record in which something may be hidden.
    fileprivate var searchable: [UInt8] {
        switch self {
        case .message(let message): message.text
        case .report(let report):
            [report.device.high, report.device.low].flatMap(Self.bytes)
        case .relayLog(let entry):
            [entry.client.ip, entry.relayed.ip].flatMap {
                Self.bytes($0.high) + Self.bytes($0.low)
            }
        }
    }

    private static func bytes(_ word: UInt64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - $0 * 8)) }
    }
}
