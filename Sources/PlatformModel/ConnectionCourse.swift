import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// When the connection of one side of a call to the signalling service is lost and stands again,
/// from the pairing on, as it is drawn; equal draws give equal courses.
struct ConnectionCourse {
    private var stream: RandomStream
    private let untilLoss: Distribution
    private let untilReturn: Distribution
    /// Whether it stands until ``next``.
    private(set) var isUp = true
    /// When that changes.
    private(set) var next: SimTime
    /// How often it has been lost, and been made anew, before ``next``.
    private(set) var losses = 0
    private(set) var returns = 0

    /// The course from `start` on; nil where no connection is ever lost.
    init?(_ signaling: ScenarioModel.Signaling, from start: SimTime, using stream: RandomStream) {
        guard signaling.disconnect > 0 else { return nil }
        self.stream = stream
        untilLoss = .exponential(mean: 1 / signaling.disconnect)
        untilReturn = signaling.reconnect
        next = start
        next = start + untilLoss.sampleDuration(using: &self.stream)
    }

    /// Goes past ``next``.
    mutating func turn() {
        if isUp {
            losses += 1
            next += untilReturn.sampleDuration(using: &stream)
        } else {
            returns += 1
            next += untilLoss.sampleDuration(using: &stream)
        }
        isUp.toggle()
    }

    /// Goes on until `now` is before ``next``.
    mutating func advance(to now: SimTime) {
        while next <= now { turn() }
    }

    /// When the side can send what it has to send at `time`.
    func sending(at time: SimTime) -> SimTime {
        var course = self
        course.advance(to: time)
        return course.isUp ? time : course.next
    }

    /// When a message arrives that takes `latency` and is sent to the side at `time`: at once, or as
    /// long after the connection stands again on which it was missed.
    func arrival(ofMessageSentAt time: SimTime, taking latency: SimDuration) -> SimTime {
        var course = self
        var departure = sending(at: time)
        course.advance(to: departure)
        while course.next < departure + latency {
            course.turn()
            departure = course.next
            course.turn()
        }
        return departure + latency
    }
}
