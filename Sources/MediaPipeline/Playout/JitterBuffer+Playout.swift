import Quantities
import RTP

extension JitterBuffer {
    /// Decides what is played in the frame that begins at `now`.
    public mutating func pull(at now: SimTime) -> PlayoutDecision {
        let now = relative(now)
        switch phase {
        case .playing:
            let place = place(of: nextSequence)
            let surplus = now - nextTimestamp - target
            // What happens nearly always: the frame due is here, and its delay within bounds.
            if place.pointee.isHere, place.pointee.timestamp == nextTimestamp, dark == 0,
                isBalanced(surplus)
            {
                imbalance = 0
                return play(place)
            }
            return pullWhilePlaying(now)
        case .pausing: return pullWhilePausing(now)
        case .idle: return counters.played == 0 ? .idle : playSilence()
        }
    }

    /// The call ends: frames still in the dark were silence, and packets left are dropped.
    public mutating func finish() {
        settleSilence()
        discardAll()
    }

    private mutating func pullWhilePausing(_ now: Int64) -> PlayoutDecision {
        guard let waiting = first, now - waiting.pointee.timestamp >= target else {
            return counters.played == 0 ? .idle : playSilence()
        }
        let place = withoutExcess(waiting, now)
        let timestamp = place.pointee.timestamp
        let lost = place.pointee.sequence - nextSequence
        if counters.played > 0 {
            let gap = gap(to: timestamp)
            if lost == 0, gap > 0 {
                settleSilence()
            } else if dark > 0 {
                settleDark(missing: lost, gap: gap)
            } else if lost > 0 {
                // The head of the spurt is missing; comfort noise was played in its place.
                settleHead(missing: lost)
            }
        }
        phase = .playing
        if place.pointee.sequence > nextSequence { passOver(place.pointee.sequence - nextSequence) }
        nextTimestamp = timestamp
        return play(place)
    }

    private mutating func playSilence() -> PlayoutDecision {
        isConcealing = false
        if dark > 0 {
            dark += 1
        } else {
            counters.silent += 1
            pause += 1
        }
        return .silence
    }

    private mutating func pullWhilePlaying(_ now: Int64) -> PlayoutDecision {
        guard let waiting = first else {
            counters.underruns += 1
            return goDark()
        }
        let place = withoutExcess(waiting, now)
        var lost = place.pointee.sequence - nextSequence
        var gap = gap(to: place.pointee.timestamp)
        if lost == 0, gap > 0 {
            // Time ran on but the numbers did not: the talker was silent.
            settleSilence()
            phase = .pausing
            return pullWhilePausing(now)
        }
        if dark > 0 {
            let spared: Int64 = isWorthRecovering(place, lost: lost, gap: gap, now) ? 1 : 0
            settleDark(missing: lost - spared, gap: gap - spared)
            lost = place.pointee.sequence - nextSequence
            gap = self.gap(to: place.pointee.timestamp)
        } else if lost > 0, gap > 0, now - nextTimestamp < target {
            // Packets are still expected with this delay, and waiting costs nothing: if it is lost,
            // the frame made meanwhile is the one that conceals it.
            return goDark()
        }
        if lost == 0 || gap == 0 {
            if lost > 0 { passOver(lost) }
            nextTimestamp = place.pointee.timestamp
            return adjustOrPlay(place, now)
        }
        passOver(1)
        nextTimestamp += frameTicks
        if lost == 1, gap == 1, place.pointee.hasRedundancy {
            counters.recovered += 1
            isConcealing = false
            return .recover(from: place.pointee)
        }
        counters.concealed += 1
        if !isConcealing { counters.concealedRuns += 1 }
        isConcealing = true
        return .conceal
    }

    /// Whole frames from the one due to the one at `timestamp`.
    private func gap(to timestamp: Int64) -> Int64 {
        max(0, timestamp - nextTimestamp) / frameTicks
    }

    /// Makes a frame without passing over any of the talker's.
    private mutating func goDark() -> PlayoutDecision {
        dark += 1
        if dark >= JitterBufferSettings.underrunLimit { phase = .pausing }
        return .conceal
    }

    /// Whether the frame before the packet in `place`, of `lost` that were concealed in the dark,
    /// shall be recovered after all: if its copy is there, and the delay, which then grows by a
    /// frame, stays short.
    private func isWorthRecovering(
        _ place: UnsafeMutablePointer<BufferedPacket>, lost: Int64, gap: Int64, _ now: Int64
    ) -> Bool {
        lost > 0 && lost == gap && dark >= lost && place.pointee.hasRedundancy
            && now - (place.pointee.timestamp - frameTicks) < target + frameTicks
    }

