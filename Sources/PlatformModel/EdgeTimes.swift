import Quantities

/// From when to when the stores tell who was in a call with whom, call by call, in a run that is audited.
///
/// They tell it of a call as long as they hold something of each of its sides: a message, an entry of the relay log about an
/// address that the side holds, or one by which the other side lets its public address through. Records go with sweeps alone,
/// so between two of them there are only ever more: the worst moment for a theft is just before a sweep, or the end, and is
/// found exactly. Where faults befall the stores, they go otherwise, and ``standing`` counts what is there.
struct EdgeTimes {
    /// Stored at `since` or later, gone with the sweep at `until`.
    private struct Span: BitwiseCopyable {
        var since: SimTime
        var until: SimTime

        static var empty: Span { Span(since: .zero, until: .zero) }

        private var isEmpty: Bool { until == .zero }

        /// Whether it is over when something is stored at `since`: gone at a sweep, and not there again by the next one.
        func isGone(by since: SimTime) -> Bool { !isEmpty && since >= until }

        /// The span that goes on with what is stored at `since` and gone by `until`; that alone where it is over.
        func extended(since: SimTime, until: SimTime) -> Span {
            let start = isEmpty || isGone(by: since) ? since : self.since
            return Span(since: start, until: max(self.until, until))
        }
    }

    private struct CallSpan: BitwiseCopyable {
        var call: UInt32
        var side: Side
        var span: Span
    }

    /// The last span of each side of each call in which there is something of it.
    private var last: [BothSides<Span>] = []
    /// Those before it, where there was nothing in between.
    private var earlier: [CallSpan] = []
    /// What stands, in a run whose stores have faults; there are no spans then.
    var standing: StandingEdges?

    /// No call.
    ///
    /// - Parameter countingRecords: whether records may go otherwise than by their lifetimes.
    init(countingRecords: Bool = false) {
        if countingRecords { standing = StandingEdges() }
    }

    /// A message of `side` is stored at `since` and gone by `until`.
    mutating func noteMessage(of side: Side, in call: UInt32, since: SimTime, until: SimTime) {
        guard standing == nil else {
            standing?.noteMessage(of: side, in: call)
            return
        }
        note(side, in: call, since: since, until: until)
    }

    /// An entry about what `side` holds is written down at `since` and gone by `until`.
    ///
    /// - Parameters:
    ///   - number: which of the run's entries it is, from 0.
    ///   - namesOther: whether it names the other side's public address as well.
    mutating func noteEntry(
        _ number: Int, of side: Side, namingOther namesOther: Bool, in call: UInt32,
        since: SimTime, until: SimTime
    ) {
        guard standing == nil else {
            standing?.noteEntry(number, of: side, namingOther: namesOther, in: call)
            return
        }
        note(side, in: call, since: since, until: until)
        if namesOther { note(side.other, in: call, since: since, until: until) }
    }

    private mutating func note(_ side: Side, in call: UInt32, since: SimTime, until: SimTime) {
        while last.count <= Int(call) { last.append(BothSides(.empty, .empty)) }
        let span = last[Int(call)][side]
        if span.isGone(by: since) {
            earlier.append(CallSpan(call: call, side: side, span: span))
        }
        last[Int(call)][side] = span.extended(since: since, until: until)
    }

    /// The moment at which most pairs are told of, the first of several, and how many they are.
    ///
    /// - Parameters:
    ///   - parties: the people of each call.
    ///   - interval: from one sweep to the next; the first comes after one.
    ///   - end: of the run.
    /// - Precondition: where what stands is counted, it was looked at the end, too.
    /// - Complexity: O(n·log n) of n spans, and O(sweeps).
    func worstMoment(
        _ parties: [BothSides<UInt32>], sweepingEvery interval: SimDuration, until end: SimTime
    ) -> (time: SimTime, pairs: Int) {
        if let standing { return standing.worst ?? (end, 0) }
        let sweeps = Int((end.nanoseconds - 1) / interval.nanoseconds)
        /// Moment k is that of the sweep numbered k, from 1, before it happens; the last one is the end.
        let last = sweeps + 1
        func moments(_ span: Span) -> ClosedRange<Int>? {
            let from = Int(span.since.nanoseconds / interval.nanoseconds) + 1
            let to = span.until >= end ? last : Int(span.until.nanoseconds / interval.nanoseconds)
            return span.since < end && from <= to ? min(from, last)...min(to, last) : nil
        }
        var told: [(pair: UInt64, from: Int, to: Int)] = []
        for (call, span) in spans() {
            guard let range = moments(span) else { continue }
            told.append((Self.pair(parties[Int(call)]), range.lowerBound, range.upperBound))
        }
        told.sort { ($0.pair, $0.from, $0.to) < ($1.pair, $1.from, $1.to) }
        var changes = [Int](repeating: 0, count: last + 2)
        var (pair, reached) = (UInt64.max, 0)
        for span in told {
            if span.pair != pair { (pair, reached) = (span.pair, 0) }
            guard span.to > reached else { continue }
            changes[max(span.from, reached + 1)] += 1
            changes[span.to + 1] -= 1
            reached = span.to
        }
        var (count, worst) = (0, (moment: last, pairs: 0))
        for moment in 1...last {
            count += changes[moment]
            if count > worst.pairs { worst = (moment, count) }
        }
        let time = worst.moment == last ? end : .zero + interval * Int64(worst.moment)
        return (time, worst.pairs)
    }

    /// The spans in which a call is told of.
    private func spans() -> [(call: UInt32, span: Span)] {
        var former: [UInt32: BothSides<[Span]>] = [:]
        for entry in earlier {
            former[entry.call, default: BothSides([], [])][entry.side].append(entry.span)
        }
        var spans: [(call: UInt32, span: Span)] = []
        for (call, last) in last.enumerated() {
            let before = former[UInt32(call)] ?? BothSides([], [])
            for one in before.offerer + [last.offerer] {
                for other in before.answerer + [last.answerer] {
                    let span = Span(
                        since: max(one.since, other.since), until: min(one.until, other.until))
                    if span.until > span.since { spans.append((UInt32(call), span)) }
                }
            }
        }
        return spans
    }

    /// Two people as one number, whichever comes first.
    static func pair(_ people: BothSides<UInt32>) -> UInt64 {
        let (a, b) = (people.offerer, people.answerer)
        return UInt64(min(a, b)) << 32 | UInt64(max(a, b))
    }
}
