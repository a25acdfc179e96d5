import KnowledgeLedger
import Quantities

/// What has been noted of the checks of a call: what comes after tells no more.
struct CheckNotes: OptionSet, BitwiseCopyable {
    var rawValue: UInt8

    /// A listener on the Internet has read one.
    static let network = CheckNotes(rawValue: 1)
    /// A relay has.
    static let relay = CheckNotes(rawValue: 2)
    /// A listener has read under which name a side goes at its relay.
    static func name(of side: Side) -> CheckNotes { CheckNotes(rawValue: 4 << side.rawValue) }
    /// A side has read one of the other's.
    static func arrival(at side: Side) -> CheckNotes { CheckNotes(rawValue: 16 << side.rawValue) }

    /// Everything that there is to note of what a side sends.
    static func all(from side: Side) -> CheckNotes {
        [.network, .relay, .name(of: side), .arrival(at: side.other)]
    }
}

/// User fragments in connectivity checks: labels by what a datagram is and whose, canaries by what is in its bytes.
struct CheckDesk {
    /// The fragments that agents have.
    var book = FragmentBook()
    /// By the number of a call, what was declared, and what was found.
    private var notes: [(declared: CheckNotes, found: CheckNotes)] = []
    /// The call of a check that is under way, by the place of its datagram, and one more; 0 of any other.
    private var underWay: [UInt32] = []
    /// The call of the datagram that has arrived last, if it is a check with something to declare of it.
    private(set) var arrived: UInt32?

    /// What was declared of a call's checks.
    func declared(of call: UInt32) -> CheckNotes {
        Int(call) < notes.count ? notes[Int(call)].declared : []
    }

    /// What was found of them.
    func found(of call: UInt32) -> CheckNotes {
        Int(call) < notes.count ? notes[Int(call)].found : []
    }

    private mutating func makeRoom(for call: UInt32) {
        while notes.count <= Int(call) { notes.append(([], [])) }
    }

    mutating func noteDeclared(_ note: CheckNotes, of call: UInt32) {
        makeRoom(for: call)
        notes[Int(call)].declared.insert(note)
    }

    mutating func noteFound(_ note: CheckNotes, of call: UInt32) {
        makeRoom(for: call)
        notes[Int(call)].found.insert(note)
    }

    /// An agent of `call` begins anew: its checks are looked at as if there had been none.
    mutating func beginAgain(_ call: UInt32) {
        if Int(call) < notes.count { notes[Int(call)] = ([], []) }
    }

    /// The datagram at `place` is a check of `call`.
    mutating func send(_ place: UInt32, of call: UInt32) {
        while underWay.count <= Int(place) { underWay.append(0) }
        underWay[Int(place)] = call + 1
    }

    /// The datagram at `place` arrives, or is lost.
    mutating func arrive(_ place: UInt32) {
        arrived = nil
        guard Int(place) < underWay.count, underWay[Int(place)] != 0 else { return }
        arrived = underWay[Int(place)] - 1
        underWay[Int(place)] = 0
    }
}

extension KnowledgeDesk {
    /// The agent of a side has a user fragment: at the beginning, and another one after each restart.
    mutating func noteFragment(_ fragment: [UInt8], of side: Side, in call: UInt32) {
        checks.book.note(
            fragment, of: side, in: call, isChecked: !evidence.modelledCalls.contains(call))
        checks.beginAgain(call)
        evidence.fragments = checks.book.count
    }

