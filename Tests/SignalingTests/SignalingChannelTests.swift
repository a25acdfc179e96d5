import ICE
import Quantities
import RandomStreams
import Signaling
import Testing

@Suite struct SignalingChannelTests {
    static let call = CallID(rawValue: 7)
    static let parties = [PartyID(rawValue: 1), PartyID(rawValue: 2)]

    static func candidate(_ number: Int) -> SignalingMessage {
        .candidate(
            try! Candidate(text: "candidate:1 1 udp \(number + 1) 192.0.2.1 7 typ host".utf8))
    }

    /// Two sides, the service, and connections that lose what is on its way when they break.
    struct World {
        var service = SignalingService(retention: SignalingService.platformRetention)
        var channels = [SignalingChannel(call: call), SignalingChannel(call: call)]
        var isConnected = [true, true]
        var toService: [[[UInt8]]] = [[], []]
        var toSide: [[[UInt8]]] = [[], []]
        var heard: [[SignalingMessage]] = [[], []]
        var now = SimTime.zero

        init() { service.open(call, between: parties[0], and: parties[1]) }

        mutating func say(_ message: SignalingMessage, _ side: Int) {
            guard let text = channels[side].send(message) else { return }
            if isConnected[side] { toService[side].append(text) }
        }

        mutating func breakConnection(_ side: Int) {
            isConnected[side] = false
            toService[side] = []
            toSide[side] = []
            service.disconnect(parties[side], from: call)
        }

        mutating func connect(_ side: Int) {
            isConnected[side] = true
            toService[side] += channels[side].resume()
        }

        mutating func serve(_ side: Int) {
            guard !toService[side].isEmpty else { return }
            let text = toService[side].removeFirst()
            switch service.handle(text, from: parties[side], at: now) {
            case .forward(let party): toSide[party == parties[0] ? 0 : 1].append(text)
            case .redeliver(let texts): toSide[side] += texts
            case .hold, .reply, .refuse: break
            }
        }

        mutating func hear(_ side: Int) {
            guard !toSide[side].isEmpty else { return }
            if case .deliver(let message) = channels[side].receive(toSide[side].removeFirst()) {
                heard[side].append(message)
            }
        }

        mutating func finish() {
            for side in 0...1 where !isConnected[side] { connect(side) }
            while toService.contains(where: { !$0.isEmpty })
                || toSide.contains(where: { !$0.isEmpty })
            {
                for side in 0...1 {
                    serve(side)
                    hear(side)
                }
            }
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func `however often connections break, every message comes once and in order`(seed: UInt64) {
        var dice = RandomStream(
            StreamName(seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 0))
        var world = World()
        var said: [[SignalingMessage]] = [[], []]
        for step in 0..<300 {
            let side = Int(dice.nextInteger(below: 2))
            switch dice.nextInteger(below: 12) {
            case 0...2 where said[side].count < 40:
                let message = Self.candidate(step)
                said[side].append(message)
                world.say(message, side)
            case 3 where world.isConnected[side]: world.breakConnection(side)
            case 4 where !world.isConnected[side]: world.connect(side)
            case 5...8: world.serve(side)
            default: world.hear(side)
            }
            world.now = world.now + .seconds(1)
        }
        world.finish()
        // What one side sent before the other's resumption can have been lost on the way to it.
        world.breakConnection(0)
        world.breakConnection(1)
        world.finish()
        #expect(world.heard[0] == said[1], "seed \(seed)")
        #expect(world.heard[1] == said[0], "seed \(seed)")
        #expect(world.channels.allSatisfy { $0.malformed == 0 })
    }

    @Test func `acknowledged messages are not kept`() {
        var world = World()
        for number in 0..<5 { world.say(Self.candidate(number), 0) }
        #expect(world.channels[0].unacknowledgedCount == 5)
        world.finish()
        world.say(Self.candidate(9), 1)
        world.finish()
        #expect(world.channels[0].unacknowledgedCount == 0)
        #expect(world.channels[1].unacknowledgedCount == 1)
    }

    @Test func `what is doubled, missing, foreign or garbage is not delivered`() {
        var sender = SignalingChannel(call: Self.call)
        var channel = SignalingChannel(call: Self.call)
        let first = sender.send(Self.candidate(1))!
        _ = sender.send(Self.candidate(2))
        let third = sender.send(Self.candidate(3))!
        #expect(channel.receive(first) == .deliver(Self.candidate(1)))
        #expect(channel.receive(first) == .duplicate)
        #expect(channel.receive(third) == .gap)
        #expect(channel.receive([1, 2]) == .malformed)
        #expect(channel.receive(SignalingMessage.bye.text(in: Self.call)) == .malformed)
        var other = SignalingChannel(call: CallID(rawValue: 8))
        #expect(channel.receive(other.send(.bye)!) == .malformed)
        #expect(channel.delivered == 1)
        #expect(channel.duplicates == 1 && channel.gaps == 1 && channel.malformed == 3)
    }

    @Test func `an acknowledgement of what was never sent is not believed`() {
        var channel = SignalingChannel(call: Self.call)
        _ = channel.send(.bye)
        let lie = SignalingMessage.bye.text(in: Self.call, number: 1, acknowledging: 99)
        #expect(channel.receive(lie) == .deliver(.bye))
        #expect(channel.unacknowledgedCount == 1)
    }

    @Test func `a channel keeps so many messages and no more`() {
        var channel = SignalingChannel(call: Self.call)
        for _ in 0..<SignalingChannel.maximumUnacknowledged { #expect(channel.send(.bye) != nil) }
        #expect(channel.send(.bye) == nil)
    }
}

@Suite struct RetentionTests {
    let call = SignalingChannelTests.call
    let alice = PartyID(rawValue: 1)
    let bob = PartyID(rawValue: 2)

    @Test func `messages are kept for a day, not a nanosecond longer, and outlive their call`() {
        var service = SignalingService(retention: SignalingService.platformRetention)
        service.open(call, between: alice, and: bob)
        var channel = SignalingChannel(call: call)
        let texts = [channel.send(.endOfCandidates())!, channel.send(.bye)!]
        #expect(service.handle(texts[0], from: alice, at: .zero) == .forward(to: bob))
        let later = SimTime.zero + .hours(1)
        #expect(service.handle(texts[1], from: alice, at: later) == .forward(to: bob))
        #expect(service.openCalls == 0)
        #expect(service.keptMessages == 2)
        #expect(service.keptBytes == texts[0].count + texts[1].count)
        let end = SimTime.zero + .hours(24)
        #expect(service.nextExpiry == end)
        service.expire(at: end - .nanoseconds(1))
        #expect(service.keptMessages == 2)
        service.expire(at: end)
        #expect(service.keptMessages == 1)
        #expect(service.nextExpiry == end + .hours(1))
        service.expire(at: end + .hours(1))
        #expect(service.keptMessages == 0 && service.keptBytes == 0 && service.nextExpiry == nil)
        #expect(service.counters.expired == 2)
    }

    @Test func `without retention nothing is kept, and nothing waits`() {
        var service = SignalingService()
        service.open(call, between: alice, and: bob)
        var channel = SignalingChannel(call: call)
        #expect(
            service.handle(channel.send(.endOfCandidates())!, from: alice, at: .zero)
                == .forward(to: bob))
        #expect(service.keptMessages == 0)
        service.disconnect(bob, from: call)
        #expect(
            service.handle(channel.send(.bye)!, from: alice, at: .zero) == .refuse(.unreachable))
        #expect(service.openCalls == 1)
    }

