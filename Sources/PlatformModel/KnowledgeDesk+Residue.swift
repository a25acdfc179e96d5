import KnowledgeLedger
import Matchmaking
import PrivacyStores
import Quantities

/// When a call that was talked ended, and how long it was.
struct CallEnd: BitwiseCopyable {
    /// When.
    let time: SimTime
    /// How long.
    let duration: SimDuration

    init(at time: SimTime, lasting duration: SimDuration) {
        self.time = time
        self.duration = duration
    }

    /// The minute of the day, such as `09:30`, where the run begins `dayStart` after midnight, and the whole seconds.
    func words(from dayStart: SimDuration) -> (minute: String, seconds: String) {
        let day: Int64 = 24 * 60
        let minutes = (time.nanoseconds + dayStart.nanoseconds) / 60_000_000_000 % day
        func padded(_ value: Int64) -> String { (value < 10 ? "0" : "") + String(value) }
        return (
            padded(minutes / 60) + ":" + padded(minutes % 60),
            String(duration.nanoseconds / 1_000_000_000)
        )
    }
}

/// What is held of tickets, of ends of calls and of readers though it should not be, or is not though it should.
extension KnowledgeDesk {
    /// The matchmaker holds something of the tickets of `sessions`; of these, those `waiting` wait.
    mutating func noteHeldTickets(of sessions: [UInt32], waiting: Set<UInt32>, at now: SimTime) {
        evidence.ticketLooks += 1
        for subject in sessions where !waiting.contains(subject) {
            for item in [Item.interest, .language, .tier] {
                canaries.declare(
                    item, of: subject, to: .matchmaker, since: now, until: .distantFuture)
            }
        }
    }

    /// The matchmaker has made a pair of call number `call`: whether one that sees nothing else would have, too.
    mutating func confirm(_ pairing: Pairing, in call: UInt32) {
        if !blind.confirm(pairing) { evidence.unlikeBlind.insert(call) }
    }

    /// The run is over: how many decisions were made anew, and whether they were the same.
    mutating func noteBlindDecisions() {
        evidence.blindDecisions = blind.compared
        evidence.decidesBlindly = blind.isAlike
    }

    /// A sweep is over, and there are records of `overdue` kinds older than the platform promises.
    mutating func noteSweep(leaving overdue: [RecordKind]) {
        evidence.sweeps += 1
        for kind in overdue { evidence.overdue.insert(kind) }
    }

    /// How often the stores were read by now, and how often that was written down.
    mutating func note(_ readings: StoreReadings) { evidence.readings = readings }

    /// A call that was talked is over: from now on nothing that is written of it may tell when and how long it was.
    mutating func noteEnd(of call: UInt32, _ end: CallEnd) {
        while ends.count <= Int(call) {
            ends.append(CallEnd(at: .distantFuture, lasting: .zero))
        }
        ends[Int(call)] = end
    }

    /// Looks whether a text that is stored of a call after its end tells in which minute that was, and how long it had
    /// been.
    mutating func lookForEnd(
        of call: UInt32, in text: [UInt8], storedAt stored: SimTime, at observer: Observer,
        since: SimTime, until: SimTime
    ) {
        guard Int(call) < ends.count, ends[Int(call)].time <= stored else { return }
        evidence.lateTexts += 1
        let (minute, seconds) = ends[Int(call)].words(from: dayStart)
        guard Self.hasNumber(minute, in: text), Self.hasNumber(seconds, in: text) else { return }
        for side in Side.both {
            canaries.declare(
                .howLong, of: parties[Int(call)][side], to: observer, in: call, since: since,
                until: until)
        }
    }

    /// Whether `word` is in `text`, and no digit stands beside it.
    private static func hasNumber(_ word: String, in text: [UInt8]) -> Bool {
        let word = Array(word.utf8)
        guard text.count >= word.count else { return false }
        func isDigit(_ place: Int) -> Bool {
            text.indices.contains(place) && (48...57).contains(text[place])
        }
        return (0...(text.count - word.count)).contains { start in
            text[start..<start + word.count].elementsEqual(word) && !isDigit(start - 1)
                && !isDigit(start + word.count)
        }
    }
}