    /// A datagram goes out.
    ///
    /// - Parameters:
    ///   - place: where it is kept until it arrives.
    ///   - sender: the side of which call sends it; nil where a relay does.
    ///   - isOpen: whether who listens on the Internet can read it.
    mutating func noteSent(
        _ datagram: [UInt8], at place: UInt32, by sender: (call: UInt32, side: Side)?,
        isOpen: Bool, _ now: SimTime
    ) {
        // What a relay forwards is of the call of what has just come to it.
        let call = sender?.call ?? checks.arrived
        if let call {
            let wanted: CheckNotes =
                if let sender { .all(from: sender.side) } else {
                    [.network, .arrival(at: .offerer), .arrival(at: .answerer)]
                }
            if !checks.declared(of: call).isSuperset(of: wanted) {
                declareSent(datagram, at: place, of: call, by: sender?.side, isOpen: isOpen, now)
            }
        }
        guard isOpen, call.map({ !checks.found(of: $0).contains(.network) }) ?? true else {
            return
        }
        evidence.fragmentSearches += 1
        let named = datagram.withUnsafeBytes { checks.book.callNamed(in: $0) }
        guard let named, !checks.found(of: named).contains(.network) else { return }
        checks.noteFound(.network, of: named)
        found(.userFragment, of: named, at: .networkObserver, since: now, until: .distantFuture)
    }

    private mutating func declareSent(
        _ datagram: [UInt8], at place: UInt32, of call: UInt32, by side: Side?, isOpen: Bool,
        _ now: SimTime
    ) {
        switch CheckView(datagram) {
        case .other: break
        case .check:
            checks.send(place, of: call)
            guard isOpen, !checks.declared(of: call).contains(.network) else { return }
            checks.noteDeclared(.network, of: call)
            declareFragments(of: call, to: .networkObserver, since: now, until: .distantFuture)
        case .relayRequest(let username):
            guard isOpen, let side, !checks.declared(of: call).contains(.name(of: side)) else {
                return
            }
            checks.noteDeclared(.name(of: side), of: call)
            noteRelayName(
                username, of: parties[Int(call)][side], in: call, at: .networkObserver)
        }
    }

    /// A datagram has come to a relay, which holds it while it forwards it.
    mutating func noteRelayed(_ datagram: UnsafeRawBufferPointer, at now: SimTime) {
        let readers = [Observer.relayProcessor, .infrastructureOnCall]
        if let call = checks.arrived, !checks.declared(of: call).contains(.relay) {
            checks.noteDeclared(.relay, of: call)
            for reader in readers { declareFragments(of: call, to: reader, since: now, until: now) }
        }
        evidence.fragmentSearches += 1
        guard let named = checks.book.callNamed(in: datagram),
            !checks.found(of: named).contains(.relay)
        else { return }
        checks.noteFound(.relay, of: named)
        for reader in readers {
            found(.userFragment, of: named, at: reader, since: now, until: now)
        }
    }

    /// A datagram has come to a side of a call. What strays in from another call is no partner's.
    mutating func noteReceived(
        _ datagram: [UInt8], by side: Side, in call: UInt32, at now: SimTime
    ) {
        let note = CheckNotes.arrival(at: side)
        let sender = parties[Int(call)][side.other]
        if checks.arrived == call, !checks.declared(of: call).contains(note) {
            checks.noteDeclared(note, of: call)
            declare(
                .userFragment, of: sender, to: .partner, in: call, since: now,
                until: .distantFuture)
        }
        guard !checks.found(of: call).contains(note) else { return }
        evidence.fragmentSearches += 1
        guard datagram.withUnsafeBytes({ checks.book.callNamed(in: $0) }) == call else { return }
        checks.noteFound(note, of: call)
        canaries.declare(
            .userFragment, of: sender, to: .partner, in: call, since: now, until: .distantFuture)
    }

    /// Looks for the user names of checks in what `observer` stores.
    ///
    /// - Returns: the call of which one is there.
    @discardableResult
    mutating func lookForFragments(
        in bytes: UnsafeRawBufferPointer, at observer: Observer, since: SimTime, until: SimTime
    ) -> UInt32? {
        evidence.fragmentSearches += 1
        guard let call = checks.book.callNamed(in: bytes) else { return nil }
        found(.userFragment, of: call, at: observer, since: since, until: until)
        return call
    }

    private mutating func declareFragments(
        of call: UInt32, to observer: Observer, since: SimTime, until: SimTime
    ) {
        for side in Side.both {
            declare(
                .userFragment, of: parties[Int(call)][side], to: observer, in: call, since: since,
                until: until)
        }
    }
}