    /// Drops the packet in `place` and those after it as long as they are later than any frame may
    /// be and another follows at once; where the one is that is played instead.
    private mutating func withoutExcess(
        _ place: UnsafeMutablePointer<BufferedPacket>, _ now: Int64
    ) -> UnsafeMutablePointer<BufferedPacket> {
        var place = place
        let isFirst = place.pointee.sequence == nextSequence
        while now - place.pointee.timestamp > ceiling,
            let next = successor(of: place.pointee)
        {
            discard(take(place))
            if dark == 0, isFirst {
                // Nothing was played in its place: the delay shrinks.
                counters.trimmed += 1
                passPlayed()
                nextTimestamp = next.pointee.timestamp
            } else {
                counters.late += 1
            }
            place = next
        }
        return place
    }

    /// Where the packet waits whose frame follows that of `packet` at once, if it is here.
    private func successor(
        of packet: BufferedPacket
    ) -> UnsafeMutablePointer<BufferedPacket>? {
        let next = place(of: packet.sequence + 1)
        return next.pointee.isHere && next.pointee.sequence == packet.sequence + 1
            && next.pointee.timestamp == packet.timestamp + frameTicks ? next : nil
    }

    /// Whether a delay of `surplus` ticks beyond the target is to be left alone. A frame more or
    /// less leads from either bound back into the middle.
    @inline(__always)
    private func isBalanced(_ surplus: Int64) -> Bool {
        surplus <= frameTicks + frameTicks / 4 && surplus >= -(frameTicks / 4)
    }

    /// Plays the packet in `place`; if the delay has long been too long the one after it, and if it
    /// has been too short nothing for now.
    private mutating func adjustOrPlay(
        _ place: UnsafeMutablePointer<BufferedPacket>, _ now: Int64
    ) -> PlayoutDecision {
        let surplus = now - nextTimestamp - target
        guard !isBalanced(surplus) else {
            imbalance = 0
            return play(place)
        }
        imbalance = surplus > 0 ? max(imbalance, 0) + 1 : min(imbalance, 0) - 1
        if imbalance <= -JitterBufferSettings.stretchPatience {
            imbalance = 0
            counters.stretched += 1
            return .conceal
        }
        // Far too long a delay, as after a spike, shrinks faster.
        let patience = Int64(JitterBufferSettings.trimPatience) * frameTicks / max(surplus, 1)
        guard imbalance > 0, imbalance > patience, let next = successor(of: place.pointee) else {
            return play(place)
        }
        imbalance = 0
        counters.trimmed += 1
        discard(take(place))
        passPlayed()
        nextTimestamp += frameTicks
        return play(next)
    }

    @inline(__always)
    private mutating func play(
        _ place: UnsafeMutablePointer<BufferedPacket>
    ) -> PlayoutDecision {
        let packet = take(place)
        passPlayed()
        nextTimestamp = packet.timestamp + frameTicks
        counters.played += 1
        isConcealing = false
        pause = 0
        if packet.announcesSilence { phase = .pausing }
        return .play(packet)
    }

    // MARK: What frames made in the dark were

    /// They were silence.
    mutating func settleSilence() {
        counters.silent += dark
        dark = 0
    }

    /// The next packet lies `gap` frames ahead and `missing` numbers before it have not come: as
    /// many frames of the dark were lost ones, the rest within the gap was silence, and the rest
    /// beyond it let the delay grow.
    mutating func settleDark(missing: Int64, gap: Int64) {
        let covered = min(dark, gap)
        let lost = min(covered, missing)
        if lost > 0 {
            counters.concealed += lost
            if !isConcealing { counters.concealedRuns += 1 }
            isConcealing = true
            passOver(lost)
        }
        counters.silent += covered - lost
        counters.stretched += dark - covered
        nextTimestamp += covered * frameTicks
        dark = 0
    }

    /// The first `missing` packets of a spurt have not come: as many frames of the pause before it
    /// were lost speech.
    private mutating func settleHead(missing: Int64) {
        let lost = min(missing, pause)
        guard lost > 0 else { return }
        counters.silent -= lost
        counters.concealed += lost
        counters.concealedRuns += 1
    }
}