    @Test func `a good-bye waits for a lost side; then the call is forgotten`() {
        var service = SignalingService(retention: .hours(1))
        service.open(call, between: alice, and: bob)
        var channel = SignalingChannel(call: call)
        service.disconnect(bob, from: call)
        let bye = channel.send(.bye)!
        #expect(service.handle(bye, from: alice, at: .zero) == .hold)
        #expect(service.openCalls == 1)
        let resume = SignalingMessage.resume.text(in: call, acknowledging: 0)
        #expect(service.handle(resume, from: bob, at: .zero) == .redeliver([bye]))
        #expect(service.openCalls == 0)
        #expect(service.counters.redelivered == 1)
    }

    @Test func `the service takes each number once and none out of turn`() {
        var service = SignalingService(retention: .hours(1))
        service.open(call, between: alice, and: bob)
        func text(_ number: UInt64) -> [UInt8] {
            SignalingMessage.endOfCandidates().text(in: call, number: number)
        }
        #expect(service.handle(text(1), from: alice, at: .zero) == .forward(to: bob))
        #expect(service.handle(text(1), from: alice, at: .zero) == .refuse(.duplicate))
        #expect(service.handle(text(3), from: alice, at: .zero) == .refuse(.gap))
        #expect(service.handle(text(1), from: bob, at: .zero) == .forward(to: alice))
        #expect(service.counters[.duplicate] == 1 && service.counters[.gap] == 1)
        #expect(service.keptMessages == 2)
    }

    @Test func `no more than the capacity is kept, the newest`() {
        var service = SignalingService(retention: .hours(1), capacity: 3)
        service.open(call, between: alice, and: bob)
        var channel = SignalingChannel(call: call)
        var texts: [[UInt8]] = []
        for number in 0..<5 {
            texts.append(channel.send(SignalingChannelTests.candidate(number))!)
            _ = service.handle(texts[number], from: alice, at: .zero + .seconds(Int64(number)))
        }
        #expect(service.keptMessages == 3 && service.counters.crowdedOut == 2)
        let resume = SignalingMessage.resume.text(in: call, acknowledging: 0)
        #expect(service.handle(resume, from: bob, at: .zero) == .redeliver(Array(texts[2...])))
    }

    @Test func `many messages come and go in order`() {
        var service = SignalingService(retention: .seconds(100))
        for number in 0..<5000 as Range<UInt64> {
            let call = CallID(rawValue: number)
            service.open(call, between: alice, and: bob)
            let text = SignalingMessage.bye.text(in: call, number: 1)
            _ = service.handle(text, from: alice, at: .zero + .seconds(Int64(number)))
            #expect(service.keptMessages == min(Int(number) + 1, 100))
        }
        #expect(service.counters.expired == 4900)
    }
}
