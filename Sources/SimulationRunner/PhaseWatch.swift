import Quantities
import Results
import ScenarioModel

/// Takes the time of a replication's warm-up and of what is measured, apart.
struct PhaseWatch {
    /// The end of the warm-up.
    let boundary: SimTime
    private let stopTime: SimDuration
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    private let cpuBegan = HostFacts.threadSeconds()
    private var warmUp: RunPhase?

    init(_ general: General) {
        boundary = .zero + general.warmUp
        stopTime = general.stopTime
        began = clock.now
    }

    /// Whether the end of the warm-up is still to come, and not after `time`.
    func isDue(before time: SimTime) -> Bool { warmUp == nil && boundary <= time }

    /// Seconds since the beginning.
    var wallSeconds: Double { (clock.now - began) / .seconds(1) }

    /// Seconds that threads were running so far, those of `crew` included.
    func cpuSeconds(_ crew: PooledCrew) -> Double {
        HostFacts.threadSeconds() - cpuBegan + crew.helpSeconds
    }

    /// The warm-up is over, with media performed by `crew`.
    mutating func warmUpEnds(_ crew: PooledCrew) {
        warmUp = RunPhase(
            wallSeconds: wallSeconds, cpuSeconds: cpuSeconds(crew),
            simulatedSeconds: boundary.seconds, mediaPackets: crew.packets)
    }

    /// Everything is over.
    func ends(_ crew: PooledCrew) -> (warmUp: RunPhase, measured: RunPhase) {
        let before = warmUp ?? .none
        return (
            before,
            RunPhase(
                wallSeconds: wallSeconds - before.wallSeconds,
                cpuSeconds: cpuSeconds(crew) - before.cpuSeconds,
                simulatedSeconds: stopTime.seconds - before.simulatedSeconds,
                mediaPackets: crew.packets - before.mediaPackets)
        )
    }
}
