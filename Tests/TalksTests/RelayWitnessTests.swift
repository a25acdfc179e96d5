import MediaPipeline
import MediaSecurity
import NetworkModel
import Quantities
import Testing

@testable import Talks

/// What a relay has of the media that pass, and whether that is noticed.
@Suite struct RelayWitnessTests {
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
        _ call: Call, plant: RelayWitness.Plant? = nil
    ) throws -> (RelayWitness.Account, TalkReport) {
        let witness = RelayWitness()
        call.keys(isOfferer: true).withKeys { local, remote in
            witness.look(for: local)
            witness.look(for: remote)
        }
        witness.plant = plant
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
        // Who looks on changes nothing.
        #expect(try call.report(seconds: 4) == report)
    }

    @Test func `on a direct call there is nothing to see`() throws {
        #expect(try Self.watched(Call()).0 == RelayWitness.Account())
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
        let witness = RelayWitness()
        let packet = WirePacket(
            slot: PacketSlot(index: 0), offset: 16, count: 10, isControl: false)
        witness.arrive(bytes, packet.slot, framed: framed)
        bytes[place] ^= 1
        witness.leave(bytes, packet, framed: framed)
        #expect(witness.account.payloads == 1)
        #expect(witness.account.altered == (isAltered ? 1 : 0))
    }
}
