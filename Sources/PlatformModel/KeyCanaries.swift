import KnowledgeLedger
import PrivacyStores
import Quantities
import RiskScoring
import TURN

/// The keys with which the media of calls are protected, in a run that is audited, to be looked for in what is stored.
///
/// None of them is held: a ``SecretSearch`` looks for pieces of them in disguise, as they are, in hexadecimal digits, and in
/// Base64 as `a=crypto` of SDP would carry them (RFC 4568 §6.1).
struct KeyCanaries {
    /// Finds keys by their numbers.
    private var pieces = SecretSearch()
    /// The call of each key.
    private var calls: [UInt32] = []
    /// When the talks of calls with keys began and ended, by call.
    private var talks: [UInt32: (since: SimTime, until: SimTime)] = [:]

    /// How many keys there have been.
    var count: Int { calls.count }

    /// A side of `call` protects with the key `bytes`.
    mutating func note(_ bytes: UnsafeRawBufferPointer, in call: UInt32) {
        pieces.add(bytes, of: UInt32(calls.count))
        calls.append(call)
    }

    /// The talk of `call` begins.
    mutating func noteTalk(_ call: UInt32, at now: SimTime) {
        talks[call] = (now, .distantFuture)
    }

    /// It ends.
    mutating func noteEnd(of call: UInt32, at now: SimTime) { talks[call]?.until = now }

    /// How many keys are found in `contents`, and how many frames of `length` these had protected by `now`.
    ///
    /// - Parameter note: is told the call of each key that is found, and how many frames it had protected.
    /// - Complexity: O(bytes).
    func search(
        _ contents: StoreContents, frame length: SimDuration, at now: SimTime,
        noting note: (UInt32, Int64) -> Void = { _, _ in }
    ) -> (keys: Int, frames: Int64) {
        guard !calls.isEmpty else { return (0, 0) }
        var found = [Bool](repeating: false, count: calls.count)
        contents.forEachRecord { record in
            record.searchable.withUnsafeBytes { bytes in
                pieces.forEachOwner(in: bytes) {
                    found[Int($0)] = true
                    return true
                }
            }
        }
        let frames = found.indices.reduce(Int64(0)) { sum, index in
            guard found[index], let talk = talks[calls[index]] else { return sum }
            let span = min(talk.until, now) - talk.since
            let frames = max(0, span.nanoseconds) / length.nanoseconds
            note(calls[index], frames)
            return sum + frames
        }
        return (found.count { $0 }, frames)
    }
}
