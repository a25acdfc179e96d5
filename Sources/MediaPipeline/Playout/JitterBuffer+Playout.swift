import Quantities
import RTP

extension JitterBuffer {
    /// Decides what is played in the frame that begins at `now`.
    public mutating func pull(at now: SimTime) -> PlayoutDecision {
        switch phase {
        case .idle: return counters.played == 0 ? .idle : unresolvedSilence()
        case .pausing: return pullWhilePausing(at: now)
        case .playing: return pullWhilePlaying(at: now)
        }
    }

    /// The call ends: frames still in the dark were silence, and packets left are dropped.
    public mutating func finish() {
        resolve(missing: 0)
        discardAll()
    }

    private mutating func pullWhilePausing(at now: SimTime) -> PlayoutDecision {
        guard let first = firstStored, let packet = stored(first),
            delay(of: packet.timestamp, at: now) >= target
        else {
            if counters.played == 0 { return .idle }
            return unresolvedSilence()
        }
        // Whatever is missing before the spurt's first packet was lost while the buffer waited.
        let missing = first - nextSequence
        if unresolved > 0 || missing > 0 { resolve(missing: missing) }
        phase = .playing
        nextSequence = first
        nextTimestamp = packet.timestamp
        return play(first)
    }

    private mutating func unresolvedSilence() -> PlayoutDecision {
        isConcealing = false
        if unresolved > 0 {
            unresolved += 1
        } else {
            counters.silent += 1
        }
        return .silence
    }

    private mutating func pullWhilePlaying(at now: SimTime) -> PlayoutDecision {
        guard let first = firstStored, let packet = stored(first) else {
            return underrun(at: now)
        }
        let missing = first - nextSequence
        let gap = (packet.timestamp - nextTimestamp) / Int64(settings.frameTicks)
        if missing == 0, gap > 0 {
            // Time ran on but the numbers did not: the talker was silent.
            resolve(missing: 0)
            phase = .pausing
            return pullWhilePausing(at: now)
        }
        if gap <= 0 || missing == 0 {
            resolve(missing: missing)
            nextSequence = first
            nextTimestamp = packet.timestamp
            return adjustOrPlay(first, at: now)
        }
        if unresolved > 0 { resolve(missing: missing) }
        nextSequence += 1
        nextTimestamp += Int64(settings.frameTicks)
        if missing == 1, gap == 1, packet.hasRedundancy {
            counters.recovered += 1
            isConcealing = false
            return .recover(from: packet)
        }
        countConcealed()
        return .conceal
    }

    /// Nothing is there to play.
    private mutating func underrun(at now: SimTime) -> PlayoutDecision {
        if delay(of: nextTimestamp, at: now) < target {
            // Packets take longer than when this spurt began: wait for them.
            counters.stretched += 1
            return .conceal
        }
        unresolved += 1
        nextTimestamp += Int64(settings.frameTicks)
        if unresolved >= JitterBufferSettings.underrunLimit { phase = .pausing }
        return .conceal
    }

    /// Plays the packet `sequence`; if the delay has long been too long the one after it, and if it
    /// has long been too short nothing for now.
    private mutating func adjustOrPlay(_ sequence: Int64, at now: SimTime) -> PlayoutDecision {
        let frame = Int64(settings.frameTicks)
        let surplus = delay(of: nextTimestamp, at: now) - target
        if surplus >= 2 * frame {
            imbalance = max(imbalance, 0) + 1
        } else if surplus <= -frame {
            imbalance = min(imbalance, 0) - 1
        } else {
            imbalance = 0
        }
        guard abs(imbalance) > JitterBufferSettings.adjustmentPatience else {
            return play(sequence)
        }
        if imbalance < 0 {
            imbalance = 0
            counters.stretched += 1
            return .conceal
        }
        guard let next = stored(sequence + 1), next.timestamp == nextTimestamp + frame else {
            return play(sequence)
        }
        imbalance = 0
        counters.trimmed += 1
        if let left = take(sequence) { discard(left) }
        nextSequence += 1
        nextTimestamp += frame
        return play(sequence + 1)
    }

    private mutating func play(_ sequence: Int64) -> PlayoutDecision {
        guard let packet = take(sequence) else {
            preconditionFailure("packet \(sequence) was found but is gone")
        }
        nextSequence = sequence + 1
        nextTimestamp = packet.timestamp + Int64(settings.frameTicks)
        counters.played += 1
        isConcealing = false
        if packet.announcesSilence { phase = .pausing }
        return .play(packet)
    }

    private mutating func countConcealed() {
        counters.concealed += 1
        if !isConcealing { counters.concealedRuns += 1 }
        isConcealing = true
    }
}
