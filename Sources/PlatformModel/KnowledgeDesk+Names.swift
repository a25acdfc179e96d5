import KnowledgeLedger
import Signaling

/// Names of visits: session numbers in descriptions, and user names at relays.
extension KnowledgeDesk {
    /// A visit that goes by a name, and the call that it is of.
    struct NamedVisit: BitwiseCopyable {
        var subject: UInt32
        var call: UInt32
    }

    private static let described = ["offer", "answer"].map { Array("VOICEMEET/1 \($0)".utf8) }

    /// The session number that a message of `sender` names. Its low 16 bits count visits where numbers last, so they are
    /// left out: whoever reads them knows as much.
    ///
    /// - Parameter message: what it is, where that is known; else it is what it parses to.
    mutating func noteSession(
        in text: [UInt8], meaning message: SignalingMessage? = nil, of sender: UInt32,
        in call: UInt32
    ) {
        let isDescription =
            message == nil && Self.described.contains { text.starts(with: $0) }
        switch isDescription ? try? SignalingMessage.parse(text).message : message {
        case .offer(let description), .answer(let description):
            note(
                String(description.sessionID >> 16, radix: 16), of: sender, in: call,
                at: .signalingProcessor)
        default: break
        }
    }

    /// The relay is shown a user name by `subject`, or `observer` reads it on the way: what stands behind the time until which
    /// it holds.
    mutating func noteRelayName(
        _ username: String, of subject: UInt32, in call: UInt32,
        at observer: Observer = .relayProcessor
    ) {
        let name = username.split(separator: ":", maxSplits: 1).last ?? ""
        note(String(name), of: subject, in: call, at: observer)
    }

    private mutating func note(
        _ name: String, of subject: UInt32, in call: UInt32, at observer: Observer
    ) {
        if let last = lastVisits[Visitor(observer: observer, subject: subject)], last != call {
            evidence.names[observer, default: VisitNames()].returned += 1
        }
        lastVisits[Visitor(observer: observer, subject: subject)] = call
        let key = VisitName(observer: observer, name: name)
        guard let earlier = namedVisits[key] else {
            namedVisits[key] = NamedVisit(subject: subject, call: call)
            evidence.names[observer, default: VisitNames()].visits += 1
            return
        }
        // Sent again in the same call, it tells nothing new.
        guard earlier.call != call, earlier.subject == subject else { return }
        evidence.names[observer, default: VisitNames()].linked.insert(subject)
        evidence.names[observer, default: VisitNames()].calls.insert(earlier.call)
        evidence.names[observer, default: VisitNames()].calls.insert(call)
    }

    /// Who is shown to whom.
    struct Visitor: Hashable {
        var observer: Observer
        var subject: UInt32
    }

    /// A name, at whom.
    struct VisitName: Hashable {
        var observer: Observer
        var name: String
    }
}
