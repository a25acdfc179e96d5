import KnowledgeLedger
import Quantities

/// What the signalling service holds of calls.
extension KnowledgeDesk {
    /// The signalling of a call has been open since `since`, and is at `now`: the service knows between whom.
    mutating func noteSignaling(of call: UInt32, since: SimTime, at now: SimTime) {
        for side in Side.both {
            for observer in [Observer.signalingProcessor, .infrastructureOnCall] {
                for item in [Item.partner, .when] {
                    declare(
                        item, of: parties[Int(call)][side], to: observer, in: call, since: since,
                        until: now)
                }
            }
        }
    }

    /// The signalling of a call has been open since `since`, and is over. Who runs the service, keeps its machine or stands
    /// before it could time that. The service forgets it on the spot; of the edge nobody can tell.
    mutating func noteSignalingEnd(of call: UInt32, since: SimTime, at now: SimTime) {
        noteSignaling(of: call, since: since, at: now)
        for side in Side.both {
            let subject = parties[Int(call)][side]
            for observer in [Observer.signalingProcessor, .infrastructureOnCall] {
                declare(.howLong, of: subject, to: observer, in: call, since: now, until: now)
            }
            declare(
                .howLong, of: subject, to: .edgeProvider, in: call, since: now,
                until: .distantFuture)
        }
    }

    /// A call is over: whether the service had it open until then, and whether it still has.
    mutating func noteServed(_ call: UInt32, wasOpen: Bool, isOpen: Bool, at now: SimTime) {
        if wasOpen { evidence.servedCalls += 1 }
        guard isOpen else { return }
        for side in Side.both {
            canaries.declare(
                .howLong, of: parties[Int(call)][side], to: .signalingProcessor, in: call,
                since: now, until: .distantFuture)
        }
    }
}
