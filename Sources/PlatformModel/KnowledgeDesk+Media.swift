import KnowledgeLedger
import MediaSecurity
import Quantities
import Talks

/// Whoever owns the keys of a call. Each destroys them when it goes: the associations, and the talk with its
/// sessions.
struct KeyOwners {
    let call: UInt32
    weak var offerer: Handshake?
    weak var answerer: Handshake?
    weak var talk: Talk?
    /// What is seen of the keys as they are given back.
    let releases = KeyReleases()
    /// What ended the call, and how many windows had been turned by then.
    var ending: CallEnding?
    var turn = 0

    var areGone: Bool { offerer == nil && answerer == nil && talk == nil }
}

/// Canaries of media: keys and frames of speech, where relays, services, stores and whoever listens on the Internet could
/// have them, and whether keys are gone when calls are over.
extension KnowledgeDesk {
    // MARK: Keys

    /// A side of a call begins a handshake.
    mutating func watch(_ handshake: Handshake, of side: Side, in call: UInt32) {
        var owners = keyOwners[call] ?? KeyOwners(call: call)
        switch side {
        case .offerer: owners.offerer = handshake
        case .answerer: owners.answerer = handshake
        }
        keyOwners[call] = owners
        handshake.session.keyReleases = owners.releases
    }

    /// What is seen of the keys of a call as they are given back.
    func keyReleases(of call: UInt32) -> KeyReleases {
        keyOwners[call]?.releases ?? KeyReleases()
    }

    /// A call's keys are handed to its talk.
    mutating func watch(_ talk: Talk, of call: UInt32) { keyOwners[call]?.talk = talk }

    /// A side of a call has keys: they are looked for from now on.
    mutating func noteKeys(_ keys: borrowing SRTPKeys, of call: UInt32) {
        evidence.keyedCalls.insert(call)
        keys.withKeys { local, remote in
            secrets.add(local, of: call)
            secrets.add(remote, of: call)
        }
    }

    /// A call that may have had keys is over.
    mutating func noteEnding(_ ending: CallEnding, of call: UInt32) {
        guard var owners = keyOwners.removeValue(forKey: call) else { return }
        owners.ending = ending
        owners.turn = turns
        endedOwners.append(owners)
    }

    /// A window has been turned. What ended before the last one has been performed and let go by now.
    mutating func turnWindow(at now: SimTime) {
        turns += 1
        while nextEnded < endedOwners.count, endedOwners[nextEnded].turn + 2 <= turns {
            look(at: endedOwners[nextEnded], now)
            nextEnded += 1
        }
        guard nextEnded == endedOwners.count else { return }
        endedOwners.removeAll(keepingCapacity: true)
        nextEnded = 0
    }

    private mutating func look(at owners: KeyOwners, _ now: SimTime) {
        let ending = owners.ending!
        evidence.ended[ending, default: 0] += 1
        note(owners.releases, of: owners.call, at: now)
        guard !owners.areGone else { return }
        evidence.kept[ending, default: NumberSet()].insert(owners.call)
        found(.keys, of: owners.call, at: .ownDevice, since: now, until: .distantFuture)
    }

    /// What was seen of a call's keys as they were given back, since it was noted last.
    private mutating func note(_ releases: KeyReleases, of call: UInt32, at now: SimTime) {
        let seen = releases.take()
        evidence.keyBlocks += seen.blocks
        guard seen.uncleansed > 0 else { return }
        evidence.uncleansed.insert(call)
        found(.keys, of: call, at: .ownDevice, since: now, until: .distantFuture)
    }

    /// Looks for keys in what `observer` has.
    mutating func lookForKeys(
        in bytes: UnsafeRawBufferPointer, at observer: Observer, since: SimTime, until: SimTime
    ) {
        evidence.searched += 1
        guard let call = secrets.owner(in: bytes) else { return }
        found(.keys, of: call, at: observer, since: since, until: until)
    }

    /// `observer` has `item` of both people of `call` in bytes.
    mutating func found(
        _ item: Item, of call: UInt32, at observer: Observer, since: SimTime, until: SimTime
    ) {
        for side in Side.both {
            canaries.declare(
                item, of: parties[Int(call)][side], to: observer, in: call, since: since,
                until: until)
        }
    }

    // MARK: Frames

    /// A call that was talked is over, and its media never took a relay.
    mutating func noteDirect(_ call: UInt32) { evidence.direct.insert(call) }

    /// What came of the media of a call that is over.
    mutating func noteMedia(
        _ report: TalkReport, seenBy witness: MediaWitness, of call: UInt32, at now: SimTime
    ) {
        let account = witness.account
        evidence.payloads += account.payloads
        evidence.frames += account.frames
        evidence.heardPackets += account.heard.packets
        evidence.heardFrames += account.heard.frames
        if account.altered > 0 { evidence.altered.insert(call) }
        for (observer, keys, speech, until) in [
            (Observer.relayProcessor, account.openKeys, account.openFrames, now),
            (.networkObserver, account.heard.openKeys, account.heard.openFrames, .distantFuture),
        ] {
            if keys > 0 { found(.keys, of: call, at: observer, since: now, until: until) }
            if speech > 0 { found(.speech, of: call, at: observer, since: now, until: until) }
        }
        note(witness.keyReleases, of: call, at: now)
        guard evidence.direct.contains(call) else { return }
        let traffic = (report.fromOfferer, report.fromAnswerer)
        evidence.directPackets += Int(traffic.0.packets + traffic.1.packets)
        if traffic.0.forwarded + traffic.1.forwarded > 0 { evidence.straying.insert(call) }
    }
}
