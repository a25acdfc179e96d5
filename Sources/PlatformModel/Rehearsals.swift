import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Talks

/// What playout comes to over every way that calls without packets take, each rehearsed when it is
/// first asked for.
///
/// A class because the replications of a run share it, and runs may. What it gives for a way depends on the
/// scenario's links, playout and clocks and on its speech alone, not on a run's seed: whoever asks first,
/// nobody's result changes.
public final class Rehearsals: Sendable {
    /// A way, as far as playout can tell it from others.
    struct Way: Hashable, BitwiseCopyable {
        /// The access network of the peer that sends.
        var sender: UInt16
        /// That of the peer that receives.
        var receiver: UInt16
        /// Which of ``streamDelays`` the way to the first relay has if it is a stream, from 1; else 0.
        var sendingStream: UInt8 = 0
        /// The way from the last relay if it is a stream; else 0.
        var receivingStream: UInt8 = 0

        /// The delays of streams that are told apart, in ms: they matter for retransmissions only,
        /// which take 200 ms at least and else four times the delay. Ten steps a decade.
        private static let streamDelays: [Int64] = [
            50, 63, 79, 100, 126, 158, 200, 251, 316, 398, 501, 631, 794, 1000, 1259, 1585, 1995,
            2512,
        ]

        /// The way along `route`.
        init(from sender: UInt16, to receiver: UInt16, along route: MediaRoute) {
            self.sender = sender
            self.receiver = receiver
            if route.first.isStream { sendingStream = Self.steps(route.first.delay) }
            if route.relayCount > 0, route.last.isStream {
                receivingStream = Self.steps(route.last.delay)
            }
            // Over UDP the two links act alike in either order.
            if sendingStream == 0, receivingStream == 0, sender > receiver {
                (self.sender, self.receiver) = (receiver, sender)
            }
        }

        private static func steps(_ delay: SimDuration) -> UInt8 {
            let place = streamDelays.firstIndex { delay <= .milliseconds($0) }
            return UInt8((place ?? streamDelays.count - 1) + 1)
        }

        /// A route with the same streams and no other delays.
        var route: MediaRoute {
            func leg(_ step: UInt8) -> MediaRoute.Leg {
                MediaRoute.Leg(
                    delay: step > 0 ? .milliseconds(Self.streamDelays[Int(step) - 1]) : .zero,
                    isStream: step > 0)
            }
            return sendingStream == 0 && receivingStream == 0
                ? .direct(.zero) : .relayed(leg(sendingStream), over: 0, leg(receivingStream))
        }

        /// The number of its streams, below 2^40.
        var entity: UInt64 {
            UInt64(sender) << 26 | UInt64(receiver) << 16 | UInt64(sendingStream) << 8
                | UInt64(receivingStream)
        }
    }

    /// What of a scenario and its speech rehearsals depend on.
    struct Basis {
        fileprivate let links: [Link]
        fileprivate let buffer: JitterBufferSettings
        fileprivate let rhythm: SpeechRhythm
        fileprivate let drift: ClockDrift

        fileprivate struct Link: Hashable {
            let jitter: Distribution
            let loss: GilbertLoss

            var behaviour: LinkBehaviour { LinkBehaviour(jitter: jitter, loss: loss) }
        }

        /// That of `scenario`, in which speakers send as `traffic` says.
        init(_ scenario: Scenario, traffic: SpeechTraffic) {
            links = scenario.access.map { Link(jitter: $0.jitter, loss: $0.loss) }
            buffer = MediaConfiguration(scenario.media, timing: scenario.ice.timing).jitterBuffer
            rhythm = traffic.rhythm
            drift = scenario.media.clockDrift
        }
    }

    /// A way with all that its rehearsal depends on.
    private struct Terms: Hashable {
        let way: Way
        let sender: Basis.Link
        let receiver: Basis.Link
        let buffer: JitterBufferSettings
        let drift: ClockDrift
        let rhythm: SpeechRhythm

        init(_ way: Way, _ basis: Basis) {
            self.way = way
            sender = basis.links[Int(way.sender)]
            receiver = basis.links[Int(way.receiver)]
            buffer = basis.buffer
            drift = basis.drift
            rhythm = basis.rhythm
        }

        // Few runs have more than one rhythm, of thousands of frames.
        func hash(into hasher: inout Hasher) {
            hasher.combine(way)
            hasher.combine(sender)
            hasher.combine(receiver)
        }
    }

    private let made = WriteOnceMap<Terms, Rehearsal>()

    /// Nothing rehearsed yet.
    public init() {}

    /// The rehearsal of `way` in a scenario of which `basis` is told.
    func rehearsal(_ way: Way, on basis: Basis) -> Rehearsal {
        let terms = Terms(way, basis)
        return made.value(of: terms) {
            Rehearsal(
                of: RehearsedWay(
                    from: terms.sender.behaviour, to: terms.receiver.behaviour, along: way.route),
                rhythm: terms.rhythm, buffer: terms.buffer,
                drift: { terms.drift.sample(using: &$0) },
                randomness: { Self.stream(way, take: $0, number: $1) })
        }
    }

    private static func stream(_ way: Way, take: Int, number: Int) -> RandomStream {
        RandomStream(
            StreamName(
                seed: 0, replication: 0, purpose: StreamPurpose(rawValue: .max),
                entity: way.entity << 8 | UInt64(take) << 2 | UInt64(number)))
    }
}
