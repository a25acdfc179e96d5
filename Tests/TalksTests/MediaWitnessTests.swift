import MediaPipeline
import MediaSecurity
import NetworkModel
import Quantities
import Testing

@testable import Talks

/// What relays and listeners on the Internet have of the media that pass, and whether that is noticed.
@Suite struct MediaWitnessTests {
    private static let twice: Call = {
        var call = Call()
        let (near, far) = (
            ChannelUse(client: 0x4001, server: 0x4001, transport: .udp),
            ChannelUse(client: 0x4002, server: 0x4002, transport: .udp)
        )
        let between = SimDuration.milliseconds(20)
        call.there = TalkRoute(
            .relayedTwice(Call.leg(15), over: 0, between, and: 1, Call.leg(25)), sending: near,
            receiving: far)
        call.back = TalkRoute(
            .relayedTwice(Call.leg(25), over: 1, between, and: 0, Call.leg(15)), sending: far,
            receiving: near)
        return call
    }()

    /// What a witness sees of `call`, and what comes of that.
    private static func watched(
        _ call: Call, plant: MediaWitness.Plant? = nil, directPlant: MediaWitness.Plant? = nil
    ) throws -> (MediaWitness.Account, TalkReport) {
        let witness = MediaWitness()
        call.keys(isOfferer: true).withKeys { local, remote in
            witness.look(for: local)
            witness.look(for: remote)
        }
        witness.plant = plant
        witness.directPlant = directPlant
        var call = call
        call.witness = witness
        let report = try call.report(seconds: 4)
        return (witness.account, report)
    }

    @Test(arguments: [Call.relayed(), Call.relayed(isStream: true), twice])
    func `relays forward what comes and can read nothing`(call: Call) throws {
        let (account, report) = try Self.watched(call)
        let forwarded = report.fromOfferer.forwarded + report.fromAnswerer.forwarded
        #expect(account.payloads == Int(forwarded) && forwarded > 100)
        #expect(account.frames > account.payloads / 2)
        #expect(account.altered == 0 && account.openFrames == 0 && account.openKeys == 0)
        // A listener has what the sides send and what the relays send on.
        let sent = report.fromOfferer.packets + report.fromAnswerer.packets
        #expect(account.heard.packets == Int(sent + forwarded))
        #expect(account.heard.openFrames == 0 && account.heard.openKeys == 0)
        // Who looks on changes nothing.
        #expect(try call.report(seconds: 4) == report)
    }

    @Test func `on a direct call relays see nothing, and a listener all packets and no frame`()
        throws
    {
        let (account, report) = try Self.watched(Call())
        let packets = Int(report.fromOfferer.packets + report.fromAnswerer.packets)
        #expect(account.heard.packets == packets && packets > 100)
        #expect(account.heard.frames > packets / 2)
        #expect(account.heard.openFrames == 0 && account.heard.openKeys == 0)
        var others = account
        others.heard = MediaWitness.Hearing()
        #expect(others == MediaWitness.Account())
        #expect(try Call().report(seconds: 4) == report)
    }

    @Test func `a path that stays in a home is not heard, and TLS hides the leg to a relay`() throws
    {
        var home = Call()
        (home.there.staysNear, home.back.staysNear) = (true, true)
        #expect(try Self.watched(home, directPlant: .frame).0 == MediaWitness.Account())
        var sealed = Call.relayed(isStream: true)
        sealed.there.sending?.transport = .tls
        sealed.back.receiving?.transport = .tls
        let (account, report) = try Self.watched(sealed, plant: .frame)
        // What the client's relay has from it is heard behind the relay, and what comes for it before.
        let packets = report.fromOfferer.forwarded + report.fromAnswerer.packets
        #expect(account.heard.packets == Int(packets) && packets > 100)
        #expect(account.heard.openFrames > 30)
        #expect(account.heard.openFrames < account.openFrames)
    }

    @Test func `a frame that is open on a direct path is heard, and so is a key`() throws {
        let open = try Self.watched(Call(), directPlant: .frame).0
        #expect(open.heard.frames > 50 && open.heard.openFrames == open.heard.frames)
        #expect(open.heard.openKeys == 0 && open.openFrames == 0)
        let key = Call().keys(isOfferer: true).withKeys { local, _ in Array(local) }
        let shown = try Self.watched(Call(), directPlant: .bytes(key)).0
        #expect(shown.heard.openKeys > 50 && shown.heard.openFrames == 0)
        // Elsewhere it is planted in nothing.
        let relayed = try Self.watched(.relayed(), directPlant: .frame).0
        #expect(relayed.heard.openFrames == 0 && relayed.openFrames == 0)
    }

    @Test func `a frame that is open at a relay is seen`() throws {
        let account = try Self.watched(.relayed(isStream: true), plant: .frame).0
        #expect(account.frames > 50 && account.openFrames == account.frames)
        #expect(account.openKeys == 0)
    }

    @Test func `a key in a packet at a relay is seen`() throws {
        let key = Call.relayed().keys(isOfferer: false).withKeys { local, _ in Array(local) }
        let account = try Self.watched(.relayed(), plant: .bytes(key)).0
        #expect(account.openKeys > 50 && account.openFrames == 0)
        let other = try Self.watched(.relayed(), plant: .bytes(key.map { $0 ^ 1 })).0
        #expect(other.openKeys == 0 && other.payloads > 50)
    }

    @Test(arguments: [
        // Channel data of four bytes, then two bytes of padding; the payload, and the header.
        (true, 5, true), (true, 0, false), (true, 9, false), (false, 5, true), (false, 9, true),
    ])
    func `a payload that is not what came is told from one that is`(
        framed: Bool, place: Int, isAltered: Bool
    ) {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 10, alignment: 8)
        defer { bytes.deallocate() }
        bytes.copyBytes(from: [0x40, 1, 0, 4, 9, 8, 7, 6, 0, 0])
        let witness = MediaWitness()
        let packet = WirePacket(
            slot: PacketSlot(index: 0), offset: 16, count: 10, isControl: false)
        witness.arrive(bytes, packet.slot, framed: framed)
        bytes[place] ^= 1
        witness.leave(bytes, packet, framed: framed, isHeard: false)
        #expect(witness.account.payloads == 1)
        #expect(witness.account.altered == (isAltered ? 1 : 0))
    }
}
