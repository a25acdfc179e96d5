import Quantities

/// When which train of datagrams is to leave: an open loop, which does not wait for anything that
/// comes back.
///
/// Trains are numbered from 0 and evenly spaced. They go from clients and from peers in turn, and
/// from one allocation after another.
struct LoadSchedule: Sendable {
    /// One train.
    struct Train: Hashable, Sendable {
        /// Its number.
        let number: Int64
        /// The allocation it passes through.
        let flow: Int
        /// Whether it goes from client to peer.
        let isFromClient: Bool
        /// When it is meant to leave, after the beginning.
        let due: SimDuration
    }

    let flows: Int
    /// Datagrams in a train.
    let length: Int
    /// Datagrams a second, both ways together.
    let rate: Int

    /// The most trains a second that a timer is asked to keep apart.
    static let maximumTrainRate = 20_000
    /// The time between these.
    static let leastSpacing = SimDuration(nanoseconds: 1_000_000_000 / Int64(maximumTrainRate))
    /// The most datagrams the kernel cuts one buffer into (`UDP_MAX_SEGMENTS` of older kernels).
    static let maximumLength = 64

    /// The shortest trains that the timer can keep apart, within a buffer of 64 kB.
    static func usualLength(rate: Int, byteCount: Int) -> Int {
        let needed = (rate + maximumTrainRate - 1) / maximumTrainRate
        return max(1, min(needed, longest(byteCount: byteCount)))
    }

    /// The longest train of datagrams of `byteCount` bytes: what one UDP datagram could hold.
    static func longest(byteCount: Int) -> Int { min(maximumLength, 65_000 / byteCount) }

    /// Train number `number`.
    func train(_ number: Int64) -> Train {
        Train(
            number: number, flow: Int(number / 2 % Int64(flows)), isFromClient: number % 2 == 0,
            due: due(number))
    }

    /// When train number `number` is due: exact, so that no error adds up over a long run.
    func due(_ number: Int64) -> SimDuration {
        let datagrams = Int128(number) * Int128(length)
        return SimDuration(nanoseconds: Int64(datagrams * 1_000_000_000 / Int128(rate)))
    }

    /// How many trains are due before `time`.
    func count(before time: SimDuration) -> Int64 {
        let perTrain = Int128(length) * 1_000_000_000
        let count = (Int128(time.nanoseconds) * Int128(rate) + perTrain - 1) / perTrain
        // Times are cut to whole nanoseconds, so one more may still be before it.
        return due(Int64(count)) < time ? Int64(count) + 1 : Int64(count)
    }
}
